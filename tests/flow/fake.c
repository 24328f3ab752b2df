/* fake.c - the daemon's inside under a frozen clock, with fake ports. */

#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/id.h"
#include "base/log.h"
#include "base/now.h"
#include "conf/conf.h"
#include "core/content.h"
#include "core/leg.h"
#include "dir/bindings.h"
#include "dir/gateways.h"
#include "dir/groups.h"
#include "dir/overrides.h"
#include "dir/routes.h"
#include "dir/sticky.h"
#include "dir/users.h"
#include "flow/access.h"
#include "flow/give.h"
#include "flow/port.h"
#include "loop/loop.h"
#include "loop/work.h"
#include "op/op.h"
#include "store/db.h"
#include "store/settings.h"
#include "store/writer.h"
#include "lib/faultfs.h"
#include "fake.h"

#define DRAIN_ROUNDS	12
#define PAIRS		16	/* arguments and values of an operation */
#define TIME_STEPS	120

static struct model *model;
static struct leg *legs[MODEL_SENT];	/* of model->sent, in this process */

/* --- names ------------------------------------------------------------------ */

const char *fake_key(const char *name)
{
	for (int i = 0; i < MODEL_NAMES; i++)
		if (strcmp(model->names[i].name, name) == 0)
			return model->names[i].key;
	return name;
}

static const char *name_of(struct strv key)
{
	for (int i = 0; i < MODEL_NAMES; i++)
		if (strv_eq(strv(model->names[i].key), key))
			return model->names[i].name;
	for (int i = 0; i < MODEL_NAMES; i++)
		if (strv_eq(strv(model->gateways[i].name), key))
			return model->gateways[i].name;
	return "?";
}

/* --- ports -------------------------------------------------------------------- */

static void describe_notice(const struct leg *l, char *s)
{
	struct message *n = notice_make(l, false);

	(void)snprintf(s, MODEL_TEXT, "NOTICE %.*s",
	    STRV_ARG(n->content->bytes));
	message_unref(n);
}

static void describe(const struct leg *l, bool notice, char *s)
{
	const struct message *m = l->message;

	if (l->role == LEG_UCN)
		(void)snprintf(s, MODEL_TEXT, "%.*s", STRV_ARG(l->text));
	else if (notice)
		describe_notice(l, s);
	else if (m->kind == MESSAGE_REPORT)
		(void)snprintf(s, MODEL_TEXT, "REPORT %s %.*s",
		    report_status_name(m->report.status),
		    STRV_ARG(m->report.imdn_id));
	else
		(void)snprintf(s, MODEL_TEXT, "%.*s%s%.*s",
		    STRV_ARG(m->content->bytes), l->reached.n ? " not " : "",
		    STRV_ARG(l->reached));
}

static void add_name(char *list, struct strv name)
{
	size_t n = strlen(list);

	(void)snprintf(list + n, MODEL_TEXT - n, "%s%.*s", n ? " " : "",
	    STRV_ARG(name));
}

/* As port/sip: to the one device, or to all that have not had it. */
static void note_device(const struct leg *l, const struct user *u,
    const struct binding *b, struct model_sent *s)
{
	struct strv name = binding_name(b);
	enum give give;

	if (l->device.n ? !strv_eq(l->device, name) :
	    strv_listed(l->reached, name))
		return;
	give = give_now(l, u, b);
	if (give == GIVE_NOTICE && !l->device.n) {
		add_name(s->apart, name);
		return;
	}
	s->notice = give == GIVE_NOTICE;
	add_name(s->tried, name);
	if (give != GIVE_NOTHING)
		add_name(s->devices, name);
}

/* None of the devices is for the leg: nothing was sent. */
struct nobody {
	struct leg *leg;
	struct model_sent seen;
};

static void nobody(void *arg)
{
	struct nobody *n = arg;
	const struct flow_outcome o = { .err = ERR_OFFLINE, .hold = true,
		.tried = strv(n->seen.tried), .apart = strv(n->seen.apart) };

	flow_result(n->leg, &o);
	free(n);
}

