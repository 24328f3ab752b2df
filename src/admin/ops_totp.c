/* ops_totp.c - the second factor: make it, prove it, take it away. */

#include <stdlib.h>

#include "admin/errand.h"
#include "admin/login.h"
#include "admin/people.h"
#include "admin/secret.h"
#include "admin/totp.h"
#include "base/alloc.h"
#include "base/now.h"
#include "base/rand.h"
#include "conf/seal.h"

#define CODES		10	/* to write down, each good once */
#define CODE_BYTES	10	/* 16 letters */
#define PENDING_MS	(10 * 60 * 1000)
#define NEWEST		32

/* A secret that was shown and not yet proved.  Core. */
static struct {
	int64_t admin, until;	/* until: ms, monotonic */
	unsigned char secret[TOTP_SECRET];
} pending[16];
static size_t next_pending;

/* Steps used a moment ago, until the disk has them.  Core. */
static struct {
	int64_t admin, step;
} newest[NEWEST];
static size_t next_newest;

/* --- a code at the login ---------------------------------------------------- */

static bool secret_of(const struct admin *a,
    unsigned char secret[TOTP_SECRET])
{
	struct buf clear;
	bool ok;

	buf_init(&clear, 64);
	ok = unseal(strv(a->totp), &clear) == ERR_OK &&
	    clear.n == TOTP_SECRET;
	if (ok)
		memcpy(secret, clear.p, TOTP_SECRET);
	explicit_bzero(clear.p, clear.n);
	buf_deinit(&clear);
	return ok;
}

static int64_t newest_of(const struct admin *a)
{
	int64_t step = a->totp_step;

	for (size_t i = 0; i < NEWEST; i++)
		if (newest[i].admin == a->id && newest[i].step > step)
			step = newest[i].step;
	return step;
}

struct second {
	struct op_call *c;
	struct admin a;
	login_proved_fn *proved;
};

static void second_saved(enum err e, const struct admin *a, void *arg)
{
	struct second *s = arg;

	if (e == ERR_OK)
		s->proved(s->c, a);
	else if (e == ERR_NO_USER)
		login_refused(s->c, strv(s->a.name), "the code is wrong");
	else
		people_fail(s->c, e);
	explicit_bzero(s, sizeof(*s));
	free(s);
}

/* What was used is used for good before it lets anyone in. */
static void spend(struct op_call *c, const struct admin *a,
    struct people_change *change, login_proved_fn *proved)
{
	struct second *s = xalloc(sizeof(*s));

	s->c = c;
	s->a = *a;
	s->proved = proved;
	change->actor = op_who(c);
	change->action = STRV("second factor");
	people_save(change, second_saved, s);
}

static void spend_step(struct op_call *c, const struct admin *a, int64_t step,
    login_proved_fn *proved)
{
	struct people_change change = { .a = *a, .fields = ADMIN_STEP };

	newest[next_newest].admin = a->id;
	newest[next_newest].step = step;
	next_newest = (next_newest + 1) % NEWEST;
	change.a.totp_step = step;
	spend(c, a, &change, proved);
	explicit_bzero(&change, sizeof(change));
}

/* Letters alone, upper case: people write spaces and hyphens. */
static void recovery_hash(struct strv code, unsigned char hash[ADMIN_KEY])
{
	struct buf b;

	buf_init(&b, 64);
	for (size_t i = 0; i < code.n; i++) {
		char ch = code.p[i];

		if (ch >= 'a' && ch <= 'z')
			ch = (char)(ch - 'a' + 'A');
		if (ch != ' ' && ch != '-')
			buf_addc(&b, ch);
	}
	secret_hash(buf_strv(&b), hash);
	explicit_bzero(b.p, b.n);
	buf_deinit(&b);
}

