/* linktest_ops.c - the operation that tries a gateway's link, as a job. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/jsonw.h"
#include "conf/draft.h"
#include "dir/jobs.h"
#include "dir/users.h"
#include "loop/loop.h"
#include "port/sms/link.h"
#include "port/sms/linktest.h"
#include "port/sms/text.h"
#include "store/drafts.h"


enum { EXIT_WARNING = 10, EXIT_CRITICAL = 11 };	/* of the shell */

static void cancel(struct job *j);
static void fields(struct op_call *c, const struct job *j);
static void release(void *arg);

static const struct job_kind kind = { "gateway-test", "test gateway",
	"nothing was changed: test the gateway again", cancel,
	fields, release };

/* --- the job ---------------------------------------------------------------- */

static void release(void *arg)
{
	free(arg);
}

static void count(struct sms_linktest *t)
{
	struct job *j = t->arg;

	j->done = 0;
	for (int i = 0; i < STAGE_N; i++)
		j->done += t->steps[i].result == STAGE_OK;
}

/* "bind failed: refused: invalid password (ESME_RINVPASWD)" */
static void explain(const struct sms_linktest *t, struct job *j)
{
	const struct sms_step *s = &t->steps[t->at];

	if (s->result == STAGE_FAILED)
		(void)snprintf(j->why, sizeof(j->why), "%s failed: %.150s",
		    sms_stage_name(t->at), s->detail);
}

static void ended(struct sms_linktest *t, bool ok)
{
	struct job *j = t->arg;

	count(t);
	j->errors = !ok;
	explain(t, j);
	job_end(j, ok ? JOB_DONE : JOB_FAILED, ok ? STRV("every step went "
	    "well") : strv(j->why));
}

static void cancel(struct job *j)
{
	sms_linktest_stop(j->arg);
	job_end(j, JOB_CANCELLED, STRV(""));
}

static bool is_shown(const struct sms_linktest *t, enum sms_stage s)
{
	return s != STAGE_SUBMIT || t->submit;
}

static void stage_json(struct jsonw *w, const struct sms_linktest *t,
    enum sms_stage i)
{
	const struct sms_step *s = &t->steps[i];

	jsonw_object(w, NULL);
	jsonw_str(w, "stage", strv(sms_stage_name(i)));
	jsonw_str(w, "result", strv(sms_result_name(s->result)));
	jsonw_int(w, "ms", s->ms);
	jsonw_str(w, "detail", strv(s->detail));
	jsonw_str(w, "remedy", strv(s->remedy));
	jsonw_end(w);
}

/* For scripts: critical when there is no session, else a warning. */
static int exit_of(const struct sms_linktest *t)
{
	int code = 0;

	for (enum sms_stage i = 0; i < STAGE_N; i++)
		if (t->steps[i].result == STAGE_FAILED && code == 0)
			code = i <= STAGE_BIND ? EXIT_CRITICAL : EXIT_WARNING;
	return code;
}

static void fields(struct op_call *c, const struct job *j)
{
	const struct sms_linktest *t = j->arg;
	struct buf json, text;
	struct jsonw w;

	buf_init(&json, BUF_NO_LIMIT);
	buf_init(&text, BUF_NO_LIMIT);
	jsonw_init(&w, &json);
	jsonw_array(&w, NULL);
	for (enum sms_stage i = 0; i < STAGE_N; i++) {
		const struct sms_step *s = &t->steps[i];

		if (!is_shown(t, i))
			continue;
		stage_json(&w, t, i);
		buf_addf(&text, "%-8s %-8s %5" PRId64 " ms  %s\n",
		    sms_stage_name(i), sms_result_name(s->result), s->ms,
		    s->detail);
		if (*s->remedy)
			buf_addf(&text, "                            what to "
			    "do: %s\n", s->remedy);
	}
	jsonw_end(&w);
	op_field_json(c, "stages", buf_strv(&json));
	op_say(c, buf_strv(&text));
	if (j->state == JOB_FAILED)
		op_exit(c, exit_of(t));
	buf_deinit(&json);
	buf_deinit(&text);
}

/* --- what is tried ---------------------------------------------------------- */

static void set_password(struct sms_linktest *t)
{
	struct buf secret;

	buf_init(&secret, 64);
	if (conf_secret("gateway", t->name, "password", &secret) == ERR_OK)
		(void)snprintf(t->password, sizeof(t->password), "%s",
		    secret.p);
	explicit_bzero(secret.p, secret.n);
	buf_deinit(&secret);
}

/* Under the settings that are in force, or those that a draft proposes. */
static void load(void *arg)
{
	struct sms_linktest *t = arg;

	if (!conf_is_set("gateway", t->name, "address"))
		return;
	sms_settings_load(t->name, &t->conf);
	set_password(t);
}

/* false: the call has failed. */
static bool load_from(struct op_call *c, struct sms_linktest *t)
{
	struct strv name = op_text(c, "draft");
	const struct draft *d = name.n ? draft_find(op_actor(c), name) : NULL;
	struct conf_edit *e;

	if (name.n && !d) {
		op_fail(c, OP_NOT_FOUND, "you have no draft \"%.*s\"",
		    STRV_ARG(name));
		return false;
	}
	if (d) {
		e = conf_edit_rebase(d->edit);
		conf_edit_under(e, load, t);
		conf_edit_free(e);
	} else {
		load(t);
	}
	if (t->conf.peer.nhosts == 0)
		op_fail(c, OP_NOT_FOUND, "there is no gateway \"%s\" with an "
		    "address; show gateways lists them, --draft takes one that "
		    "is not committed", t->name);
	return t->conf.peer.nhosts > 0;
}

