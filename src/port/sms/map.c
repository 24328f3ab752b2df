/* map.c - what SMPP says and what we do about it: the tables. */

#include <stdio.h>

#include "base/utf8.h"
#include "port/sms/map.h"
#include "wire/dcs.h"

#define ROWS(table) (sizeof(table) / sizeof(*(table)))

/* --- answers to submit_sm -------------------------------------------------- */

static const struct {
	uint32_t status;
	struct sms_verdict verdict;
} submits[] = {
	{ SMPP_ROK,		{ SMS_TAKEN,		ERR_OK } },
	{ SMPP_RTHROTTLED,	{ SMS_PAUSE,		ERR_BUSY } },
	{ SMPP_RMSGQFUL,	{ SMS_PAUSE,		ERR_BUSY } },
	{ SMPP_RSYSERR,		{ SMS_LATER,		ERR_OFFLINE } },
	{ SMPP_RX_T_APPN,	{ SMS_LATER,		ERR_OFFLINE } },
	{ SMPP_RUNKNOWNERR,	{ SMS_LATER,		ERR_OFFLINE } },
	{ SMPP_RSUBMITFAIL,	{ SMS_ONCE_MORE,	ERR_NO_SERVICE } },
	{ SMPP_RINVDSTADR,	{ SMS_REFUSED,		ERR_NO_USER } },
	{ SMPP_RINVDSTTON,	{ SMS_REFUSED,		ERR_NO_USER } },
	{ SMPP_RINVDSTNPI,	{ SMS_REFUSED,		ERR_NO_USER } },
	{ SMPP_RINVSRCADR,	{ SMS_OTHER_SOURCE,	ERR_UNAUTHORISED } },
	{ SMPP_RINVSRCTON,	{ SMS_OTHER_SOURCE,	ERR_UNAUTHORISED } },
	{ SMPP_RINVSRCNPI,	{ SMS_OTHER_SOURCE,	ERR_UNAUTHORISED } },
	{ SMPP_RINVMSGLEN,	{ SMS_OTHER_CONCAT,	ERR_TOO_BIG } },
	{ SMPP_RINVCMDLEN,	{ SMS_OTHER_CONCAT,	ERR_TOO_BIG } },
	{ SMPP_RINVPARLEN,	{ SMS_OTHER_CONCAT,	ERR_TOO_BIG } },
	{ SMPP_RINVESMCLASS,	{ SMS_OTHER_CONCAT,	ERR_NO_SERVICE } },
	{ SMPP_RINVOPTPARSTREAM, { SMS_OTHER_CONCAT,	ERR_NO_SERVICE } },
	{ SMPP_ROPTPARNOTALLWD,	{ SMS_OTHER_CONCAT,	ERR_NO_SERVICE } },
	{ SMPP_RINVEXPIRY,	{ SMS_NO_VALIDITY,	ERR_NO_SERVICE } },
	{ SMPP_RINVSCHED,	{ SMS_NO_VALIDITY,	ERR_NO_SERVICE } },
	{ SMPP_RX_P_APPN,	{ SMS_REFUSED,		ERR_FORBIDDEN } },
	{ SMPP_RX_R_APPN,	{ SMS_REFUSED,		ERR_FORBIDDEN } },
	{ SMPP_RINVSYSTYP,	{ SMS_REFUSED,		ERR_FORBIDDEN } },
	{ SMPP_RINVBNDSTS,	{ SMS_UNBOUND,		ERR_OFFLINE } },
	{ SMPP_RBINDFAIL,	{ SMS_UNBOUND,		ERR_OFFLINE } },
	{ SMPP_RINVPASWD,	{ SMS_UNBOUND,		ERR_OFFLINE } },
	{ SMPP_RINVSYSID,	{ SMS_UNBOUND,		ERR_OFFLINE } },
};

const struct sms_verdict *sms_verdict(uint32_t status)
{
	static const struct sms_verdict other = { SMS_REFUSED, ERR_NO_SERVICE };

	for (size_t i = 0; i < ROWS(submits); i++)
		if (submits[i].status == status)
			return &submits[i].verdict;
	return &other;
}

/* --- receipts -------------------------------------------------------------- */

static const struct {
	enum report_status status;
	enum err why;
} receipts[] = {
	[RECEIPT_DELIVERED]	= { STATUS_DELIVERED,	ERR_OK },
	[RECEIPT_EXPIRED]	= { STATUS_FAILED,	ERR_EXPIRED },
	[RECEIPT_DELETED]	= { STATUS_FAILED,	ERR_REJECTED },
	[RECEIPT_UNDELIVERABLE]	= { STATUS_FAILED,	ERR_OFFLINE },
	[RECEIPT_UNKNOWN]	= { STATUS_ERROR,	ERR_TIMEOUT },
	[RECEIPT_REJECTED]	= { STATUS_FORBIDDEN,	ERR_FORBIDDEN },
};

bool sms_receipt_status(enum receipt_state s, enum report_status *status,
    enum err *why)
{
	if (receipt_fate(s) == RECEIPT_FATE_PROGRESS ||
	    (size_t)s >= ROWS(receipts))
		return false;
	*status = receipts[s].status;
	*why = receipts[s].why;
	return true;
}

/* --- answers to deliver_sm ------------------------------------------------- */

/*
 * Most service centres repeat on any error, so what will never be taken is
 * answered as if it had been; busy and storage failures shall be repeated.
 */
