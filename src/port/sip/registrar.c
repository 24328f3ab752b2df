/* registrar.c - REGISTER: bindings of a user's devices (RFC 3261 10, 5626). */

#include <inttypes.h>
#include <stdlib.h>

#define LOG_UNIT "sip"
#include "base/alloc.h"
#include "base/log.h"
#include "base/now.h"
#include "core/addr.h"
#include "dir/bindings.h"
#include "dir/devices.h"
#include "dir/users.h"
#include "flow/flow.h"
#include "port/sip/lines.h"
#include "port/sip/sip_priv.h"

#define CONTACT_MAX	512	/* bytes of a contact URI */
#define FEATURES_MAX	2048	/* bytes of a contact's parameters */
#define PATH_MAX_	1024	/* bytes of all Path values */

/* One REGISTER on its way; the texts of new bindings live in the buffers. */
struct registration {
	struct request *r;
	struct user *user;
	struct bindings_edit *edit;	/* NULL in the first pass */
	struct buf path;
	bool outbound;		/* the client and the way to it can do it */
	bool wake;		/* something was put */
};

static void registration_free(struct registration *g)
{
	buf_deinit(&g->path);
	free(g);
}

/* --- the answer ------------------------------------------------------------ */

static void add_contact(struct buf *out, const struct binding *b,
    int64_t now)
{
	int64_t left = (b->expires - now + 999) / 1000;

	buf_addf(out, "Contact: <%.*s>", STRV_ARG(b->contact));
	if (b->features.n > 0)
		buf_addf(out, ";%.*s", STRV_ARG(b->features));
	buf_addf(out, ";expires=%" PRId64 "\r\n", left < 0 ? 0 : left);
}

static void add_associated(struct buf *out, const struct user *u)
{
	struct buf sip, tel;

	buf_init(&sip, ADDR_MAX);
	buf_init(&tel, ADDR_MAX);
	user_uris(u, &sip, &tel);
	buf_addf(out, "P-Associated-URI: <%s>", sip.p);
	if (tel.n > 0)
		buf_addf(out, ", <%s>", tel.p);
	buf_addz(out, "\r\n");
	buf_deinit(&sip);
	buf_deinit(&tel);
}

static void add_route(struct buf *out, const struct registration *g)
{
	size_t start = out->n;

	buf_addz(out, "Service-Route: <");
	if (sip_settings.service_route && listener_local(g->r, NULL, out)) {
		buf_addz(out, ";lr>\r\n");
		return;
	}
	out->n = start;
	out->p[start] = 0;
}

/* 200 with all that is bound now. */
static void answer(struct registration *g)
{
	int64_t now = now_ms();
	struct buf lines;

	buf_init(&lines, 49152);
	LIST_FOR(h, &g->user->bindings)
		add_contact(&lines, BINDING_OF(h), now);
	add_associated(&lines, g->user);
	if (g->path.n > 0)
		buf_addf(&lines, "Path: %s\r\n", g->path.p);
	add_route(&lines, g);
	if (g->outbound)
		buf_addf(&lines, "Require: outbound\r\nFlow-Timer: %" PRId64
		    "\r\n", sip_settings.flow_timer);
	buf_addz(&lines, "Supported: path, outbound\r\n");
	request_answer(g->r, 200, NULL, lines.full ? NULL : lines.p);
	buf_deinit(&lines);
}

static void committed(enum err e, struct user *u, bool appeared, void *arg)
{
	struct registration *g = arg;

	if (e == ERR_TOO_BIG)
		request_refuse(g->r, 403, "Too Many Contacts", NULL,
		    "user %.*s has too many devices", STRV_ARG(u->key));
	else if (e != ERR_OK)
		request_refuse(g->r, err_info(e)->sip, NULL,
		    e == ERR_NO_USER ? NULL : "Retry-After: 5\r\n",
		    "bindings not stored: %s", err_info(e)->text);
	else
		answer(g);
	if (e == ERR_OK && (appeared || g->wake))
		flow_wake(u->key);
	registration_free(g);
}

/* --- one contact ----------------------------------------------------------- */

