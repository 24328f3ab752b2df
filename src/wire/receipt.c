/* receipt.c - delivery receipts of an SMSC (SMPP v3.4 appendix B). */

#include <ctype.h>
#include <stdio.h>

#include "base/hex.h"
#include "wire/receipt.h"
#include "wire/smtime.h"

static const struct {
	enum receipt_state state;
	struct strv name;
} states[] = {
	/* the first of a state is its name */
	{ RECEIPT_ENROUTE, STRV("ENROUTE") },
	{ RECEIPT_DELIVERED, STRV("DELIVRD") },
	{ RECEIPT_EXPIRED, STRV("EXPIRED") },
	{ RECEIPT_DELETED, STRV("DELETED") },
	{ RECEIPT_UNDELIVERABLE, STRV("UNDELIV") },
	{ RECEIPT_ACCEPTED, STRV("ACCEPTD") },
	{ RECEIPT_UNKNOWN, STRV("UNKNOWN") },
	{ RECEIPT_REJECTED, STRV("REJECTD") },
	/* seen in the field */
	{ RECEIPT_ENROUTE, STRV("BUFFRED") },
	{ RECEIPT_ENROUTE, STRV("BUFFERD") },
	{ RECEIPT_ENROUTE, STRV("BUFFERED") },
	{ RECEIPT_DELIVERED, STRV("DELIVERED") },
	{ RECEIPT_UNDELIVERABLE, STRV("UNDELIVERABLE") },
	{ RECEIPT_UNDELIVERABLE, STRV("FAILED") },
	{ RECEIPT_ACCEPTED, STRV("ACKED") },
	{ RECEIPT_ACCEPTED, STRV("ACCEPTED") },
	{ RECEIPT_REJECTED, STRV("REJECTED") },
};

static enum receipt_state state_of(struct strv name)
{
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (strv_caseeq(states[i].name, name))
			return states[i].state;
	return RECEIPT_UNKNOWN;
}

const char *receipt_state_name(enum receipt_state s)
{
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (states[i].state == s)
			return states[i].name.p;
	return "NONE";
}

enum receipt_fate receipt_fate(enum receipt_state s)
{
	static const enum receipt_fate fates[] = {
		[RECEIPT_NONE]		= RECEIPT_FATE_PROGRESS,
		[RECEIPT_ENROUTE]	= RECEIPT_FATE_PROGRESS,
		[RECEIPT_DELIVERED]	= RECEIPT_FATE_DELIVERED,
		[RECEIPT_EXPIRED]	= RECEIPT_FATE_FAILED,
		[RECEIPT_DELETED]	= RECEIPT_FATE_FAILED,
		[RECEIPT_UNDELIVERABLE]	= RECEIPT_FATE_FAILED,
		[RECEIPT_ACCEPTED]	= RECEIPT_FATE_PROGRESS,
		[RECEIPT_UNKNOWN]	= RECEIPT_FATE_ERROR,
		[RECEIPT_REJECTED]	= RECEIPT_FATE_FORBIDDEN,
	};

	return fates[s];
}

/* --- the text ------------------------------------------------------------- */

/* 0 if it is no time we know how to read */
static int64_t moment(struct strv s)
{
	struct smtime t;
	int64_t ms;

	if (s.n != 10 && s.n != 12 && s.n != 14)
		return 0;
	if (s.n != 14 && smtime_fields(s, 2, &t) && smtime_utc(&t, &ms))
		return ms;
	if (s.n != 10 && smtime_fields(s, 4, &t) && smtime_utc(&t, &ms))
		return ms;
	return 0;
}

enum key { ID, SUB, DLVRD, SUBMIT, DONE, STAT, ERR, TEXT, N_KEYS };

static const struct strv keys[N_KEYS] = {
	[ID] = STRV("id:"), [SUB] = STRV("sub:"), [DLVRD] = STRV("dlvrd:"),
	[SUBMIT] = STRV("submit date:"), [DONE] = STRV("done date:"),
	[STAT] = STRV("stat:"), [ERR] = STRV("err:"), [TEXT] = STRV("text:"),
};

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == 0;
}

static struct strv skip(struct strv s, size_t n)
{
	return (struct strv){ s.p + n, s.n - n };
}

static struct strv skip_blanks(struct strv s)
{
	while (s.n > 0 && blank(s.p[0]))
		s = skip(s, 1);
	return s;
}

/* The key at the start of s, or N_KEYS. */
static enum key key_at(struct strv s)
{
	enum key k;

	for (k = ID; k < N_KEYS; k++)
		if (s.n >= keys[k].n && strv_caseeq(keys[k],
		    (struct strv){ s.p, keys[k].n }))
			break;
	return k;
}

static struct strv word(struct strv s)
{
	size_t n = 0;

	while (n < s.n && !blank(s.p[n]))
		n++;
	return (struct strv){ s.p, n };
}

static void set(struct receipt *out, enum key k, struct strv v)
{
	switch (k) {
	case ID:
		out->id = v;
		break;
	case SUBMIT:
		out->submit_ms = moment(v);
		break;
	case DONE:
		out->done_ms = moment(v);
		break;
	case STAT:
		out->state = state_of(v);
		break;
	case ERR:
		out->err = v;
		break;
	case TEXT:
		out->text = v;
		break;
	default:	/* sub and dlvrd count the parts of lists we never use */
		break;
	}
}