void login_second(struct op_call *c, const struct admin *a,
    login_proved_fn *proved)
{
	struct people_change change = { .a = *a };
	unsigned char secret[TOTP_SECRET], hash[ADMIN_KEY];
	struct strv code = op_text(c, "code");
	int64_t step;

	if (!a->totp[0]) {
		proved(c, a);
	} else if (!code.n) {
		op_fail(c, OP_TOTP, "send the code of your authenticator too, "
		    "or one of your recovery codes");
	} else if (code.n > TOTP_DIGITS) {
		recovery_hash(code, hash);
		change.used = hash;
		spend(c, a, &change, proved);
	} else if (secret_of(a, secret) && totp_fits(secret, code,
	    now_ms() / 1000, newest_of(a), &step)) {
		spend_step(c, a, step, proved);
	} else {
		login_refused(c, strv(a->name), "the code is wrong");
	}
	explicit_bzero(secret, sizeof(secret));
	explicit_bzero(&change, sizeof(change));
}

/* --- a new second factor ----------------------------------------------------- */

static bool is_person(struct op_call *c, struct admin *a)
{
	const struct who *w = who_of(c);

	if (w->via == VIA_SESSION && people_by_id(w->admin, a))
		return true;
	op_fail(c, OP_FORBIDDEN, "this is about who is logged in at the "
	    "console");
	return false;
}

/* Whoever found the browser open must not make himself at home. */
static bool is_fresh(struct op_call *c)
{
	if (session_is_fresh(&who_of(c)->session))
		return true;
	op_fail(c, OP_REAUTH, "this needs your password again: POST "
	    API "/auth/reauth");
	return false;
}

static unsigned char *pending_of(int64_t admin)
{
	for (size_t i = 0; i < sizeof(pending) / sizeof(pending[0]); i++)
		if (pending[i].admin == admin &&
		    now_mono() < pending[i].until)
			return pending[i].secret;
	return NULL;
}

static void pending_drop(int64_t admin)
{
	for (size_t i = 0; i < sizeof(pending) / sizeof(pending[0]); i++)
		if (pending[i].admin == admin)
			explicit_bzero(&pending[i], sizeof(pending[i]));
}

static void begin_run(struct op_call *c)
{
	unsigned char *secret = pending[next_pending].secret;
	struct admin a;
	struct buf text;

	if (!is_person(c, &a) || !is_fresh(c))
		return;
	pending_drop(a.id);
	rand_bytes(secret, TOTP_SECRET);
	pending[next_pending].admin = a.id;
	pending[next_pending].until = now_mono() + PENDING_MS;
	next_pending = (next_pending + 1) %
	    (sizeof(pending) / sizeof(pending[0]));
	buf_init(&text, 256);
	base32_add(secret, TOTP_SECRET, &text);
	op_field(c, "secret", buf_strv(&text));
	op_fieldf(c, "uri", "otpauth://totp/Parley:%s?secret=%s&issuer=Parley"
	    "&digits=6&period=30", a.name, text.p);
	explicit_bzero(text.p, text.n);
	buf_deinit(&text);
	explicit_bzero(&a, sizeof(a));
	op_done(c);
}

struct confirm {
	struct op_call *c;
	struct buf codes;	/* as a JSON list */
};

static void confirmed(enum err e, const struct admin *a, void *arg)
{
	struct confirm *f = arg;

	if (e == ERR_OK) {
		pending_drop(a->id);
		session_end_all(a->id, who_of(f->c)->session.id);
		op_field_json(f->c, "recovery_codes", buf_strv(&f->codes));
		op_done(f->c);
	} else {
		people_fail(f->c, e);
	}
	explicit_bzero(f->codes.p, f->codes.n);
	buf_deinit(&f->codes);
	free(f);
}

static void codes_make(struct buf *json, unsigned char (*hashes)[ADMIN_KEY])
{
	unsigned char bytes[CODE_BYTES];
	struct buf one;

	buf_init(&one, 64);
	buf_addc(json, '[');
	for (size_t i = 0; i < CODES; i++) {
		rand_bytes(bytes, sizeof(bytes));
		buf_clear(&one);
		base32_add(bytes, sizeof(bytes), &one);
		secret_hash(buf_strv(&one), hashes[i]);
		buf_addf(json, "%s\"%.4s-%.4s-%.4s-%.4s\"", i ? "," : "",
		    one.p, one.p + 4, one.p + 8, one.p + 12);
	}
	buf_addc(json, ']');
	explicit_bzero(one.p, one.n);
	buf_deinit(&one);
}

