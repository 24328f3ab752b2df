/* certificates_change.c - certificates asked for and installed. */

#define LOG_UNIT "admin"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "admin/certificates.h"
#include "base/alloc.h"
#include "base/jsonw.h"
#include "base/log.h"
#include "cert/make.h"
#include "store/audit.h"

#define SOON_DAYS	14
#define NAMES_MAX	100

void cert_note(const struct cert_job *j, const char *action,
    const char *object, const struct held *h)
{
	struct buf detail;

	buf_init(&detail, 4096);
	if (h && h->there)
		buf_addf(&detail, "%s, names %s, sha256 %s",
		    h->about.subject, h->about.names, h->about.fingerprint);
	audit_event(j->c ? op_who(j->c) : STRV("parleyd"), strv(action),
	    strv(object), STRV("ok"), buf_strv(&detail));
	log_info("%s %s by=%.*s %s", action, object,
	    STRV_ARG(j->c ? op_actor(j->c) : STRV("parleyd")), detail.p);
	buf_deinit(&detail);
}

/* Where it is in force new handshakes get it; why: those that do not. */
static void put_in_force(const struct cert_job *j, const char *name,
    struct buf *why)
{
	for (size_t i = 0; i < j->n; i++) {
		struct cert_use *u = cert_use_find(strv(j->users[i].use));

		if (u && cert_is_used(&j->users[i], j->dir, name))
			(void)u->class->take(u, why);
	}
}

/* --- install ------------------------------------------------------------------------ */

/* The key that a chain without one may mean: it comes with it, waits for
 * it, or is the one there is. */
static bool find_key(struct cert_job *j, struct chain *c, struct strv chain,
    struct buf *why)
{
	char path[CERT_PATH];
	struct buf text;
	bool waits, fits;

	buf_init(&text, CERT_FILE_MAX);
	if (chain_has_key(chain)) {
		fits = chain_key(c, chain, why) == ERR_OK;
		buf_deinit(&text);
		return fits;
	}
	cert_path(path, j->dir, j->name, "waiting");
	waits = cert_file_read(path, &text) == ERR_OK;
	fits = waits && chain_key(c, buf_strv(&text), why) == ERR_OK;
	if (!fits) {
		buf_clear(&text);
		buf_clear(why);
		fits = cert_read(j->dir, j->name, &text) == ERR_OK &&
		    chain_key(c, buf_strv(&text), why) == ERR_OK;
	}
	cert_wipe(&text);
	if (fits)
		return true;
	buf_clear(why);
	buf_addz(why, waits ? "this certificate is not for the key that "
	    "waits for it: was it made from another request?" :
	    "there is no key for this certificate here: give it as well "
	    "(--key-file)");
	return false;
}

/* What is no fault, but should be known. */
static void warn(struct cert_job *j, const struct held *was)
{
	const struct cert_about *a = &j->held.about;
	struct strv rest = strv(was->there && was->about.names[0] ?
	    was->about.names : NULL);
	struct jsonw w;
	struct buf text;

	buf_init(&text, 1024);
	jsonw_init(&w, &j->warnings);
	jsonw_array(&w, NULL);
	if (a->not_after < time(NULL) + (int64_t)SOON_DAYS * 86400)
		jsonw_str(&w, NULL, STRV("it ends within two weeks"));
	if (a->self_signed)
		jsonw_str(&w, NULL, STRV("it is self-signed: clients ask "
		    "before they trust it"));
	else if (a->length == 1)
		jsonw_str(&w, NULL, STRV("it comes without the certificate "
		    "of its issuer: clients that do not have that refuse "
		    "it"));
	while (rest.p) {
		struct strv one = strv_split(rest, ',', &rest), in, next;
		bool still = false;

		for (next = strv(a->names); next.p && !still;) {
			in = strv_split(next, ',', &next);
			still = strv_caseeq(in, one);
		}
		buf_clear(&text);
		buf_addf(&text, "%.*s is no longer among its names",
		    STRV_ARG(one));
		if (!still)
			jsonw_str(&w, NULL, buf_strv(&text));
	}
	jsonw_end(&w);
	buf_deinit(&text);
}

static void store(struct cert_job *j, struct chain *c)
{
	struct held was = { .there = false };
	struct buf key;

	held_look_name(&was, j->dir, j->name);
	buf_init(&key, CERT_FILE_MAX);
	if (chain_write(c, &j->pem) != ERR_OK ||
	    chain_write_key(c, &key) != ERR_OK ||
	    cert_write(j->dir, j->name, buf_strv(&j->pem),
	    buf_strv(&key)) != ERR_OK)
		cert_job_fail(j, OP_FAILED, "%s/tls cannot be written; "
		    "nothing was changed", j->dir);
	cert_wipe(&key);
	chain_about(c, 0, &j->held.about);
	j->held.there = true;
	warn(j, &was);
}

