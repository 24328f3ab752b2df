/* smscset.c - "smsc NAME set KEY VALUE": how a service centre behaves. */

#include <stddef.h>
#include <stdlib.h>

#include "event.h"
#include "smsc_priv.h"

enum kind { SWITCH, NUMBER, WORD };

struct word {
	const char *name;	/* NULL ends the list */
	int value;
};

static const struct word receipts[] = {
	{ "off", RECEIPTS_OFF }, { "on", RECEIPTS_BOTH },
	{ "text", RECEIPTS_TEXT }, { "tlv", RECEIPTS_TLV },
	{ "both", RECEIPTS_BOTH }, { NULL, 0 },
};

static const struct word states[] = {
	{ "ENROUTE", 1 }, { "DELIVRD", 2 }, { "EXPIRED", 3 },
	{ "DELETED", 4 }, { "UNDELIV", 5 }, { "ACCEPTD", 6 },
	{ "UNKNOWN", 7 }, { "REJECTD", 8 }, { NULL, 0 },
};

static const struct word id_forms[] = {
	{ "hex", ID_HEX }, { "decimal", ID_DECIMAL }, { "uuid", ID_UUID },
	{ NULL, 0 },
};

static const struct word receipt_id_forms[] = {
	{ "same", ID_SAME }, { "hex", ID_HEX }, { "decimal", ID_DECIMAL },
	{ "padded", ID_PADDED }, { NULL, 0 },
};

static const struct word alphabets[] = {
	{ "gsm7", GSM7 }, { "gsm7-packed", GSM7_PACKED }, { "ascii", ASCII },
	{ "latin1", LATIN1 }, { NULL, 0 },
};

static const struct word response_words[] = {
	{ "none", 0 }, { "off", 0 }, { "on", 1 }, { NULL, 0 },
};

#define AT(field) offsetof(struct smsc_set, field)

static const struct row {
	const char *name;
	enum kind kind;
	size_t at;
	const struct word *words;
} rows[] = {
	{ "receipts", WORD, AT(receipts), receipts },
	{ "receipt-state", WORD, AT(receipt_state), states },
	{ "receipt-delay-ms", NUMBER, AT(receipt_delay_ms), NULL },
	{ "receipt-before-response", SWITCH, AT(receipt_early), NULL },
	{ "receipt-other-bind", SWITCH, AT(receipt_other), NULL },
	{ "receipt-id", WORD, AT(receipt_id), receipt_id_forms },
	{ "message-id", WORD, AT(message_id), id_forms },
	{ "alphabet", WORD, AT(alphabet), alphabets },
	{ "response-delay-ms", NUMBER, AT(response_delay_ms), NULL },
	{ "retry-ms", NUMBER, AT(retry_ms), NULL },
	{ "half-open", SWITCH, AT(half_open), NULL },
	{ "wrong-sequence", SWITCH, AT(wrong_sequence), NULL },
	{ "error-body", SWITCH, AT(error_body), NULL },
	{ "bind-status", NUMBER, AT(bind_status), NULL },
	{ "close-after", NUMBER, AT(close_after), NULL },
	{ "window", NUMBER, AT(window), NULL },
};

void smscset_init(struct smsc *c)
{
	c->set = (struct smsc_set){
		.receipts = RECEIPTS_BOTH,
		.receipt_state = 2,
		.message_id = ID_HEX,
		.receipt_id = ID_SAME,
		.alphabet = GSM7,
		.response = true,
	};
}

const char *smscset_state_name(int state)
{
	for (const struct word *w = states; w->name; w++)
		if (w->value == state)
			return w->name;
	return "UNKNOWN";
}

static bool word_of(const struct word *list, const char *name, int *to)
{
	for (; list->name; list++) {
		if (strcmp(list->name, name) == 0) {
			*to = list->value;
			return true;
		}
	}
	return false;
}

static bool set_row(struct smsc *c, const struct row *r, const char *value)
{
	void *to = (char *)&c->set + r->at;

	switch (r->kind) {
	case SWITCH:
		return words_switch(value, to);
	case NUMBER:
		return words_number(value, to);
	case WORD:
		return word_of(r->words, value, to);
	}
	return false;
}

/* response-status 0xNN [count N] */
static bool response_status(struct smsc *c, const struct words *w)
{
	c->set.response_count = -1;
	if (!words_number(w->w[4], &c->set.response_status))
		return false;
	if (w->n == 5)
		return true;
	return w->n == 7 && strcmp(w->w[5], "count") == 0 &&
	    words_number(w->w[6], &c->set.response_count);
}

/* status-for NUMBER 0xNN */
static bool status_for(struct smsc *c, const struct words *w)
{
	const char *number = w->w[4] + (w->w[4][0] == '+');
	struct status_for *s;
	long status;

	if (w->n != 6 || !words_number(w->w[5], &status) ||
	    strlen(number) >= sizeof(s->number))
		return false;
	s = xalloc(sizeof(*s));
	memcpy(s->number, number, strlen(number));
	s->status = (uint32_t)status;
	s->next = c->status_for;	/* the newest is found first */
	c->status_for = s;
	return true;
}

static bool next_id(struct smsc *c, const struct words *w)
{
	long n;

	if (!words_number(w->w[4], &n) || n < 0)
		return false;
	c->next_id = (uint64_t)n;
	return true;
}

static bool response(struct smsc *c, const struct words *w)
{
	int on;

	if (!word_of(response_words, w->w[4], &on))
		return false;
	c->set.response = on;
	return true;
}

/* Those of another shape than KEY VALUE. */
static const struct {
	const char *name;
	bool (*set)(struct smsc *c, const struct words *w);
} special[] = {
	{ "response-status", response_status },
	{ "status-for", status_for },
	{ "next-id", next_id },
	{ "response", response },
};

static void apply_half_open(struct smsc *c)
{
	for (struct session *s = c->sessions; s; s = s->next)
		conn_deaf(&s->conn, c->set.half_open);
}

static bool find_and_set(struct smsc *c, const struct words *w, bool *known)
{
	*known = true;
	for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++)
		if (strcmp(special[i].name, w->w[3]) == 0)
			return special[i].set(c, w);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].name, w->w[3]) == 0)
			return w->n == 5 && set_row(c, &rows[i], w->w[4]);
	*known = false;
	return false;
}

void smscset_command(struct smsc *c, const struct words *w)
{
	bool known;

	if (w->n < 5) {
		refuse("smsc %s set KEY VALUE", c->name);
		return;
	}
	if (!find_and_set(c, w, &known)) {
		if (known)
			refuse("bad value of %s", w->w[3]);
		else
			refuse("a service centre has no setting %s", w->w[3]);
		return;
	}
	apply_half_open(c);
}
