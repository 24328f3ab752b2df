/* request.c - a request in hand: what is refused, who handles it, its answer. */

#include <stdarg.h>
#include <stdlib.h>

#define LOG_UNIT "sip"
#include "base/alloc.h"
#include "base/log.h"
#include "base/map.h"
#include "base/now.h"
#include "port/sip/lines.h"
#include "port/sip/replays.h"
#include "port/sip/sip_priv.h"
#include "wire/sipbody.h"

#include <sofia-sip/msg_addr.h>
#include <sofia-sip/nta_stateless.h>
#include <sofia-sip/nta_tport.h>
#include <sofia-sip/sip_util.h>
#include <sofia-sip/tport.h>

static struct list open_requests;
static size_t n_open;
static struct replays *replays;

/* One row per method; methods that are not here are 501. */
struct method {
	sip_method_t method;
	enum sip_metric metric;
	void (*handle)(struct request *r);	/* NULL: status */
	int status;
	bool dialog;	/* with a To tag it is for a dialog we do not have */
	bool hop;	/* goes on from here: Max-Forwards must allow it */
	const char *supported;	/* Require may name these */
};

static const struct method methods[] = {
	{ sip_method_register,	M_REGISTER, registrar_in, 0, false, false,
	    "path outbound" },
	{ sip_method_message,	M_MESSAGE, pager_in,	0, true, true,
	    "recipient-list-message" },
	{ sip_method_options,	M_OPTIONS, options_in,	0, true, false, "" },
	{ sip_method_invite,	M_OTHER, NULL,	405, true, false, NULL },
	{ sip_method_info,	M_OTHER, NULL,	405, true, false, NULL },
	{ sip_method_update,	M_OTHER, NULL,	405, true, false, NULL },
	{ sip_method_prack,	M_OTHER, NULL,	481, true, false, NULL },
	{ sip_method_bye,	M_OTHER, NULL,	481, true, false, NULL },
	{ sip_method_cancel,	M_OTHER, NULL,	481, true, false, NULL },
	{ sip_method_refer,	M_OTHER, NULL,	405, true, false, NULL },
	{ sip_method_subscribe,	M_OTHER, NULL,	489, true, false, NULL },
	{ sip_method_notify,	M_OTHER, NULL,	481, true, false, NULL },
	{ sip_method_publish,	M_OTHER, NULL,	489, true, false, NULL }
};

void request_init(void)
{
	list_init(&open_requests);
	replays = replays_new();
}

void request_fini(void)
{
	replays_free(replays);
	replays = NULL;
}

size_t request_open(void)
{
	return n_open;
}

void request_orphan(void)
{
	LIST_FOR(h, &open_requests) {
		struct request *r = LIST_ENTRY(h, struct request, hook);

		tport_unref(r->tport);
		r->tport = NULL;
	}
}

void request_expire(void)
{
	replays_expire(replays, now_mono());
}

/* --- reading ----------------------------------------------------------- */

struct strv request_header(const struct request *r, const char *name)
{
	for (const sip_unknown_t *u = r->sip->sip_unknown; u; u = u->un_next)
		if (strcasecmp(u->un_name, name) == 0)
			return lines_trim(strv(u->un_value));
	return STRV_NONE;
}

void request_url(const url_t *url, struct buf *out)
{
	char s[1024];
	issize_t n = url_e(s, sizeof(s), url);

	buf_clear(out);
	if (n > 0 && (size_t)n < sizeof(s))
		buf_add(out, s, (size_t)n);
}

bool request_lists(const msg_list_t *list, const char *word)
{
	for (; list; list = list->k_next)
		for (const msg_param_t *p = list->k_items; p && *p; p++)
			if (strcasecmp(*p, word) == 0)
				return true;
	return false;
}

static struct strv content_type(const sip_content_type_t *c, struct arena *a)
{
	struct buf b;
	struct strv s;

	if (!c)
		return STRV_NONE;
	buf_init(&b, 1024);
	buf_addz(&b, c->c_type);
	for (const msg_param_t *p = c->c_params; p && *p; p++)
		buf_addf(&b, ";%s", *p);
	s = arena_str(a, buf_strv(&b));
	buf_deinit(&b);
	return s;
}

void request_body(const struct request *r, struct arena *a,
    struct sipbody_in *in)
{
	const msg_list_t *encoding = r->sip->sip_content_encoding;
	const sip_payload_t *payload = r->sip->sip_payload;

	*in = (struct sipbody_in){
		.type = content_type(r->sip->sip_content_type, a),
		.transfer = request_header(r, "Content-Transfer-Encoding"),
		.body = STRV(""),
		.max_size = sip_settings.max_message
	};
	if (encoding && encoding->k_items && encoding->k_items[0])
		in->encoding = strv(encoding->k_items[0]);
	if (payload && payload->pl_data)
		in->body = (struct strv){ payload->pl_data, payload->pl_len };
}

