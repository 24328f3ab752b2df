/* addr_priv.h - what the two halves of core/addr.h share. */

#ifndef CORE_ADDR_PRIV_H
#define CORE_ADDR_PRIV_H

#include "core/addr.h"

/* A URI taken apart, as views; absent parts are absent. */
struct addr_parts {
	struct strv scheme;	/* absent: none was written */
	struct strv user;	/* tel: the number */
	struct strv host, port;
	struct strv params;	/* without the first semicolon */
};

/* false: no form we know.  Characters are not checked. */
bool addr_split(struct strv uri, struct addr_parts *out);

/* name's value in a list a=b;c, or absent. */
struct strv addr_param_in(struct strv params, struct strv name);

/* Take the next character off s, which is not empty, with its escape
 * undone; -1: a broken escape, not taken. */
int addr_char(struct strv *s);

/*
 * The number that user spells (up to a semicolon), in its normal form with
 * tel:, appended to key; false: it spells none, or none of our world.
 */
bool addr_number_key(const struct addr_rules *r, struct strv user,
    struct strv context, struct buf *key);

/* The digits of that number as they are; false: user spells none. */
bool addr_digits(struct strv user, bool *plus, struct buf *out);

#endif