static const char *param(const sip_contact_t *m, const char *name)
{
	return msg_params_find(m->m_params, name);
}

/* Seconds a contact asks for; -1: not a number. */
static int64_t asked_expires(const sip_t *sip, const sip_contact_t *m)
{
	char *end;
	unsigned long n;

	if (!m->m_expires)
		return sip->sip_expires ? (int64_t)sip->sip_expires->ex_delta :
		    sip_settings.register_default;
	n = strtoul(m->m_expires, &end, 10);
	if (end == m->m_expires || *end)
		return sip_settings.register_default;	/* RFC 3261 10.3 */
	return n > UINT32_MAX ? UINT32_MAX : (int64_t)n;
}

/* RFC 3840 tags as sent; also those that stand inside the URI by mistake. */
static void read_features(const sip_contact_t *m, struct buf *out)
{
	struct strv uri_params = strv(m->m_url->url_params), item;

	for (const msg_param_t *p = m->m_params; p && *p; p++) {
		if (strncasecmp(*p, "expires=", 8) == 0 ||
		    strncasecmp(*p, "q=", 2) == 0)
			continue;
		buf_addf(out, "%s%s", out->n ? ";" : "", *p);
	}
	while (lines_item(&uri_params, ';', &item))
		if (item.n > 1 && item.p[0] == '+')
			buf_addf(out, "%s%.*s", out->n ? ";" : "",
			    STRV_ARG(item));
}

/* The instance without its quotes and <>; empty when there is none. */
static struct strv read_instance(const sip_contact_t *m)
{
	struct strv value = strv(param(m, "+sip.instance"));

	if (value.n >= 2 && value.p[0] == '"')
		value = (struct strv){ value.p + 1, value.n - 2 };
	if (value.n >= 2 && value.p[0] == '<')
		value = (struct strv){ value.p + 1, value.n - 2 };
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] <= ' ' || value.p[i] > '~')
			return STRV("");
	return value.p ? value : STRV("");
}

static uint16_t read_q(const sip_contact_t *m)
{
	double q = m->m_q ? strtod(m->m_q, NULL) : 1.0;

	return (uint16_t)(q >= 0 && q <= 1 ? q * 1000 : 1000);
}

static uint32_t read_reg_id(const sip_contact_t *m)
{
	const char *s = param(m, "reg-id");
	unsigned long n = s ? strtoul(s, NULL, 10) : 0;

	return n > INT32_MAX ? 0 : (uint32_t)n;
}

static struct binding *same_binding(struct user *u, const struct binding *b)
{
	LIST_FOR(h, &u->bindings) {
		struct binding *o = BINDING_OF(h);

		if (b->instance.n > 0 ? strv_eq(o->instance, b->instance) &&
		    o->reg_id == b->reg_id : strv_eq(o->contact, b->contact) &&
		    o->instance.n == 0)
			return o;
	}
	return NULL;
}

/* RFC 3261 10.3 step 7: an older request may not undo a newer one. */
static bool out_of_order(struct user *u, const struct binding *b)
{
	struct binding *o = same_binding(u, b);

	return o && strv_eq(o->call_id, b->call_id) && b->cseq < o->cseq;
}

static void refuse(struct registration *g, int status, const char *phrase,
    const char *headers, const char *why)
{
	request_refuse(g->r, status, phrase, headers, "%s", why);
	registration_free(g);
}

static bool too_short(struct registration *g, int64_t s)
{
	char line[64];

	if (s == 0 || s >= sip_settings.register_min)
		return false;
	snprintf(line, sizeof(line), "Min-Expires: %" PRId64 "\r\n",
	    sip_settings.register_min);
	refuse(g, 423, NULL, line, "registration time too short");
	return true;
}

static bool contact_bad(struct registration *g, const sip_contact_t *m,
    const struct buf *uri, const struct buf *features)
{
	enum url_type_e type = (enum url_type_e)m->m_url->url_type;

	if ((type == url_sip || type == url_sips) && m->m_url->url_host &&
	    m->m_url->url_host[0] && !uri->full && !features->full &&
	    uri->n > 0)
		return false;
	refuse(g, 400, "Bad Contact Header", NULL,
	    uri->full || features->full ? "contact too long" :
	    "contact is no SIP URI");
	return true;
}

