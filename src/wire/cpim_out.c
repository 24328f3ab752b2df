/* cpim_out.c - write the CPIM messages that we make (RFC 3862, 5438). */

#include "base/utf8.h"
#include "wire/cpim.h"

/* in the order in which RFC 5438 lists them */
static const struct {
	unsigned bit;
	const char *word;
} dispositions[] = {
	{ CPIM_DELIVERY, "positive-delivery" },
	{ CPIM_NEGATIVE, "negative-delivery" },
	{ CPIM_PROCESSING, "processing" },
	{ CPIM_DISPLAY, "display" },
	{ CPIM_INTERWORKING, "interworking" },
	{ CPIM_NONE, "none" },
};

/* Fit to stand in a header as it is; absent is fit. */
static bool fit(struct strv s, const char *unfit)
{
	for (size_t i = 0; i < s.n; i++) {
		if ((uint8_t)s.p[i] < ' ' || s.p[i] == 0x7f ||
		    strchr(unfit, s.p[i]))
			return false;
	}
	return true;
}

static bool fit_all(const struct cpim_out *c)
{
	return c->from.n && c->to.n && c->type.n && fit(c->from, "<> \"") &&
	    fit(c->to, "<> \"") && fit(c->original_to, "<> \"") &&
	    fit(c->type, "") && fit(c->message_id, " ") &&
	    fit(c->service, " ") && c->message_id.n <= CPIM_ID;
}

/* A String of RFC 3862 3.6; bad bytes become U+FFFD. */
static void quote(struct buf *out, struct strv s)
{
	buf_addc(out, '"');
	while (s.n) {
		uint32_t c = utf8_next(&s, NULL);

		if (c < ' ' || c == 0x7f) {
			buf_addf(out, "\\u%04x", (unsigned)c);
			continue;
		}
		if (c == '"' || c == '\\')
			buf_addc(out, '\\');
		utf8_add(out, c);
	}
	buf_addc(out, '"');
}

static void uri(struct buf *out, const char *header, struct strv v)
{
	buf_addf(out, "%s: <", header);
	buf_adds(out, v);
	buf_addz(out, ">\r\n");
}

static void text(struct buf *out, const char *header, struct strv v)
{
	buf_addf(out, "%s: ", header);
	buf_adds(out, v);
	buf_addz(out, "\r\n");
}

static void from(const struct cpim_out *c, struct buf *out)
{
	buf_addz(out, "From: ");
	if (c->from_name.n) {
		quote(out, c->from_name);
		buf_addc(out, ' ');
	}
	buf_addc(out, '<');
	buf_adds(out, c->from);
	buf_addz(out, ">\r\n");
}

static void wants(unsigned bits, struct buf *out)
{
	const char *sep = "imdn.Disposition-Notification: ";

	for (size_t i = 0; i < sizeof(dispositions) / sizeof(dispositions[0]);
	    i++) {
		if (bits & dispositions[i].bit) {
			buf_addf(out, "%s%s", sep, dispositions[i].word);
			sep = ", ";
		}
	}
	if (bits)
		buf_addz(out, "\r\n");
}

static void message_headers(const struct cpim_out *c, struct buf *out)
{
	from(c, out);
	uri(out, "To", c->to);
	buf_addz(out, "DateTime: ");
	cpim_add_time(out, c->datetime);
	buf_addz(out, "\r\n");
	if (c->subject.n && fit(c->subject, ""))
		text(out, "Subject", c->subject);
	if (c->message_id.n || c->wants || c->original_to.n)
		buf_addf(out, "NS: imdn <%s>\r\n", cpim_ns_imdn.p);
	if (c->message_id.n)
		text(out, "imdn.Message-ID", c->message_id);
	wants(c->wants, out);
	if (c->original_to.n)
		uri(out, "imdn.Original-To", c->original_to);
	if (c->service.n) {
		buf_addf(out, "NS: iw <%s>\r\n", cpim_ns_iw.p);
		text(out, "iw.Service", c->service);
	}
}

enum err cpim_encode(const struct cpim_out *c, struct buf *out)
{
	if (!fit_all(c))
		return ERR_BAD_SYNTAX;
	message_headers(c, out);
	buf_addz(out, "\r\n");
	text(out, "Content-Type", c->type);
	if (c->notification)
		text(out, "Content-Disposition", STRV("notification"));
	buf_addf(out, "Content-Length: %zu\r\n\r\n", c->content.n);
	buf_adds(out, c->content);
	return out->full ? ERR_TOO_BIG : ERR_OK;
}