static void deliver(struct leg *l)
{
	struct model_sent *s = &model->sent[model->nsent];
	struct user *u = user_find(l->hop);

	if (model->nsent == MODEL_SENT)
		abort();
	*s = (struct model_sent){ .message = id_message_of(l->id),
	    .leg = l->id, .open = true };
	(void)snprintf(s->hop, sizeof(s->hop), "%s", name_of(l->hop));
	if (u)
		LIST_FOR(h, &u->bindings)
			note_device(l, u, BINDING_OF(h), s);
	if (u && !s->devices[0]) {
		struct nobody *n = xalloc(sizeof(*n));

		*n = (struct nobody){ l, *s };
		loop_defer(nobody, n);
		return;
	}
	describe(l, s->notice, s->what);
	legs[model->nsent++] = l;
}

static enum err port_start(void)
{
	return ERR_OK;
}

static void port_stop(void (*done)(void))
{
	done();
}

static unsigned user_window(struct strv hop)
{
	struct user *u = user_find(hop);

	return u && user_is_online(u) ? 5 : 0;
}

static unsigned gateway_window(struct strv hop)
{
	struct gateway *g = gateway_find(hop);

	return g && g->state == GATEWAY_UP ? 10 : 0;
}

static const struct port sip = {
	.name = "sip", .caps = PORT_TEXT | PORT_MEDIA | PORT_USERS,
	.start = port_start, .stop = port_stop,
	.window = user_window, .deliver = deliver,
};
static const struct port sms = {
	.name = "sms", .caps = PORT_TEXT | PORT_REPORTS,
	.start = port_start, .stop = port_stop,
	.window = gateway_window, .deliver = deliver,
};
extern const struct port group_port;	/* the real one */
static const struct port *const ports[] = { &sip, &sms, &group_port, NULL };

/* in place of port/ports.c */
const struct port *const *ports_all(void)
{
	return ports;
}

/* in place of loop/work.c: at once */
bool work_put(enum work_lane lane, work_fn *fn, work_fn *done, void *arg)
{
	(void)lane;
	fn(arg);
	if (done)
		loop_defer(done, arg);
	return true;
}

bool work_is_stopping(void)
{
	return false;
}

const struct port *port_find(struct strv name)
{
	for (const struct port *const *p = ports; *p; p++)
		if (strv_eq(strv((*p)->name), name))
			return *p;
	return NULL;
}

/* --- life ------------------------------------------------------------------------ */

void fake_drain(void)
{
	int rounds = model->rounds ? model->rounds : DRAIN_ROUNDS;

	now_freeze(model->now);
	for (int i = 0; i < rounds; i++) {
		loop_drain();
		writer_drain();
	}
	if (!model->rounds)
		loop_drain();
}

void fake_time(int64_t ms)
{
	int64_t until = model->now + ms;
	int64_t step = ms / TIME_STEPS > 1000 ? ms / TIME_STEPS : 1000;

	while (model->now < until) {
		model->now += until - model->now < step ?
		    until - model->now : step;
		fake_drain();
	}
}

static void gateway_operated(struct strv name);

static void restore_gateways(void)
{
	for (int i = 0; i < MODEL_NAMES && model->gateways[i].name[0]; i++)
		fake_gateway(model->gateways[i].name,
		    model->gateways[i].state);
}

bool fake_start(struct model *m, const char *dir)
{
	static bool registered;
	struct buf why;
	bool ok;

	model = m;
	model->rounds = 0;
	now_freeze(m->now);
	faultfs_install();
	log_max = getenv("FLOW_DEBUG") ? LOG_DEBUG_ : LOG_ERR_;
	buf_init(&why, 1024);
	ok = db_open_all(dir, &why) == ERR_OK;
	if (!ok)
		fprintf(stderr, "%s\n", why.p);
	buf_deinit(&why);
	if (!ok)
		return false;
	if (!registered) {
		users_register();
		groups_register();
		bindings_register();
		routes_register();
		sticky_register();
		gateways_register();
		flow_register();
		override_watch(1u << OVERRIDE_LINK, gateway_operated);
		registered = true;
	}
	if (settings_load() != ERR_OK)
		return false;
	if (settings_revision() == 0 && !(fake_set("set site domain "
	    "example.org") && fake_set("set site country-code 1")))
		return false;
	if (users_load() != ERR_OK || groups_load() != ERR_OK ||
	    bindings_load() != ERR_OK ||
	    sticky_load() != ERR_OK || overrides_load() != ERR_OK ||
	    flow_start() != ERR_OK)
		return false;
	restore_gateways();
	fake_drain();
	if (m->disk_full)
		fake_disk(true);
	return true;
}