uint32_t sms_deliver_status(enum err e, bool nack_unknown)
{
	switch (e) {
	case ERR_NO_USER:
	case ERR_NO_SERVICE:
		return nack_unknown ? SMPP_RINVDSTADR : SMPP_ROK;
	case ERR_BUSY:
		return SMPP_RTHROTTLED;
	case ERR_BAD_SYNTAX:
	case ERR_BAD_CONTENT:
	case ERR_TOO_BIG:
		return SMPP_RX_P_APPN;
	default:
		return err_info(e)->class == ERR_CLASS_TEMP ?
		    SMPP_RX_T_APPN : SMPP_ROK;
	}
}

/* --- answers to bind ------------------------------------------------------- */

static const struct {
	uint32_t status;
	struct sms_refusal refusal;
} binds[] = {
	/* slowly: some service centres lock an account out */
	{ SMPP_RINVPASWD, { false, 60000, "check its password" } },
	{ SMPP_RINVSYSID, { false, 60000, "check its system-id" } },
	{ SMPP_RBINDFAIL, { false, 60000,
	    "check its system-id, password and system-type" } },
	{ SMPP_RALYBND, { false, 30000,
	    "another program uses its account, or an old connection is "
	    "still open" } },
	{ SMPP_RINVSYSTYP, { false, 60000, "check its system-type" } },
	{ SMPP_RINVCMDID, { true, 0, "" } },
};

const struct sms_refusal *sms_refusal(uint32_t status)
{
	static const struct sms_refusal other = { false, 0, "" };

	for (size_t i = 0; i < ROWS(binds); i++)
		if (binds[i].status == status)
			return &binds[i].refusal;
	return &other;
}

/* --- addresses ------------------------------------------------------------- */

enum { TON_UNKNOWN, TON_INTERNATIONAL, TON_NATIONAL, TON_NETWORK,
	TON_SUBSCRIBER, TON_ALPHA, TON_SHORT };
enum { NPI_UNKNOWN, NPI_E164 };
#define ALPHA_MAX 11	/* septets of an alphanumeric sender */

static bool is_home(struct strv digits, struct strv country)
{
	return country.n && digits.n > country.n &&
	    memcmp(digits.p, country.p, country.n) == 0;
}

static bool number(struct strv digits, bool source,
    const struct sms_numbering *how, struct smpp_addr *out)
{
	out->ton = how->source_ton;
	out->npi = how->source_npi;
	if (!source && how->national && is_home(digits, how->country)) {
		out->ton = TON_NATIONAL;
		digits.p += how->country.n;
		digits.n -= how->country.n;
	}
	return digits.n <= 20 && SMPP_SET(out->addr, digits);
}

static bool alpha(struct strv text, struct smpp_addr *out)
{
	size_t septets;

	out->ton = TON_ALPHA;
	out->npi = NPI_UNKNOWN;
	return text.n && gsm7_fits(text, GSM7_EXACT, &septets) &&
	    septets <= ALPHA_MAX && SMPP_SET(out->addr, text);
}

bool sms_address(struct strv key, const struct addr_rules *rules,
    const struct sms_numbering *how, bool source, struct smpp_addr *out)
{
	struct buf text;
	bool ok;

	*out = (struct smpp_addr){ .ton = how->short_ton,
	    .npi = how->short_npi };
	if (addr_is_short(key))
		return SMPP_SET(out->addr, addr_number(key));
	if (addr_is_number(key))
		return number(addr_number(key), source, how, out);
	if (!source || !addr_is_alpha(rules, key))
		return false;
	buf_init(&text, ADDR_MAX);
	ok = addr_unescape(addr_user(key), &text) &&
	    alpha(buf_strv(&text), out);
	buf_deinit(&text);
	return ok;
}

static bool is_digits(struct strv s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0;
}

bool sms_address_set(const char *text, const struct sms_numbering *how,
    struct smpp_addr *out)
{
	struct strv s = strv(text);
	bool plus = s.n && s.p[0] == '+';
	struct strv digits = { s.p + plus, s.n - plus };

	*out = (struct smpp_addr){ .ton = how->short_ton,
	    .npi = how->short_npi };
	if (!is_digits(digits))
		return !plus && alpha(s, out);
	if (!plus && digits.n <= ADDR_SHORT)
		return SMPP_SET(out->addr, digits);
	return digits.n <= ADDR_E164 && number(digits, true, how, out);
}

/* Some service centres write Latin-1. */
static enum err alpha_key(struct strv s, const struct addr_rules *rules,
    struct buf *key)
{
	struct buf text;
	enum err e;

	if (utf8_valid(s))
		return addr_alpha(rules, s, key);
	buf_init(&text, ADDR_MAX);
	(void)dcs_decode(DCS_LATIN1, s, &text);
	e = addr_alpha(rules, buf_strv(&text), key);
	buf_deinit(&text);
	return e;
}

enum err sms_key(const struct smpp_addr *a, const struct addr_rules *rules,
    struct buf *key)
{
	struct strv s = strv(a->addr);
	char uri[sizeof(a->addr) + 16];
	bool plus = s.n && s.p[0] == '+';

	buf_clear(key);
	if (s.n == 0)
		return ERR_BAD_SYNTAX;
	if (a->ton == TON_ALPHA ||
	    !is_digits((struct strv){ s.p + plus, s.n - plus }))
		return alpha_key(s, rules, key);
	if (a->ton == TON_INTERNATIONAL && !plus && s.n > ADDR_SHORT)
		(void)snprintf(uri, sizeof(uri), "tel:+%s", a->addr);
	else if (a->ton == TON_NATIONAL && rules->country_code.n &&
	    s.p[0] != '0')
		(void)snprintf(uri, sizeof(uri), "tel:+%.*s%s",
		    STRV_ARG(rules->country_code), a->addr);
	else
		(void)snprintf(uri, sizeof(uri), "tel:%s", a->addr);
	return addr_key(rules, strv(uri), key);
}
