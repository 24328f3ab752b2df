/* push_text.c - the texts of a MESSAGE to one device. */

#include <stdio.h>
#include <time.h>

#include "base/id.h"
#include "base/now.h"
#include "base/rand.h"
#include "core/addr.h"
#include "core/message.h"
#include "dir/bindings.h"
#include "dir/users.h"
#include "port/sip/features.h"
#include "port/sip/lines.h"
#include "port/sip/push_priv.h"

#define ICSI		"urn:urn-7:3gpp-service.ims.icsi.oma.cpm."
#define ICSI_MSG_TAG \
	"*;+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi." \
	"oma.cpm.msg\""
#define DEFERRED_MS	30000	/* older than this: it waited for the device */

void push_text_init(struct push_text *t)
{
	buf_init(&t->from, 2048);
	buf_init(&t->to, 2048);
	buf_init(&t->lines, 32768);
	form_init(&t->form, sip_settings.max_message);
}

void push_text_deinit(struct push_text *t)
{
	buf_deinit(&t->from);
	buf_deinit(&t->to);
	buf_deinit(&t->lines);
	form_deinit(&t->form);
}

/* --- who it is from --------------------------------------------------------- */

static bool is_legacy(const struct message *m)
{
	return m->origin == FROM_NETWORK && m->service.n > 0;
}

static struct strv service_token(const struct message *m)
{
	struct strv rest;

	return strv_split(m->service, ';', &rest);
}

/* The SIP URI of a key; for our own users as provisioned. */
static void uri_of(struct strv key, struct buf *sip, struct buf *tel)
{
	const struct user *u = user_find(key);
	struct strv number = addr_number(key);

	if (u) {
		user_uris(u, sip, tel);
		return;
	}
	if (!number.p) {
		buf_adds(sip, key);
		return;
	}
	buf_addf(sip, "sip:%s%.*s@%s;user=phone",
	    addr_is_short(key) ? "" : "+", STRV_ARG(number), dir_realm());
	buf_adds(tel, key);
}

static void write_from(const struct message *m, const struct buf *sip,
    struct buf *from)
{
	if (lines_private(m->headers)) {
		buf_addz(from,
		    "\"Anonymous\" <sip:anonymous@anonymous.invalid>");
		return;
	}
	buf_addc(from, '<');
	buf_adds(from, buf_strv(sip));
	if (is_legacy(m))
		buf_addf(from, ";%s=%.*s", sip_settings.service_param,
		    STRV_ARG(service_token(m)));
	buf_addc(from, '>');
}

/* --- the headers --------------------------------------------------------------- */

static void add_line(struct buf *out, const char *name, struct strv value)
{
	if (value.n == 0)
		return;
	buf_addz(out, name);
	buf_addz(out, ": ");
	buf_adds(out, value);
	buf_addz(out, "\r\n");
}

