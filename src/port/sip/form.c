/* form.c - the content of a message as one device can read it. */

#include "port/sip/form.h"

#include "base/arena.h"
#include "base/id.h"
#include "core/content.h"
#include "port/sip/lines.h"
#include "wire/cpim.h"
#include "wire/imdn.h"
#include "wire/lists.h"
#include "wire/sipbody.h"

static const struct strv cpim_type = { "message/cpim", 12 };

void form_init(struct form *f, size_t max_body)
{
	buf_init(&f->type, 1024);
	buf_init(&f->encoding, 256);
	buf_init(&f->body, max_body);
}

void form_deinit(struct form *f)
{
	buf_deinit(&f->type);
	buf_deinit(&f->encoding);
	buf_deinit(&f->body);
}

static enum err checked(const struct form *f)
{
	return f->type.full || f->encoding.full || f->body.full ?
	    ERR_TOO_BIG : ERR_OK;
}

static enum err as_it_is(const struct content *c, struct form *f)
{
	buf_adds(&f->type, c->type);
	buf_adds(&f->encoding, c->encoding);
	buf_adds(&f->body, c->bytes);
	return checked(f);
}

static enum err decode(const struct message *m, const struct form *f,
    struct arena *a, struct sipbody *body)
{
	struct sipbody_in in = {
		.type = m->content->type,
		.encoding = m->content->encoding,
		.transfer = lines_find(m->headers,
		    STRV("Content-Transfer-Encoding")),
		.body = m->content->bytes,
		.max_size = f->body.limit
	};

	return sipbody_decode(&in, a, body);
}

static unsigned cpim_wants(unsigned wants)
{
	unsigned w = 0;

	w |= wants & WANTS_DELIVERED ? CPIM_DELIVERY : 0;
	w |= wants & WANTS_FAILED ? CPIM_NEGATIVE : 0;
	w |= wants & WANTS_DISPLAYED ? CPIM_DISPLAY : 0;
	w |= wants & WANTS_INTERWORKED ? CPIM_INTERWORKING : 0;
	return w;
}

/* The service of a legacy message: "sms" of "sms;via=smsc1". */
static struct strv service(const struct message *m)
{
	struct strv rest;

	return m->origin == FROM_NETWORK && m->service.n > 0 ?
	    strv_split(m->service, ';', &rest) : STRV_NONE;
}

/* Who gave it no Message-ID gets ours: the same at every try. */
static struct strv message_id(const struct message *m,
    char text[ID_MESSAGE_TEXT])
{
	if (m->imdn_id.n > 0)
		return m->imdn_id;
	id_message_text(m->id, text);
	return strv(text);
}

static enum err wrap(const struct message *m, struct strv from,
    struct strv to, struct form *f)
{
	char id[ID_MESSAGE_TEXT];
	struct sipbody body;
	struct arena a;
	struct cpim_out out = {
		.from = from,
		.to = to,
		.datetime = m->received,
		.message_id = message_id(m, id),
		.wants = cpim_wants(m->wants),
		.subject = m->subject,
		.service = service(m)
	};
	enum err e;

	arena_init(&a);
	e = decode(m, f, &a, &body);
	if (e == ERR_OK) {
		out.type = body.type;
		out.content = body.content;
		buf_adds(&f->type, cpim_type);
		e = cpim_encode(&out, &f->body);
	}
	arena_deinit(&a);
	return e != ERR_OK ? e : checked(f);
}

static enum err unwrap(const struct message *m, struct form *f)
{
	struct sipbody body;
	struct arena a;
	enum err e;

	arena_init(&a);
	e = decode(m, f, &a, &body);
	if (e == ERR_OK) {
		buf_adds(&f->type, body.type.n ? body.type :
		    STRV("text/plain"));
		buf_adds(&f->body, body.content);
		e = checked(f);
	}
	arena_deinit(&a);
	return e;
}

/* --- reports ----------------------------------------------------------------- */

static enum imdn_kind imdn_kind(enum report_kind k)
{
	return k == REPORT_DISPLAY ? IMDN_DISPLAY :
	    k == REPORT_INTERWORKING ? IMDN_INTERWORKING : IMDN_DELIVERY;
}

static enum imdn_status imdn_status(enum report_status s)
{
	switch (s) {
	case STATUS_DELIVERED:
		return IMDN_DELIVERED;
	case STATUS_DISPLAYED:
		return IMDN_DISPLAYED;
	case STATUS_INTERWORKED:
		return IMDN_LEGACY_SMS;
	case STATUS_FAILED:
		return IMDN_FAILED;
	case STATUS_FORBIDDEN:
		return IMDN_FORBIDDEN;
	case STATUS_ERROR:
		break;
	}
	return IMDN_ERROR;
}

static enum err write_report(const struct message *m, struct strv from,
    struct strv to, struct form *f)
{
	char id[ID_MESSAGE_TEXT];
	struct imdn imdn = {
		.message_id = m->report.imdn_id,
		.has_datetime = m->report.sent != 0,
		.datetime = m->report.sent,
		.recipient = from,
		.original_recipient = from,
		.kind = imdn_kind(m->report.kind),
		.status = imdn_status(m->report.status)
	};
	struct cpim_out out = {
		.from = from,
		.to = to,
		.datetime = m->received,
		.message_id = message_id(m, id),
		.type = STRV("message/imdn+xml"),
		.notification = true
	};
	struct buf xml;
	enum err e;

	buf_init(&xml, IMDN_MAX_SIZE);
	e = imdn_encode(&imdn, &xml);
	if (e == ERR_OK) {
		out.content = buf_strv(&xml);
		buf_adds(&f->type, cpim_type);
		e = cpim_encode(&out, &f->body);
	}
	buf_deinit(&xml);
	return e;
}

/* With a list of those who got it, it goes as it is where CPIM does. */
static bool is_wrapped(const struct content *c)
{
	struct mime_part part;

	return sipbody_type_is(c->type, cpim_type) ||
	    (lists_history_split(c->type, c->bytes, &part) &&
	    sipbody_type_is(part.type, cpim_type));
}

enum err form_make(const struct message *m, bool cpim, struct strv from,
    struct strv to, struct form *f)
{
	bool wrapped;

	buf_clear(&f->type);
	buf_clear(&f->encoding);
	buf_clear(&f->body);
	if (!m->content)
		return m->kind == MESSAGE_REPORT ?
		    write_report(m, from, to, f) : ERR_BAD_CONTENT;
	wrapped = is_wrapped(m->content);
	if (m->kind == MESSAGE_REPORT || wrapped == cpim)
		return as_it_is(m->content, f);
	return wrapped ? unwrap(m, f) : wrap(m, from, to, f);
}