static bool is_blocked(struct registration *g, const struct binding *b)
{
	const struct device *d = device_find(g->user, b->instance);

	if (!d || !d->blocked)
		return false;
	refuse(g, 403, "Device Blocked", NULL, "the device is blocked");
	return true;
}

static void edit(struct registration *g, const struct binding *b, bool gone)
{
	if (gone) {
		bindings_edit_del(g->edit, b);
		return;
	}
	bindings_edit_put(g->edit, b);
	g->wake = true;
}

/* One contact, in either pass.  false: answered. */
static bool put_contact(struct registration *g, const sip_contact_t *m)
{
	const sip_t *sip = g->r->sip;
	int64_t now = now_ms(), s = asked_expires(sip, m);
	struct buf uri, features;
	struct binding b = { .user = g->user };
	bool good;

	buf_init(&uri, CONTACT_MAX);
	buf_init(&features, FEATURES_MAX);
	request_url(m->m_url, &uri);
	read_features(m, &features);
	b.contact = buf_strv(&uri);
	b.features = buf_strv(&features);
	b.instance = read_instance(m);
	b.reg_id = g->outbound && b.instance.n > 0 ? read_reg_id(m) : 0;
	b.path = buf_strv(&g->path);
	b.source = strv(g->r->source);
	b.agent = strv(sip->sip_user_agent && sip->sip_user_agent->g_string ?
	    sip->sip_user_agent->g_string : "");
	if (b.agent.n > 256)
		b.agent.n = 256;
	b.call_id = strv(sip->sip_call_id->i_id);
	b.cseq = sip->sip_cseq->cs_seq;
	b.q = read_q(m);
	b.seen = now;
	if (s > sip_settings.register_max)
		s = sip_settings.register_max;
	b.expires = now + s * 1000;

	good = !contact_bad(g, m, &uri, &features) && !too_short(g, s);
	good = good && !is_blocked(g, &b);
	if (good && out_of_order(g->user, &b)) {
		refuse(g, 500, "Out Of Order", NULL,
		    "older than the last REGISTER of this contact");
		good = false;
	}
	if (good && g->edit)
		edit(g, &b, s == 0);
	buf_deinit(&uri);
	buf_deinit(&features);
	return good;
}

/* Contact: * removes all; only alone and with Expires: 0. */
static bool put_star(struct registration *g)
{
	const sip_t *sip = g->r->sip;

	if (sip->sip_contact->m_next || !sip->sip_expires ||
	    sip->sip_expires->ex_delta != 0) {
		refuse(g, 400, "Bad Contact Header", NULL,
		    "Contact: * must be alone and with Expires: 0");
		return false;
	}
	LIST_FOR(h, &g->user->bindings) {
		struct binding *b = BINDING_OF(h);

		if (strv_eq(b->call_id, strv(sip->sip_call_id->i_id)) &&
		    sip->sip_cseq->cs_seq < b->cseq) {
			refuse(g, 500, "Out Of Order", NULL,
			    "older than the last REGISTER of a contact");
			return false;
		}
		if (g->edit)
			bindings_edit_del(g->edit, b);
	}
	return true;
}

static bool is_star(const sip_contact_t *m)
{
	return m->m_url->url_type == url_any;
}

/* false: answered. */
static bool put_all(struct registration *g)
{
	const sip_contact_t *m = g->r->sip->sip_contact;
	size_t n = 0;

	for (; m; m = m->m_next) {
		if (is_star(m))
			return put_star(g);
		if (++n > BINDINGS_MAX) {
			refuse(g, 403, "Too Many Contacts", NULL,
			    "too many contacts in one REGISTER");
			return false;
		}
		if (!put_contact(g, m))
			return false;
	}
	return true;
}

/* --- the whole request ------------------------------------------------------ */

static void read_path(struct registration *g)
{
	const sip_path_t *p = (const sip_path_t *)g->r->sip->sip_path;
	struct buf uri;

	buf_init(&uri, CONTACT_MAX);
	for (; p; p = p->r_next) {
		request_url(p->r_url, &uri);
		buf_addf(&g->path, "%s<%s>", g->path.n ? ", " : "", uri.p);
	}
	buf_deinit(&uri);
}