static void source_text(struct request *r, const su_sockaddr_t *from)
{
	char host[SU_ADDRSIZE + 2] = "";
	const char *proto, *listener = "";
	bool six = from->su_family == AF_INET6;

	su_inet_ntop(from->su_family, SU_ADDR(from), host, sizeof(host));
	proto = sip_via_transport(r->sip->sip_via);
	listener_local(r, &listener, NULL);
	snprintf(r->source, sizeof(r->source), "%s %s%s%s:%u %s",
	    proto ? proto : "udp", six ? "[" : "", host, six ? "]" : "",
	    ntohs(from->su_port), listener);
	for (char *c = r->source; *c && *c != ' '; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c + 'a' - 'A');
}

static struct request *request_new(msg_t *msg, const sip_t *sip)
{
	struct request *r = xalloc(sizeof(*r));
	su_sockaddr_t *from = msg_addr(msg);

	r->tport = tport_ref(tport_delivered_by(nta_agent_tports(
	    edge_agent()), msg));
	r->sip = sip;
	r->msg = msg;
	source_text(r, from);
	r->peer = trust_find(from);
	list_push(&open_requests, &r->hook);
	n_open++;
	return r;
}

static void request_free(struct request *r)
{
	list_del(&r->hook);
	n_open--;
	tport_unref(r->tport);
	msg_destroy(r->msg);
	free(r);
}

/* --- answering ----------------------------------------------------------- */

static void send_answer(struct request *r, int status, const char *phrase,
    const char *headers)
{
	sip_to_t *to = r->sip->sip_to;

	if (!r->tport)
		return;
	if (!phrase)
		phrase = sip_status_phrase(status);
	if (!to->a_tag)		/* the same in every repeat of the answer */
		sip_to_tag(msg_home(r->msg), to, r->replay->tag);
	nta_msg_treply(edge_agent(), msg_ref(r->msg), status,
	    phrase ? phrase : "Refused",
	    NTATAG_TPORT(r->tport), SIPTAG_HEADER_STR(headers), TAG_END());
}

void request_answer(struct request *r, int status, const char *phrase,
    const char *headers)
{
	sip_count((enum sip_metric)(M_1XX + status / 100 - 1));
	send_answer(r, status, phrase, headers);
	if (status == 401)	/* a challenge is as good at every repeat */
		replays_forget(replays, r->replay);
	else
		replays_answer(replays, r->replay, status, phrase, headers,
		    now_mono());
	request_free(r);
}