/* --- steps ------------------------------------------------------------------------- */

static void operated(struct op_call *c, void *arg)
{
	(void)c;
	(void)arg;
}

static void give(struct op_call *c, const char *arg, const char *value)
{
	char id[ID_MESSAGE_TEXT];

	for (int i = 0; i < model->nsubmits; i++) {
		if (strcmp(arg, "id") != 0 ||
		    strcmp(model->submits[i].id, value) != 0)
			continue;
		id_message_text(model->submits[i].message, id);
		value = id;
		break;
	}
	op_call_arg(c, arg, strv(fake_key(value)));
}

bool fake_operate(const char *command, const char *const *pairs)
{
	size_t n;
	const struct op *const *ops = op_all(&n);

	for (size_t i = 0; i < n; i++) {
		struct op_call *c;
		int status;

		if (strcmp(ops[i]->command, command) != 0)
			continue;
		c = op_call_new(ops[i], STRV("test"), AS_ALL,
		    operated, NULL);
		for (size_t k = 0; pairs[k] && pairs[k + 1]; k += 2)
			give(c, pairs[k], pairs[k + 1]);
		op_call_run(c);
		fake_drain();
		status = op_call_status(c);
		op_call_free(c);
		return status / 100 == 2;
	}
	return false;
}

bool fake_operation(const char *command, ...)
{
	const char *pairs[PAIRS + 1] = { NULL };
	va_list ap;

	va_start(ap, command);
	for (size_t i = 0; i < PAIRS; i++) {
		pairs[i] = va_arg(ap, const char *);
		if (!pairs[i])
			break;
	}
	va_end(ap);
	return fake_operate(command, pairs);
}

static void saved(enum err e, int64_t revision, void *arg)
{
	(void)revision;
	*(bool *)arg = e == ERR_OK;
}

bool fake_set(const char *line)
{
	struct conf_edit *e = conf_edit_new();
	struct buf why;
	bool ok;

	buf_init(&why, 1024);
	ok = conf_edit_line(e, strv(line), &why) == ERR_OK;
	if (ok) {
		settings_save(e, STRV("test"), STRV(""), saved, &ok);
		fake_drain();
	} else {
		fprintf(stderr, "%s\n", why.p);
		conf_edit_free(e);
	}
	buf_deinit(&why);
	return ok;
}

/* As port/sip: any REGISTER that is not the end of one wakes. */
static void bound(enum err e, struct user *u, bool appeared, void *arg)
{
	if (e == ERR_OK && (appeared || arg))
		flow_wake(u->key);
}

void fake_online(const char *name, const char *device, const char *tags,
    int64_t ms)
{
	bool contact = strncmp(device, "sip:", 4) == 0;
	struct user *u = user_find(strv(fake_key(name)));
	struct bindings_edit *e = bindings_edit_new(u);
	struct binding b = {
		.contact = contact ? strv(device) :
		    STRV("sip:x@127.0.0.1:5062"),
		.instance = contact ? STRV("") : strv(device),
		.call_id = strv(device),
		.source = STRV("udp 127.0.0.1:5062"),
		.features = strv(tags), .path = STRV(""), .agent = STRV(""),
		.reg_id = 1, .cseq = 1, .q = 1000,
		.expires = model->now + ms,
		.seen = model->now,
	};

	bindings_edit_put(e, &b);
	bindings_edit_commit(e, bound, e);
}

void fake_offline(const char *name, const char *device)
{
	struct user *u = user_find(strv(fake_key(name)));
	struct bindings_edit *e = bindings_edit_new(u);

	LIST_FOR(h, &u->bindings)
		if (!*device || strv_eq(BINDING_OF(h)->instance,
		    strv(device)))
			bindings_edit_del(e, BINDING_OF(h));
	bindings_edit_commit(e, bound, NULL);
}

