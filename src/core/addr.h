/* addr.h - addresses: SIP and tel URIs, numbers, and their one normal form. */

#ifndef CORE_ADDR_H
#define CORE_ADDR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/strv.h"

#define ADDR_MAX	512	/* bytes of an address, written or normal */
#define ADDR_SHORT	6	/* digits of the longest short code */
#define ADDR_E164	15	/* digits of the longest number */

/*
 * How numbers are written where this site is.  All but domain and
 * country_code are filled by addr_rules_init() and may be changed then.
 * The strings are borrowed.
 */
struct addr_rules {
	struct strv domain;		/* the home domain; any case */
	struct strv country_code;	/* "49"; empty: no national numbers */
	struct strv trunk;		/* before national numbers: "0", "" */
	bool keep_trunk;		/* it is part of the number (Italy) */
	struct strv international;	/* besides 00: "011", or empty */
	unsigned national_digits;	/* of a national number that is
					   written without trunk; 0: none */
};

/* Fill in what the country code implies. */
void addr_rules_init(struct addr_rules *r, struct strv domain,
    struct strv country_code);

/*
 * The normal form of uri, into key (which is cleared first): two addresses
 * are the same party when their keys are equal, and the key of a key is
 * itself.
 *
 *	tel:+15550100002	a number: tel: with or without +, visual
 *				separators, phone-context, 00, national with
 *				trunk, or country code first; also as the user
 *				of a sip URI at the home domain, or anywhere
 *				with user=phone; also without a scheme
 *	tel:12345		a short code: up to 6 digits without +
 *	sip:user@host		all else: host in lower case, sips as sip,
 *				escapes of unreserved characters undone, no
 *				password, parameters, headers or port 5060
 *
 * im:, pres:, mailto: and xmpp: keep their scheme; user@host alone is sip:.
 * A tel: number with the domain of somebody else as phone-context is
 * sip:number@domain.
 *
 * ERR_OK; ERR_TOO_BIG: over ADDR_MAX; ERR_BAD_SYNTAX: no such form, a
 * control character, a tel: that is no number.
 */
enum err addr_key(const struct addr_rules *r, struct strv uri,
    struct buf *key);

/*
 * Take a From, To or Contact value apart: "Bob" <sip:b@h>;tag=x, Bob <..>,
 * or a bare URI, whose parameters then belong to the header and not to it.
 * Views into value; *name (without quotes, escapes as they stand) is absent
 * when there is none; either pointer may be NULL.
 */
enum err addr_name(struct strv value, struct strv *name, struct strv *uri);

/* addr_key() of the URI in such a value. */
enum err addr_name_key(const struct addr_rules *r, struct strv value,
    struct buf *key);

/* Of a key. */
bool addr_is_number(struct strv key);		/* tel: */
bool addr_is_short(struct strv key);		/* tel: without + */
struct strv addr_number(struct strv key);	/* digits without +; absent */

/* Of any URI, as views; absent when it has none. */
struct strv addr_scheme(struct strv uri);
struct strv addr_user(struct strv uri);		/* escaped; tel: the number */
struct strv addr_host(struct strv uri);		/* without port */
/* A URI parameter, name in any case; empty (not absent) if it has no value. */
struct strv addr_param(struct strv uri, struct strv name);

/*
 * The address of an alphanumeric SMS sender: sip:My%20Shop@sms-alpha.DOMAIN.
 * Nobody can reply to it.  ERR_BAD_SYNTAX: text is empty, has controls or is
 * not UTF-8.  key is cleared first.
 */
enum err addr_alpha(const struct addr_rules *r, struct strv text,
    struct buf *key);
bool addr_is_alpha(const struct addr_rules *r, struct strv key);

/* Append s with what may not stand in the user part as %XX. */
void addr_escape(struct strv s, struct buf *out);
/* Append s with its escapes undone; false: a % without two hex digits. */
bool addr_unescape(struct strv s, struct buf *out);

#endif