/* A second session as receiver would get messages meant for the first. */
static uint32_t mode_of(const struct sms_linktest *t)
{
	const struct sms_link *k = sms_link_find(strv(t->name));

	return t->conf.peer.pair || (k && sms_link_is_up(k)) ?
	    SMPP_BIND_TRANSMITTER : SMPP_BIND_TRANSCEIVER;
}

static enum err set_text(struct sms_linktest *t, struct strv text)
{
	struct segment_opt opt = { .carriage = SEGMENT_UDH8, .max_parts = 1 };
	struct segments cut;
	struct strv octets;
	enum err e;

	sms_text_fit(&t->conf, text, &opt);
	segments_init(&cut);
	e = segment_split(text, &opt, &cut);
	octets = e == ERR_OK ? segments_part(&cut, 0) : STRV_NONE;
	if (octets.n >= sizeof(t->text))
		e = ERR_TOO_BIG;
	if (e == ERR_OK) {
		memcpy(t->text, octets.p, octets.n);
		t->ntext = octets.n;
		t->data_coding = sms_text_coding(&t->conf, opt.alphabet);
	}
	segments_deinit(&cut);
	return e;
}

/* Without a source the service centre takes its own.  false: it failed. */
static bool set_message(struct op_call *c, struct sms_linktest *t)
{
	struct strv to = op_text(c, "to"), text = op_meant(c, "text");
	struct addr_rules rules;
	struct buf key;
	bool ok;

	t->submit = to.n > 0;
	if (!t->submit)
		return true;
	sms_settings_rules(&t->conf, &rules);
	buf_init(&key, ADDR_MAX);
	ok = dir_key(to, &key) == ERR_OK && sms_address(buf_strv(&key),
	    &rules, &t->conf.numbering, false, &t->dst);
	buf_deinit(&key);
	if (!ok)
		op_fail(c, OP_INVALID, "--to: \"%.*s\" is no number",
		    STRV_ARG(to));
	else if (set_text(t, text) != ERR_OK)
		op_fail(c, OP_INVALID, "--text: one short message at the most");
	else if (*t->conf.source)
		(void)sms_address_set(t->conf.source, &t->conf.numbering,
		    &t->src);
	return ok && t->ntext > 0;
}

static struct sms_linktest *made(struct op_call *c)
{
	struct sms_linktest *t = xalloc(sizeof(*t));
	struct strv name = op_text(c, "name");

	t->fd = -1;
	t->ended = ended;
	t->stepped = count;
	(void)snprintf(t->name, sizeof(t->name), "%.*s",
	    (int)(name.n < sizeof(t->name) ? name.n : 0), name.p);
	if (load_from(c, t) && set_message(c, t)) {
		t->mode = mode_of(t);
		return t;
	}
	explicit_bzero(t->password, sizeof(t->password));
	free(t);
	return NULL;
}

/* --- operations ------------------------------------------------------------- */

/* Those at work; the job's kind gives them back. */
#define TESTS 4
static struct sms_linktest *at_work[TESTS];

static struct sms_linktest **place(void)
{
	for (int i = 0; i < TESTS; i++)
		if (!at_work[i] || at_work[i]->over)
			return &at_work[i];
	return NULL;
}

static void start(void *arg)
{
	struct sms_linktest *t = arg;

	if (!t->over)
		sms_linktest_start(t);
}

static void run_test(struct op_call *c)
{
	struct sms_linktest **at = place(), *t;
	struct buf detail;
	struct job *j;

	if (!at) {
		op_fail(c, OP_BUSY, "%d tests are at work: wait for one",
		    TESTS);
		return;
	}
	t = made(c);
	if (!t)
		return;
	buf_init(&detail, 200);
	if (t->submit)
		buf_addf(&detail, "with a message to %s", t->dst.addr);
	j = job_begin(c, &kind, strv(t->name), buf_strv(&detail), t);
	buf_deinit(&detail);
	if (!j) {
		explicit_bzero(t->password, sizeof(t->password));
		free(t);
		return;
	}
	t->arg = j;
	j->total = t->submit ? STAGE_N : STAGE_N - 1;
	j->total -= !t->conf.peer.tls;
	*at = t;
	job_answer(c, j);
	loop_defer(start, t);
}

void sms_linktest_stop_all(void)
{
	for (int i = 0; i < TESTS; i++)
		if (at_work[i] && !at_work[i]->over)
			cancel(at_work[i]->arg);
}

static const struct op_arg args[] = {
	{ "name", ARG_REQUIRED | ARG_POSITION | ARG_PATH, "gateway",
	  "of the gateway", IS_TEXT(1, 64) },
	{ "draft", 0, NULL, "with the settings of your draft", IS_TEXT(0, 32) },
	{ "to", 0, NULL, "send a test message to this number, too",
	  IS_TEXT(0, ADDR_MAX) },
	{ "text", 0, NULL, "of that message",
	  IS_LINES(0, 1000), BY_DEFAULT("Test message from Parley") },
	{ 0 }
};

static const struct op ops[] = {
	{ "test gateway", "POST", "/gateways/{name}/test", CAP_OPERATE,
	  OP_CORE, args, "try its link step by step, on a connection apart",
	  run_test,
	  JOB_ANSWER " " JOB_MORE " text" },
};

void sms_linktest_register(void)
{
	op_register(ops, sizeof(ops) / sizeof(*ops));
}