/* RFC 5626 6: outbound needs the client and the first hop to know of it. */
static bool outbound_possible(const sip_t *sip)
{
	if (!request_lists(sip->sip_supported, "outbound"))
		return false;
	if (!sip->sip_via->v_next)
		return true;
	return sip->sip_path && url_has_param(sip->sip_path->r_url, "ob");
}

static bool asks_outbound(const sip_t *sip)
{
	const sip_contact_t *m = sip->sip_contact;

	return m && !is_star(m) && param(m, "reg-id") &&
	    read_instance(m).n > 0 &&
	    request_lists(sip->sip_supported, "outbound");
}

static struct user *to_user(const struct request *r)
{
	struct user *u = NULL;
	struct buf uri, key;

	buf_init(&uri, ADDR_MAX);
	buf_init(&key, ADDR_MAX);
	request_url(r->sip->sip_to->a_url, &uri);
	if (dir_key(buf_strv(&uri), &key) == ERR_OK)
		u = user_find(buf_strv(&key));
	buf_deinit(&uri);
	buf_deinit(&key);
	return u;
}

/*
 * A third-party REGISTER (3GPP TS 24.229 5.4.1.7): the core tells that a user
 * is there.  From names the S-CSCF, and so does the contact: what is for the
 * user goes to his public identity by way of it.
 */
static bool third_party(const struct request *r)
{
	return r->peer && r->peer->core && r->sip->sip_contact &&
	    !is_star(r->sip->sip_contact) &&
	    url_cmp(r->sip->sip_from->a_url, r->sip->sip_to->a_url) != 0;
}

static bool put_third_party(struct registration *g)
{
	static const msg_param_t cpm[] = {
		"+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi."
		"oma.cpm.msg\"", NULL
	};
	sip_contact_t user = *g->r->sip->sip_contact;
	struct buf uri;

	buf_init(&uri, CONTACT_MAX);
	request_url(user.m_url, &uri);
	buf_clear(&g->path);
	buf_addf(&g->path, "<%s%s>", uri.p,
	    url_has_param(user.m_url, "lr") ? "" : ";lr");
	buf_deinit(&uri);
	*user.m_url = *g->r->sip->sip_to->a_url;
	user.m_params = cpm;	/* behind the core are clients of CPM */
	return put_contact(g, &user);
}

static void register_user(struct request *r, struct user *u, bool third)
{
	struct registration *g = xalloc(sizeof(*g));
	bool (*put)(struct registration *) =
	    third ? put_third_party : put_all;

	g->r = r;
	g->user = u;
	buf_init(&g->path, PATH_MAX_);
	read_path(g);
	if (g->path.full) {
		refuse(g, 400, "Bad Path Header", NULL, "path too long");
		return;
	}
	if (asks_outbound(r->sip) && !outbound_possible(r->sip)) {
		refuse(g, 439, "First Hop Lacks Outbound Support", NULL,
		    "the proxy before us has no ;ob in its Path");
		return;
	}
	g->outbound = asks_outbound(r->sip);
	if (!r->sip->sip_contact) {
		answer(g);
		registration_free(g);
		return;
	}
	if (!put(g))	/* the first pass only looks for what to refuse */
		return;
	g->edit = bindings_edit_new(u);
	put(g);
	bindings_edit_commit(g->edit, committed, g);
}

void registrar_in(struct request *r)
{
	struct user *u = to_user(r);
	bool third = third_party(r);

	if (!third && !listener_is_us(r->sip->sip_request->rq_url)) {
		request_refuse(r, 404, NULL, NULL, "not our domain");
		return;
	}
	if (third && !u) {
		request_refuse(r, 404, NULL, NULL, "unknown user");
		return;
	}
	if (!third)
		u = login_check(r, u, true);
	if (!u)
		return;
	if (u->state != USER_ACTIVE) {
		request_refuse(r, 403, NULL, NULL, "user %.*s is suspended",
		    STRV_ARG(u->key));
		return;
	}
	register_user(r, u, third);
}