static void install(struct cert_job *j)
{
	struct strv text = op_text(j->c, "chain"), key = op_text(j->c, "key");
	struct chain *c = NULL;
	struct buf why;
	bool good;

	buf_init(&why, CERT_WHY - 1);
	good = chain_read(text, &c, &why) == ERR_OK && (key.n ?
	    chain_key(c, key, &why) == ERR_OK :
	    find_key(j, c, text, &why)) &&
	    chain_check(c, time(NULL), &why) == ERR_OK;
	if (good)
		store(j, c);
	else
		cert_job_fail(j, OP_INVALID, "%s; nothing was changed",
		    why.p);
	chain_free(c);
	buf_deinit(&why);
}

static void installed(struct cert_job *j)
{
	struct op_call *c = j->c;
	struct buf why;

	cert_note(j, "certificate install", j->name, &j->held);
	buf_init(&why, CERT_WHY - 1);
	put_in_force(j, j->name, &why);
	if (why.n) {
		op_fail(c, OP_FAILED, "%s is kept, but %s", j->name, why.p);
	} else {
		op_field(c, "name", strv(j->name));
		held_fields(c, &j->held);
		op_field_json(c, "warnings", buf_strv(&j->warnings));
		op_done(c);
	}
	buf_deinit(&why);
}

void certificate_install(struct op_call *c)
{
	struct cert_job *j = cert_job_new(c, install, installed);

	if (cert_take_name(j))
		cert_job_write(j);
}

/* --- requests ------------------------------------------------------------------------ */

static bool join_names(struct op_call *c, struct buf *out)
{
	struct strv one;

	for (size_t i = 0; (one = op_nth(c, "names", i)).p; i++) {
		if (i == NAMES_MAX)
			return false;
		buf_addf(out, "%s%.*s", i ? "," : "", STRV_ARG(one));
	}
	return !out->full;
}

static void request(struct cert_job *j)
{
	struct held held = { .there = false };
	struct cert_wish wish = {
		.organization = op_text(j->c, "organization"),
		.rsa = op_is(j->c, "key_type", "rsa-3072"),
	};
	struct buf names, key, why;
	enum err e;

	held_look_name(&held, j->dir, j->name);
	if (held.waiting) {
		cert_job_fail(j, OP_CONFLICT, "a request for %s waits for its "
		    "certificate already: certificate show %s has it, "
		    "certificate cancel %s forgets it", j->name, j->name,
		    j->name);
		return;
	}
	buf_init(&names, 8192);
	buf_init(&key, CERT_FILE_MAX);
	buf_init(&why, CERT_WHY - 1);
	if (!join_names(j->c, &names)) {
		cert_job_fail(j, OP_INVALID, "at most %d names fit into one "
		    "certificate here", NAMES_MAX);
		e = ERR_OK;
	} else {
		wish.names = buf_strv(&names);
		e = cert_request(&wish, &j->request, &key, &why);
	}
	if (e != ERR_OK)
		cert_job_fail(j, e == ERR_BAD_SYNTAX ? OP_INVALID :
		    OP_FAILED, "%s", why.p);
	if (!j->why.n && cert_request_write(j->dir, j->name,
	    buf_strv(&j->request), buf_strv(&key)) != ERR_OK)
		cert_job_fail(j, OP_FAILED, "%s/tls cannot be written",
		    j->dir);
	if (!j->why.n)
		(void)chain_key_name(buf_strv(&key), j->held.request_key);
	cert_wipe(&key);
	buf_deinit(&names);
	buf_deinit(&why);
}

static void requested(struct cert_job *j)
{
	struct op_call *c = j->c;

	cert_note(j, "certificate request", j->name, NULL);
	op_field(c, "name", strv(j->name));
	op_field(c, "request_key", strv(j->held.request_key));
	op_field(c, "request", buf_strv(&j->request));
	op_say(c, buf_strv(&j->request));
	op_done(c);
}

void certificate_request(struct op_call *c)
{
	struct cert_job *j = cert_job_new(c, request, requested);

	if (cert_take_name(j))
		cert_job_write(j);
}

static void cancel(struct cert_job *j)
{
	held_look_name(&j->held, j->dir, j->name);
	if (j->held.waiting)
		cert_request_remove(j->dir, j->name);
	else
		cert_job_fail(j, OP_NOT_FOUND, "no request for %s waits",
		    j->name);
}

static void cancelled(struct cert_job *j)
{
	cert_note(j, "certificate cancel", j->name, NULL);
	op_done(j->c);
}

void certificate_cancel(struct op_call *c)
{
	struct cert_job *j = cert_job_new(c, cancel, cancelled);

	if (cert_take_name(j))
		cert_job_write(j);
}
