/* uamsg.c - messages and reports that a simulated client sends. */

#include <stdio.h>
#include <stdlib.h>

#include "event.h"
#include "stats.h"
#include "ua_priv.h"

struct message_opts {
	const char *to, *text, *imdn, *id, *conversation, *contribution;
	const char *in_reply_to, *as, *raw_cpim, *body, *type;
	long expires;
	bool plain;
	struct opt_more headers, cpim_headers;
};

static bool read_file(const char *path, struct buf *to)
{
	FILE *f = fopen(path, "rbe");
	size_t n;

	if (!f)
		return false;
	do {
		n = fread(buf_room(to, 65536), 1, 65536, f);
		buf_wrote(to, n);
	} while (n > 0);
	fclose(f);
	return true;
}

static void header(struct ua_request *r, const char *name, const char *value)
{
	if (value)
		buf_addf(&r->headers, "%s: %s\r\n", name, value);
}

/* Headers of a CPM request, spec/conversation 2.3, 3.1. */
static void cpm_headers(struct ua_request *r, const char *conversation,
	const char *contribution)
{
	char uuid[37], hex[33];

	random_uuid(uuid);
	rand_hex(hex, 32);
	buf_addf(&r->headers, "P-Preferred-Identity: <%s>\r\n"
	    "P-Preferred-Service: " ICSI "msg\r\n"
	    "Accept-Contact: *;" ICSI_TAG "\"\r\n", r->ua->aor);
	header(r, "Conversation-ID", conversation ? conversation : uuid);
	header(r, "Contribution-ID", contribution ? contribution : hex);
}

static void message_done(struct ua_request *r, const struct sipmsg *m)
{
	ua_response_event(r, m);
}

static void sent_event(const struct ua_request *r)
{
	event("sent");
	event_str("ua", r->ua->name);
	event_str("method", r->method);
	event_str("to", r->to);
	event_str("call-id", r->call_id);
	event_str("message-id", r->message_id);
	event_str("report", r->report);
	event_str("report-id", r->report_id);
	event_end();
}

static void write_cpim(struct ua_request *r, const struct message_opts *o)
{
	static const char *const wants[][2] = {
		{ "delivery", "positive-delivery, negative-delivery" },
		{ "positive", "positive-delivery" },
		{ "negative", "negative-delivery" },
		{ "display", "display" },
		{ "processing", "processing" },
		{ "interworking", "interworking" },
	};
	struct buf list = BUF_EMPTY;
	struct strv rest = strv(o->imdn), word;

	/* short words of the command line, or the tokens themselves */
	while (rest.p) {
		const char *full = NULL;

		word = strv_trim(strv_split(rest, ',', &rest));
		for (size_t i = 0; i < sizeof(wants) / sizeof(wants[0]); i++)
			if (strv_eq(word, strv(wants[i][0])))
				full = wants[i][1];
		if (list.n > 0)
			buf_addz(&list, ", ");
		buf_adds(&list, full ? strv(full) : word);
	}
	cpim_write(&(struct cpim_out){
		.from = r->from, .to = r->to, .id = r->message_id,
		.wants = list.n > 0 ? list.p : NULL,
		.more = o->cpim_headers.text, .more_n = o->cpim_headers.n,
		.type = "text/plain; charset=UTF-8",
		.content = strv(o->text),
	}, &r->body);
	buf_deinit(&list);
}

static bool content(struct ua_request *r, const struct message_opts *o)
{
	const char *file = o->raw_cpim ? o->raw_cpim : o->body;
	const char *type = o->raw_cpim ? "message/cpim" : o->type;

	if (file) {
		r->type = new_str(type ? type : "text/plain");
		return read_file(file, &r->body);
	}
	if (o->plain) {
		r->type = new_str("text/plain;charset=UTF-8");
		buf_addz(&r->body, o->text);
		return true;
	}
	r->type = new_str("message/cpim");
	write_cpim(r, o);
	return true;
}

static void fill(struct ua_request *r, const struct message_opts *o)
{
	char id[17];

	rand_hex(id, 16);
	r->message_id = new_str(o->id ? o->id : id);
	if (o->as) {
		free(r->from);
		r->from = new_str(o->as);
	}
	if (!o->plain)
		cpm_headers(r, o->conversation, o->contribution);
	header(r, "InReplyTo-Contribution-ID", o->in_reply_to);
	if (o->expires >= 0)
		buf_addf(&r->headers, "Expires: %ld\r\n", o->expires);
	for (int i = 0; i < o->headers.n; i++)
		buf_addf(&r->headers, "%s\r\n", o->headers.text[i]);
	r->done = message_done;
}

