/* outcome.c - what the answers of a recipient's devices amount to. */

#include "port/sip/outcome.h"

/* spec/conversation.md 3.2; the first row that holds the code. */
static const struct outcome_row rows[] = {
	{ 200, 299, ERR_OK,		false },
	{ 400, 400, ERR_BAD_SYNTAX,	false },
	{ 401, 402, ERR_FORBIDDEN,	false },
	{ 403, 403, ERR_REJECTED,	false },
	{ 404, 404, ERR_NO_USER,	false },
	{ 405, 407, ERR_BAD_CONTENT,	false },
	{ 408, 408, ERR_OFFLINE,	false },
	{ 410, 410, ERR_NO_USER,	true },
	{ 413, 413, ERR_TOO_BIG,	false },
	{ 415, 415, ERR_BAD_CONTENT,	false },
	{ 430, 430, ERR_OFFLINE,	true },
	{ 480, 480, ERR_OFFLINE,	false },
	{ 482, 483, ERR_LOOP,		false },
	{ 486, 487, ERR_OFFLINE,	false },
	{ 488, 488, ERR_BAD_CONTENT,	false },
	{ 491, 491, ERR_OFFLINE,	false },
	{ 500, 599, ERR_OFFLINE,	false },
	{ 600, 600, ERR_OFFLINE,	false },
	{ 603, 603, ERR_REJECTED,	false },
	{ 604, 604, ERR_NO_USER,	false },
	{ 606, 606, ERR_BAD_CONTENT,	false },
	{ 0,   999, ERR_REJECTED,	false }
};

const struct outcome_row *outcome_of(int status)
{
	const struct outcome_row *r = rows;

	while (status < r->from || status > r->to)
		if (++r == rows + sizeof(rows) / sizeof(rows[0]) - 1)
			break;
	return r;
}

/* The greater one wins. */
static int weight(enum err e)
{
	switch (e) {
	case ERR_OK:
		return 0;
	case ERR_BAD_CONTENT:
	case ERR_TOO_BIG:
		return 1;
	case ERR_REJECTED:
	case ERR_FORBIDDEN:
		return 3;
	default:
		return err_info(e)->class == ERR_CLASS_TEMP ? 4 : 2;
	}
}

enum err outcome_add(enum err all, enum err one)
{
	return weight(one) > weight(all) ? one : all;
}