void request_refuse(struct request *r, int status, const char *phrase,
    const char *headers, const char *fmt, ...)
{
	char why[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	log_info("refused method=%s status=%d why=\"%s\" from=\"%s\" "
	    "call-id=%.80s", r->sip->sip_request->rq_method_name, status, why,
	    r->source, r->sip->sip_call_id->i_id);
	request_answer(r, status, phrase, headers);
}

/* --- refusing ------------------------------------------------------------ */

static bool too_large(struct request *r)
{
	if (msg_size(r->msg) <= sip_settings.max_message)
		return false;
	request_refuse(r, 413, NULL, NULL, "larger than max-message");
	return true;
}

/* The first header that could not be read. */
static bool malformed(struct request *r)
{
	const sip_header_t *h = (const sip_header_t *)r->sip->sip_error;
	const char *name = NULL;
	char phrase[64];

	if (!h)
		return false;
	if (h->sh_class == sip_error_class)
		name = h->sh_error->er_name;
	else if (h->sh_class)
		name = h->sh_class->hc_name;
	for (const char *c = name; c && *c; c++)
		if (!strchr("-ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		    "abcdefghijklmnopqrstuvwxyz", *c))
			name = NULL;
	snprintf(phrase, sizeof(phrase), "Bad %.40s Header",
	    name && *name ? name : "Message");
	sip_count(M_MALFORMED);
	request_refuse(r, 400, phrase, NULL, "%s", phrase);
	return true;
}

static const struct method *method_find(const sip_t *sip)
{
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (methods[i].method == sip->sip_request->rq_method)
			return &methods[i];
	return NULL;
}

static bool unknown_method(struct request *r, const struct method *m)
{
	const char *allow = "Allow: " SIP_ALLOW "\r\n";

	if (!m) {
		request_refuse(r, 501, NULL, allow, "unknown method");
		return true;
	}
	if (m->dialog && r->sip->sip_to->a_tag) {
		request_refuse(r, 481, NULL, NULL, "no such dialog");
		return true;
	}
	if (m->handle)
		return false;
	if (m->status == 489)
		allow = "Allow-Events:\r\n";
	request_refuse(r, m->status, NULL, allow, "%s",
	    m->status == 481 ? "no such transaction" :
	    m->status == 489 ? "no such event package" : "not offered");
	return true;
}

static bool is_supported(const char *word, const char *supported)
{
	struct strv rest = strv(supported), item;

	while (lines_item(&rest, ' ', &item))
		if (strv_caseeq(item, strv(word)))
			return true;
	return false;
}

static void unsupported(const msg_list_t *list, const char *supported,
    struct buf *out)
{
	for (; list; list = list->k_next)
		for (const msg_param_t *p = list->k_items; p && *p; p++)
			if (!is_supported(*p, supported))
				buf_addf(out, "%s%s", out->n ? ", " :
				    "Unsupported: ", *p);
}

static bool needs_extension(struct request *r, const struct method *m)
{
	struct buf b;
	bool needs;

	buf_init(&b, 512);
	unsupported(r->sip->sip_require, m->supported, &b);
	if (m->hop)
		unsupported(r->sip->sip_proxy_require, m->supported, &b);
	needs = b.n > 0;
	buf_addz(&b, "\r\n");
	if (needs)
		request_refuse(r, 420, NULL, b.full ? NULL : b.p,
		    "it requires an extension that we do not have");
	buf_deinit(&b);
	return needs;
}

static bool wrong_target(struct request *r, const struct method *m)
{
	enum url_type_e type = (enum url_type_e)
	    r->sip->sip_request->rq_url->url_type;
	bool number = type == url_tel && m->method != sip_method_register;

	if (type != url_sip && type != url_sips && !number) {
		request_refuse(r, 416, NULL, NULL, "URI scheme %s",
		    type == url_unknown ? "unknown" : "not taken");
		return true;
	}
	if (m->hop && r->sip->sip_max_forwards &&
	    r->sip->sip_max_forwards->mf_count == 0) {
		request_refuse(r, 483, NULL, NULL, "Max-Forwards is 0");
		return true;
	}
	return false;
}

/* --- repeats -------------------------------------------------------------- */

/* s and a byte that is in none of them, at a place with room for both. */
static char *put(char *at, const char *s, size_t most)
{
	size_t n = s ? strnlen(s, most) : 0;

	if (n)
		memcpy(at, s, n);
	at[n] = '\n';
	return at + n + 1;
}

/* What makes a request another one (RFC 3261 8.2.2.2). */
static uint64_t request_key(const sip_t *sip)
{
	/* zeros: what does not fit of a URL is left out in the middle */
	char text[1800] = { 0 }, *at = text, *end = text + sizeof(text);
	uint32_t seq = sip->sip_cseq->cs_seq;

	memcpy(at, &seq, sizeof(seq));
	at = put(at + sizeof(seq), sip->sip_call_id->i_id, 400);
	at = put(at, sip->sip_from->a_tag, 200);
	at = put(at, sip->sip_request->rq_method_name, 40);
	url_e(at, end - at, sip->sip_request->rq_url);
	end[-1] = 0;
	return map_hash((struct strv){ text, (size_t)(at - text) +
	    strlen(at) });
}

/* What makes its transaction another one (17.2.3).  Nobody but who sent it
 * shall have its answer. */
static uint64_t transaction_key(const struct request *r)
{
	const sip_via_t *v = r->sip->sip_via;
	char text[900], *at = text;

	at = put(at, v->v_branch, 400);
	at = put(at, v->v_host, 300);
	at = put(at, v->v_port, 20);
	at = put(at, r->source, sizeof(r->source));
	return map_hash((struct strv){ text, (size_t)(at - text) });
}

/*
 * false: a new request.  true: a repeat, answered as before, or absorbed
 * while the answer is to come; by another way (a fork): 482.  A message taken
 * stays taken for whoever asks; else only the same transaction is a repeat.
 */
static bool repeated(struct request *r)
{
	uint64_t key = request_key(r->sip), twin = transaction_key(r);
	int64_t now = now_mono();
	struct replay *e = replays_find(replays, key, now);
	bool same = e && e->twin == twin;

	if (!e || (!same && e->status != 0 && (e->status / 100 != 2 ||
	    r->sip->sip_request->rq_method != sip_method_message))) {
		r->replay = replays_begin(replays, key, twin, now);
		return false;
	}
	sip_count(M_REPLAYED);
	r->replay = e;
	if (e->status != 0)
		send_answer(r, e->status, replay_phrase(e),
		    replay_headers(e));
	else if (!same)
		send_answer(r, 482, "Request Merged", NULL);
	request_free(r);
	return true;
}

/* The agent's callback: every request that Sofia could read, and responses
 * that nobody waits for. */
int request_in(nta_agent_magic_t *magic, nta_agent_t *agent, msg_t *msg,
    sip_t *sip)
{
	const struct method *m;
	struct request *r;

	(void)magic;
	(void)agent;
	if (!sip->sip_request ||
	    sip->sip_request->rq_method == sip_method_ack) {
		msg_destroy(msg);
		return 0;
	}
	r = request_new(msg, sip);
	if (repeated(r))
		return 0;
	m = method_find(sip);
	sip_count(m ? m->metric : M_OTHER);
	if (too_large(r) || malformed(r) || unknown_method(r, m) ||
	    wrong_target(r, m) || needs_extension(r, m))
		return 0;
	m->handle(r);
	return 0;
}