void ua_message(struct ua *ua, const struct words *w)
{
	struct message_opts o = { .expires = -1, .plain = ua->plain };
	const struct opt opts[] = {
		{ "to", OPT_TEXT, &o.to },
		{ "text", OPT_TEXT, &o.text },
		{ "imdn", OPT_TEXT, &o.imdn },
		{ "plain", OPT_FLAG, &o.plain },
		{ "id", OPT_TEXT, &o.id },
		{ "conversation", OPT_TEXT, &o.conversation },
		{ "contribution", OPT_TEXT, &o.contribution },
		{ "in-reply-to", OPT_TEXT, &o.in_reply_to },
		{ "expires", OPT_NUMBER, &o.expires },
		{ "header", OPT_MORE, &o.headers },
		{ "cpim-header", OPT_MORE, &o.cpim_headers },
		{ "as", OPT_TEXT, &o.as },
		{ "raw-cpim", OPT_TEXT, &o.raw_cpim },
		{ "body", OPT_TEXT, &o.body },
		{ "type", OPT_TEXT, &o.type },
		{ NULL, OPT_FLAG, NULL },
	};
	struct ua_request *r;

	if (!words_options(w, 3, opts))
		return;
	if (!o.to || (!o.text && !o.raw_cpim && !o.body)) {
		refuse("ua NAME message to URI text TEXT");
		return;
	}
	r = ua_request_new(ua, "MESSAGE", o.to, o.to);
	fill(r, &o);
	if (!content(r, &o)) {
		refuse("cannot read the file");
		ua_request_free(r);
		return;
	}
	stats.messages_out++;
	sent_event(r);
	ua_request_send(r);
}

/* --- reports --- */

static void report_done(struct ua_request *r, const struct sipmsg *m)
{
	ua_response_event(r, m);
	if (m && m->status / 100 == 2 && r->then_display)
		ua_report(r->ua, r->to, r->report_id, "displayed",
		    strv(r->datetime), strv(r->conversation), false);
}

void ua_report(struct ua *ua, const char *to, const char *id,
	const char *status, struct strv datetime, struct strv conversation,
	bool then_display)
{
	struct ua_request *r = ua_request_new(ua, "MESSAGE", to, to);
	const char *kind = strcmp(status, "displayed") == 0 ? "display" :
	    "delivery";
	struct buf xml = BUF_EMPTY;
	char own_id[17];

	rand_hex(own_id, 16);
	r->message_id = new_str(own_id);
	r->report = status;
	r->report_id = new_str(id);
	r->datetime = datetime.p ? new_view(datetime) : NULL;
	r->conversation = conversation.p ? new_view(conversation) : NULL;
	r->then_display = then_display;
	r->done = report_done;
	cpm_headers(r, r->conversation, NULL);
	imdn_write(id, datetime, ua->aor, kind, status, &xml);
	r->type = new_str("message/cpim");
	cpim_write(&(struct cpim_out){
		.from = ua->aor, .to = to, .id = own_id,
		.type = "message/imdn+xml", .notification = true,
		.content = buf_strv(&xml),
	}, &r->body);
	buf_deinit(&xml);
	sent_event(r);
	ua_request_send(r);
}

/* ua NAME imdn STATUS for ID to URI */
void ua_imdn_command(struct ua *ua, const struct words *w)
{
	static const char *const statuses[] = {
		"delivered", "failed", "forbidden", "error", "displayed",
	};
	const char *id = NULL, *to = NULL, *status = NULL;
	const struct opt opts[] = {
		{ "for", OPT_TEXT, &id },
		{ "to", OPT_TEXT, &to },
		{ NULL, OPT_FLAG, NULL },
	};

	for (size_t i = 0; w->n > 3 && i < 5; i++)
		if (strcmp(statuses[i], w->w[3]) == 0)
			status = statuses[i];
	if (!status || !words_options(w, 4, opts) || !id || !to) {
		refuse("ua NAME imdn delivered|failed|displayed for ID to URI");
		return;
	}
	ua_report(ua, to, id, status, STRV_NONE, STRV_NONE, false);
}

/* --- the same octets once more --- */

static void resend_done(void *arg, const struct sipmsg *m)
{
	struct ua *ua = arg;

	event("resend-response");
	event_str("ua", ua->name);
	event_int("status", m ? m->status : 408);
	if (m)
		event_message_headers(m);
	event_end();
}

void ua_resend(struct ua *ua)
{
	if (ua->last.n == 0) {
		refuse("%s has sent no MESSAGE", ua->name);
		return;
	}
	sipnet_send(&ua->net, buf_strv(&ua->last), ua->last_branch,
	    resend_done, ua);
}