static int gateway_slot(const char *name)
{
	int i = 0;

	while (i < MODEL_NAMES && model->gateways[i].name[0] &&
	    strcmp(model->gateways[i].name, name) != 0)
		i++;
	return i;
}

void fake_gateway(const char *name, int state)
{
	struct model_gateway *mg = &model->gateways[gateway_slot(name)];
	struct gateway *g = gateway_find(strv(name));

	if (name != mg->name)
		(void)snprintf(mg->name, sizeof(mg->name), "%s", name);
	mg->state = state;
	if (!g) {
		g = xalloc(sizeof(*g));
		*g = (struct gateway){ .name = mg->name, .port = "sms",
		    .service = "sms", .why = "bound", .reports = true };
		gateway_add(g);
	}
	g->aside = override_find(OVERRIDE_LINK, strv(name)) ? "drained" : NULL;
	g->state = g->aside ? GATEWAY_DOWN : (enum gateway_state)state;
	if (g->state == GATEWAY_UP) {
		flow_wake(strv(name));
		return;
	}
	/* as port/sms does: what waits may go by another */
	for (g = gateway_next(NULL); g; g = gateway_next(g))
		if (g->state == GATEWAY_UP)
			flow_wake(strv(g->name));
}

/* As port/sms: what is out ends by its answer. */
static void gateway_operated(struct strv name)
{
	for (int i = 0; i < MODEL_NAMES && model->gateways[i].name[0]; i++)
		if (strv_eq(strv(model->gateways[i].name), name))
			fake_gateway(model->gateways[i].name,
			    model->gateways[i].state);
}

void fake_sticky(const char *user, const char *peer, const char *service)
{
	sticky_note(strv(fake_key(user)), strv(fake_key(peer)), strv(service),
	    STRV(""));
}

void fake_disk(bool full)
{
	model->disk_full = full;
	model->disk_was_full |= full;
	if (full)
		faultfs_fail(0, SQLITE_FULL);
	else
		faultfs_heal();
}

int64_t fake_rows(const char *sql)
{
	struct stmt *s = stmt(db_writer(DB_STORE), sql);
	int64_t n = stmt_row(s) ? col_int(s) : -1;

	return stmt_end(s) == ERR_OK ? n : -1;
}

static void stopped(void)
{
}

void fake_stop(void)
{
	flow_stop(stopped);
}

static void answered(const struct flow_answer *a, void *arg)
{
	struct model_submit *s = arg;

	s->message = a->id;
	s->answer = a->kind == FLOW_TAKEN ? 200 : a->kind == FLOW_STORED ?
	    202 : err_info(a->err)->sip;
}

static unsigned wants_of(const char *words)
{
	return (strstr(words, "delivered") ? WANTS_DELIVERED : 0) |
	    (strstr(words, "failed") ? WANTS_FAILED : 0) |
	    (strstr(words, "displayed") ? WANTS_DISPLAYED : 0) |
	    (strstr(words, "interworked") ? WANTS_INTERWORKED : 0);
}

/* As a client sends it to many (RFC 5365). */
static struct content *list_content(const struct fake_message *what)
{
	struct strv list = strv(what->recipients);
	struct content *c;
	struct buf b;

	buf_init(&b, 4096);
	buf_addz(&b, "--b\r\nContent-Type: text/plain\r\n\r\n");
	buf_addz(&b, what->text);
	buf_addz(&b, "\r\n--b\r\n"
	    "Content-Type: application/resource-lists+xml\r\n"
	    "Content-Disposition: recipient-list\r\n\r\n"
	    "<resource-lists><list>");
	while (list.p) {
		struct strv one = strv_split(list, ',', &list);
		char name[32];

		(void)snprintf(name, sizeof(name), "%.*s", STRV_ARG(one));
		buf_addf(&b, "<entry uri=\"%s\"/>", fake_key(name));
	}
	buf_addz(&b, "</list></resource-lists>\r\n--b--\r\n");
	c = content_new(STRV("multipart/mixed; boundary=b"), STRV_NONE,
	    buf_strv(&b));
	buf_deinit(&b);
	return c;
}