void receipt_parse(struct strv text, struct receipt *out)
{
	struct strv s = skip_blanks(text), v;
	bool seen[N_KEYS] = { false };

	*out = (struct receipt){ 0 };
	while (s.n > 0) {
		enum key k = key_at(s);

		if (k == N_KEYS) {
			s = skip_blanks(skip(s, word(s).n));
			continue;
		}
		s = skip(s, keys[k].n);
		if (k != TEXT)
			s = skip_blanks(s);
		v = k == TEXT ? s : key_at(s) != N_KEYS ? STRV("") : word(s);
		s = skip_blanks(skip(s, v.n));
		if (v.n > 0 && !seen[k])
			set(out, k, v);
		seen[k] = true;
	}
}

/* --- the TLVs ------------------------------------------------------------- */

/* A C-octet string that may lack its NUL. */
static struct strv until_nul(struct strv s)
{
	const char *nul = s.n ? memchr(s.p, 0, s.n) : NULL;

	return nul ? (struct strv){ s.p, (size_t)(nul - s.p) } : s;
}

static void believe_tlvs(const struct smpp_pdu *p, struct receipt *out)
{
	const struct smpp_tlv *id, *state, *net;

	id = smpp_tlv_find(p, SMPP_TLV_RECEIPTED_MESSAGE_ID);
	if (id && until_nul(id->value).n > 0)
		out->id = until_nul(id->value);
	state = smpp_tlv_find(p, SMPP_TLV_MESSAGE_STATE);
	if (state)	/* 0 is version 5's SCHEDULED */
		out->state = state->num == 0 ? RECEIPT_ENROUTE :
		    state->num > RECEIPT_REJECTED ? RECEIPT_UNKNOWN :
		    (enum receipt_state)state->num;
	net = smpp_tlv_find(p, SMPP_TLV_NETWORK_ERROR_CODE);
	if (net) {
		out->net_type = (uint8_t)(net->num >> 16);
		out->net_code = (uint16_t)net->num;
	}
}

enum err receipt_decode(const struct smpp_pdu *p, struct receipt *out)
{
	receipt_parse(smpp_body(p), out);
	believe_tlvs(p, out);
	if (out->id.n == 0 || out->id.n >= RECEIPT_ID_SIZE ||
	    out->state == RECEIPT_NONE)
		return ERR_BAD_SYNTAX;
	return ERR_OK;
}

/* --- message ids ---------------------------------------------------------- */

static void copy(struct strv id, char out[RECEIPT_ID_SIZE])
{
	size_t n = id.n < RECEIPT_ID_SIZE ? id.n : RECEIPT_ID_SIZE - 1;

	if (n)
		memcpy(out, id.p, n);
	out[n] = 0;
}

void receipt_id_norm(struct strv id, char out[RECEIPT_ID_SIZE])
{
	while (id.n > 1 && id.p[0] == '0')
		id = skip(id, 1);
	copy(id, out);
	for (char *p = out; *p; p++)
		*p = (char)tolower((unsigned char)*p);
}

/* false unless all digits of that base, and below 2^64 */
static bool value_of(struct strv id, unsigned base, uint64_t *v)
{
	*v = 0;
	for (size_t i = 0; i < id.n; i++) {
		int digit = hex_digit(id.p[i]);

		if (digit < 0 || (unsigned)digit >= base ||
		    __builtin_mul_overflow(*v, base, v) ||
		    __builtin_add_overflow(*v, (unsigned)digit, v))
			return false;
	}
	return id.n > 0;
}

static void candidate(struct receipt_ids *out, enum receipt_id_form form,
    const char *s)
{
	/* the first is compared with another thing than the rest */
	for (unsigned i = 1; i < out->n; i++)
		if (strcmp(out->id[i].s, s) == 0)
			return;
	out->id[out->n].form = form;
	copy(strv(s), out->id[out->n].s);
	out->n++;
}

void receipt_id_candidates(struct strv id, struct receipt_ids *out)
{
	char s[RECEIPT_ID_SIZE];
	uint64_t v;

	out->n = 0;
	copy(id, s);
	candidate(out, RECEIPT_ID_EXACT, s);
	receipt_id_norm(id, s);
	candidate(out, RECEIPT_ID_STRIPPED, s);
	if (value_of(id, 10, &v)) {
		(void)snprintf(s, sizeof(s), "%llx", (unsigned long long)v);
		candidate(out, RECEIPT_ID_DEC_TO_HEX, s);
	}
	if (value_of(id, 16, &v)) {
		(void)snprintf(s, sizeof(s), "%llu", (unsigned long long)v);
		candidate(out, RECEIPT_ID_HEX_TO_DEC, s);
	}
}

bool receipt_id_canon(struct strv id, enum receipt_id_base base,
    char out[RECEIPT_ID_SIZE])
{
	uint64_t v;

	copy(id, out);
	if (base == RECEIPT_ID_STRING)
		return true;
	if (!value_of(id, base == RECEIPT_ID_HEX ? 16 : 10, &v))
		return false;
	(void)snprintf(out, RECEIPT_ID_SIZE, "%llu", (unsigned long long)v);
	return true;
}