/* Without its secret a second factor would shut its owner out for good. */
static bool seal_secret(const unsigned char *secret, struct admin *a)
{
	struct buf sealed;
	bool ok;

	memset(a->totp, 0, sizeof(a->totp));
	buf_init(&sealed, sizeof(a->totp) - 1);
	ok = seal((struct strv){ (const char *)secret, TOTP_SECRET },
	    &sealed) == ERR_OK && sealed.n > 0 && !sealed.full;
	if (ok)
		memcpy(a->totp, sealed.p, sealed.n);
	buf_deinit(&sealed);
	return ok;
}

static void confirm_save(struct op_call *c, const struct admin *a,
    const unsigned char *secret, int64_t step)
{
	unsigned char hashes[CODES][ADMIN_KEY];
	struct people_change change = { .a = *a, .fields = ADMIN_TOTP |
		ADMIN_STEP, .recovery = (const void *)hashes,
		.n_recovery = CODES, .actor = op_who(c),
		.action = STRV("totp on") };
	struct confirm *f;

	if (!seal_secret(secret, &change.a)) {
		op_fail(c, OP_FAILED, "the secret could not be encrypted; "
		    "nothing was changed");
		explicit_bzero(&change, sizeof(change));
		return;
	}
	f = xalloc(sizeof(*f));
	f->c = c;
	buf_init(&f->codes, 1024);
	codes_make(&f->codes, hashes);
	change.a.totp_step = step;
	people_save(&change, confirmed, f);
	explicit_bzero(&change, sizeof(change));
}

static void confirm_run(struct op_call *c)
{
	const unsigned char *secret;
	struct admin a;
	int64_t step;

	if (!is_person(c, &a))
		return;
	secret = pending_of(a.id);
	if (!secret)
		op_fail(c, OP_CONFLICT, "there is nothing to confirm: POST "
		    API "/auth/totp first");
	else if (!totp_fits(secret, op_text(c, "code"), now_ms() / 1000, 0,
	    &step))
		op_fail(c, OP_INVALID, "the code is wrong: is the clock of "
		    "your authenticator right?");
	else
		confirm_save(c, &a, secret, step);
	explicit_bzero(&a, sizeof(a));
}

static void removed(enum err e, const struct admin *a, void *arg)
{
	if (e == ERR_OK) {
		session_end_all(a->id, who_of(arg)->session.id);
		op_done(arg);
	} else {
		people_fail(arg, e);
	}
}

static void remove_run(struct op_call *c)
{
	struct people_change change = { .fields = ADMIN_TOTP,
		.recovery = (const void *)"", .actor = op_who(c),
		.action = STRV("totp off") };

	if (!is_person(c, &change.a) || !is_fresh(c))
		return;
	change.a.totp[0] = 0;
	people_save(&change, removed, c);
	explicit_bzero(&change, sizeof(change));
}

static const struct op_arg confirm_args[] = {
	{ "code", ARG_REQUIRED, NULL, "that your authenticator shows",
	  IS_TEXT(1, 64) },
	{ 0 }
};

static const struct op ops[] = {
	{ "", "POST", "/auth/totp", CAP_SELF, OP_CORE, NULL,
	  "a secret for your authenticator; nothing is asked for until it is "
	  "confirmed", begin_run,
	  "secret uri" },
	{ "", "POST", "/auth/totp/confirm", CAP_SELF, OP_CORE, confirm_args,
	  "from now on a code is asked for; gives the recovery codes, once",
	  confirm_run,
	  "recovery_codes:texts" },
	{ "", "DELETE", "/auth/totp", CAP_SELF, OP_CORE, NULL,
	  "ask for no code any more", remove_run,
	  "" },
};

void ops_totp(void)
{
	op_register(ops, sizeof(ops) / sizeof(ops[0]));
}
