/* list.c - a MESSAGE with the list of its recipients (RFC 5365). */

#include "conf/conf.h"
#include "core/addr.h"
#include "dir/groups.h"
#include "dir/users.h"
#include "port/sip/list.h"
#include "wire/lists.h"
#include "wire/sipbody.h"

bool list_is(const struct request *r, struct strv to)
{
	return request_lists(r->sip->sip_require, "recipient-list-message") ||
	    groups_is_exploder(to);
}

static void refuse(struct request *r, enum err e, const char *why)
{
	if (e == ERR_TOO_BIG)
		request_refuse(r, 413, NULL, NULL, "%s", why);
	else if (e == ERR_BAD_CONTENT)
		request_refuse(r, 415, NULL, "Accept: multipart/mixed\r\n"
		    "Accept-Encoding: identity\r\n", "%s", why);
	else
		request_refuse(r, 400, "Bad Recipient List", NULL, "%s", why);
}

/* All of them are addresses. */
static bool are_addresses(const struct lists *l)
{
	struct buf key;
	bool good = true;

	buf_init(&key, ADDR_MAX);
	for (size_t i = 0; i < l->n && good; i++)
		good = dir_key(l->entry[i].uri, &key) == ERR_OK;
	buf_deinit(&key);
	return good;
}

bool list_read(struct request *r, const struct sipbody_in *body,
    struct arena *a, struct buf *to, struct sipbody_in *part,
    uint32_t *n)
{
	struct lists_message m = { .why = "an encoded list" };
	enum err e = ERR_BAD_CONTENT;

	if (!body->encoding.n && mime_is_plain(body->transfer))
		e = lists_message_decode(body->type, body->body, (size_t)
		    conf_int("policy group", "", "max-recipients"), a, &m);
	if (e == ERR_OK && !are_addresses(&m.list)) {
		e = ERR_BAD_SYNTAX;
		m.why = "an entry of the list is no address";
	}
	if (e == ERR_OK && !groups_exploder(to)) {
		e = ERR_TOO_BIG;
		m.why = "the exploder's address is too long";
	}
	if (e != ERR_OK) {
		refuse(r, e, m.why);
		return false;
	}
	*n = (uint32_t)m.list.n;
	*part = *body;
	part->type = m.content.type;
	part->encoding = m.content.encoding;
	part->transfer = STRV_NONE;
	part->body = m.content.body;
	return true;
}