static void add_date(struct buf *out)
{
	static const char *const days[] = { "Sun", "Mon", "Tue", "Wed",
	    "Thu", "Fri", "Sat" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr",
	    "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	static char line[80];	/* of the second before, mostly of this one */
	static time_t before = -1;
	time_t now = (time_t)(now_ms() / 1000);
	struct tm tm;

	if (now != before && gmtime_r(&now, &tm)) {
		before = now;
		(void)snprintf(line, sizeof(line),
		    "Date: %s, %02d %s %04d %02d:%02d:%02d GMT\r\n",
		    days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon],
		    tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
	}
	buf_addz(out, line);
}

static void add_identity(const struct message *m, const struct buf *sip,
    const struct buf *tel, struct buf *out)
{
	if (lines_private(m->headers))
		return;
	buf_addz(out, "P-Asserted-Identity: <");
	buf_adds(out, buf_strv(sip));
	if (tel->n > 0) {
		buf_addz(out, ">, <");
		buf_adds(out, buf_strv(tel));
	}
	buf_addz(out, ">\r\n");
}

static void add_service(const struct message *m, const struct binding *b,
    struct buf *out)
{
	bool deferred = now_ms() - m->received > DEFERRED_MS &&
	    features_have(b->features, STRV("+g.3gpp.icsi-ref"),
	    STRV(ICSI "deferred"));

	add_line(out, "P-Asserted-Service",
	    deferred ? STRV(ICSI "deferred") : STRV(ICSI "msg"));
	if (!is_legacy(m))
		return;
	add_line(out, sip_settings.service_header, m->service);
}

/* What the sender's own headers say, but no Route of his. */
static void add_kept(const struct message *m, bool cpim, struct buf *out)
{
	struct strv rest = m->headers, name, value;
	bool asked = false;

	while (lines_next(&rest, &name, &value)) {
		if (strv_caseeq(name, STRV("Route")))
			continue;
		if (strv_caseeq(name, STRV("Content-Transfer-Encoding")))
			continue;
		asked |= strv_caseeq(name, STRV("Accept-Contact"));
		buf_adds(out, name);
		buf_addz(out, ": ");
		buf_adds(out, value);
		buf_addz(out, "\r\n");
	}
	if (!asked && cpim)
		add_line(out, "Accept-Contact", STRV(ICSI_MSG_TAG));
}

enum err push_text_write(const struct message *m, const struct user *to,
    const struct binding *b, bool cpim, const struct buf *routes,
    struct push_text *t)
{
	struct buf sip, tel, to_uri, none;
	char id[ID_MESSAGE_TEXT];
	enum err e;

	if (!to)
		return ERR_NO_USER;
	buf_init(&sip, 1024);
	buf_init(&tel, 1024);
	buf_init(&to_uri, 1024);
	buf_init(&none, 1024);
	uri_of(m->from, &sip, &tel);
	user_uris(to, &to_uri, &none);
	write_from(m, &sip, &t->from);
	buf_addc(&t->to, '<');
	buf_adds(&t->to, buf_strv(&to_uri));
	buf_addc(&t->to, '>');
	buf_adds(&t->lines, buf_strv(routes));
	add_identity(m, &sip, &tel, &t->lines);
	add_service(m, b, &t->lines);
	buf_addz(&t->lines, "P-Called-Party-ID: <");
	buf_adds(&t->lines, buf_strv(&to_uri));
	buf_addz(&t->lines, ">\r\n");
	add_date(&t->lines);
	add_line(&t->lines, "Conversation-ID", m->conversation);
	id_message_text(m->id, id);
	add_line(&t->lines, "Contribution-ID",
	    m->contribution.n > 0 ? m->contribution : strv(id));
	add_line(&t->lines, "InReplyTo-Contribution-ID", m->replies_to);
	if (!cpim)
		add_line(&t->lines, "Subject", m->subject);
	add_kept(m, cpim, &t->lines);
	e = form_make(m, cpim, lines_private(m->headers) ?
	    STRV("sip:anonymous@anonymous.invalid") : buf_strv(&sip),
	    buf_strv(&to_uri), &t->form);
	add_line(&t->lines, "Content-Type", buf_strv(&t->form.type));
	add_line(&t->lines, "Content-Encoding", buf_strv(&t->form.encoding));
	if (t->from.full || t->to.full || t->lines.full)
		e = ERR_TOO_BIG;
	buf_deinit(&sip);
	buf_deinit(&tel);
	buf_deinit(&to_uri);
	buf_deinit(&none);
	return e;
}

/*
 * Of the characters of a Message-ID (RFC 3862) those of a Call-ID, too.  A
 * short one will do: tags and branches are ours, and a client that knows
 * nothing of Message-IDs reports about the Call-ID.
 */
static bool is_call_id(struct strv s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= '0' && s.p[i] <= '9') &&
		    !(s.p[i] >= 'a' && s.p[i] <= 'z') &&
		    !(s.p[i] >= 'A' && s.p[i] <= 'Z') &&
		    !memchr("-._~+!%*`'", s.p[i], 10))
			return false;
	return s.n > 0 && s.n <= 128;
}

void push_call_id(const struct message *m, bool cpim, struct buf *out)
{
	char hex[25];

	if (!cpim && is_call_id(m->imdn_id)) {
		buf_adds(out, m->imdn_id);
		return;
	}
	rand_hex(hex, 24);
	buf_addz(out, hex);
	buf_addc(out, '@');
	buf_addz(out, dir_realm());
}

void push_lines_to_tags(struct buf *lines, tagi_t *tags)
{
	char *p = lines->p, *end;
	size_t n = 0;

	while (n < PUSH_LINES - 1 && (end = strstr(p, "\r\n")) != NULL) {
		*end = 0;
		tags[n].t_tag = siptag_unknown_str;
		tags[n].t_value = (tag_value_t)p;
		n++;
		p = end + 2;
	}
	tags[n].t_tag = NULL;
	tags[n].t_value = 0;
}