void fake_submit(const struct fake_message *what, int64_t wait_ms)
{
	struct model_submit *s = &model->submits[model->nsubmits++];
	struct message *m = message_new();

	if (model->nsubmits == MODEL_SUBMITS)
		abort();
	(void)snprintf(s->to, sizeof(s->to), "%s", what->to);
	(void)snprintf(s->id, sizeof(s->id), "%s", what->id);
	m->kind = MESSAGE_TEXT;
	m->from = message_str(m, strv(fake_key(what->from)));
	m->origin = user_find(m->from) ? FROM_USER : FROM_NETWORK;
	m->to = message_str(m, strv(fake_key(what->to)));
	m->imdn_id = message_str(m, strv(what->id));
	m->wants = wants_of(what->wants);
	m->device = message_str(m, strv(what->device));
	m->in = m->origin == FROM_USER ? "sip" : "sms";
	m->received = model->now;
	if (what->expires >= 0)
		m->expires = model->now + what->expires;
	if (*what->service)
		m->service = message_str(m, strv(what->service));
	if (strcmp(what->type, "text/plain") == 0)
		m->text_chars = (uint32_t)strlen(what->text);
	m->content = what->recipients ? list_content(what) :
	    content_new(strv(what->type), STRV_NONE, strv(what->text));
	flow_submit(m, wait_ms, answered, s);
}

bool fake_missed(const struct model_sent *s, const char *device)
{
	const struct leg *l = legs[s - model->sent];

	if (!s->open || !l)
		return false;
	flow_missed(l->message, l->recipient, strv(device));
	return true;
}

bool fake_heard(const char *name, const char *signal)
{
	static const char *const names[HEARD_N] = {
		[HEARD_ALERT] = "alert", [HEARD_ATTACHED] = "attached",
		[HEARD_DETACHED] = "detached", [HEARD_NOTHING] = "nothing",
		[HEARD_SMS] = "sms", [HEARD_ABSENT] = "absent",
		[HEARD_ANSWER] = "answer", [HEARD_SILENCE] = "silence",
	};

	for (int i = 0; i < HEARD_N; i++) {
		if (strcmp(names[i], signal) != 0)
			continue;
		access_heard(strv(fake_key(name)), (enum access_signal)i,
		    model->now);
		return true;
	}
	return false;
}

static void noted(enum err e, void *arg)
{
	(void)e;
	(void)arg;
}

void fake_report(const char *from, const char *to, const char *id,
    enum report_status status)
{
	struct flow_report r = {
		.port = "sip", .imdn_id = strv(id),
		.sender = strv(fake_key(to)), .recipient = strv(fake_key(from)),
		.status = status,
	};

	flow_report(&r, noted, NULL);
}

void fake_receipt(const char *gateway, const char *ref,
    enum report_status status)
{
	struct strv refs[] = { strv(ref) };
	struct flow_report r = {
		.port = "sms", .hop = strv(gateway), .refs = refs, .nrefs = 1,
		.status = status,
		.why = status >= STATUS_FAILED ? ERR_NO_USER : ERR_OK,
	};

	flow_report(&r, noted, NULL);
}

bool fake_result(struct model_sent *s, const struct flow_outcome *o)
{
	struct leg *l = legs[s - model->sent];
	struct flow_outcome full = *o;

	if (!s->open || !l)
		return false;
	s->open = false;
	legs[s - model->sent] = NULL;
	if (o->err == ERR_OK && s->devices[0] && !o->missed.n)
		full.reached = strv(s->devices);
	if (o->err == ERR_TIMEOUT)
		full.missed = strv(s->devices);
	full.tried = strv(s->tried);
	full.apart = strv(s->apart);
	if (s->notice && o->err == ERR_OK) {
		full.err = ERR_NOTICED;
		full.hold = true;
	}
	flow_result(l, &full);
	if (o->err != ERR_OK)
		return true;
	(void)snprintf(s->taken, sizeof(s->taken), "%s", s->devices);
	return true;
}
