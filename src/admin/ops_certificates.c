/* ops_certificates.c - the table of operations on certificates; show, list. */

#include <stdio.h>
#include <time.h>

#include "admin/admin_priv.h"
#include "admin/certificates.h"
#include "base/jsonw.h"
#include "base/now.h"
#include "op/complete.h"
#include "store/db.h"

/* --- fields ------------------------------------------------------------------------- */

static void text_or_null(struct op_call *c, const char *name, const char *s)
{
	op_field(c, name, s[0] ? strv(s) : STRV_NONE);
}

static void add_names(struct op_call *c, const struct held *h)
{
	struct strv rest = strv(h->about.names[0] ? h->about.names : NULL);
	struct jsonw w;
	struct buf b;

	buf_init(&b, BUF_NO_LIMIT);
	jsonw_init(&w, &b);
	jsonw_array(&w, NULL);
	while (rest.p)
		jsonw_str(&w, NULL, strv_split(rest, ',', &rest));
	jsonw_end(&w);
	op_field_json(c, "names", h->there ? buf_strv(&b) : STRV("null"));
	buf_deinit(&b);
}

static void number_or_null(struct op_call *c, const char *name, bool there,
    int64_t n)
{
	if (there)
		op_field_int(c, name, n);
	else
		op_field_json(c, name, STRV("null"));
}

void held_fields(struct op_call *c, const struct held *h)
{
	const struct cert_about *a = &h->about;
	int64_t left = a->not_after - time(NULL);

	number_or_null(c, "days_left", h->there, left < 0 ? left / 86400 - 1 :
	    left / 86400);
	add_names(c, h);
	text_or_null(c, "issuer", a->issuer);
	text_or_null(c, "subject", a->subject);
	text_or_null(c, "key", a->key);
	op_field_json(c, "self_signed", !h->there ? STRV("null") :
	    a->self_signed ? STRV("true") : STRV("false"));
	number_or_null(c, "chain_length", h->there, a->length);
	op_field_time(c, "not_before", a->not_before * 1000);
	op_field_time(c, "not_after", a->not_after * 1000);
	text_or_null(c, "fingerprint", a->fingerprint);
	text_or_null(c, "why", h->why);
}

void cert_user_fields(struct op_call *c, const struct cert_user *u)
{
	static const char *const sources[] = { [CERT_OWN] = "own",
		[CERT_ASSIGNED] = "assigned", [CERT_SETTING] = "file" };
	const struct cert_where *w = &u->where;

	op_field(c, "use", strv(u->use));
	op_field(c, "source", strv(sources[w->source]));
	text_or_null(c, "certificate", w->name);
	op_field(c, "path", strv(w->pem));
	op_field_bool(c, "usable", u->held.there && !u->held.why[0]);
	held_fields(c, &u->held);
}

static void row_fields(struct op_call *c, const struct cert_job *j,
    const char *name, const struct held *h)
{
	struct jsonw w;
	struct buf b;
	bool used = false;

	buf_init(&b, BUF_NO_LIMIT);
	jsonw_init(&w, &b);
	jsonw_array(&w, NULL);
	for (size_t i = 0; i < j->n; i++)
		if (cert_is_used(&j->users[i], j->dir, name)) {
			jsonw_str(&w, NULL, strv(j->users[i].use));
			used = true;
		}
	jsonw_end(&w);
	op_field(c, "name", strv(name));
	op_field(c, "state", !h->there && h->waiting ? STRV("waiting") :
	    !h->there || h->why[0] ? STRV("unusable") :
	    used ? STRV("in-use") : STRV("unused"));
	op_field_json(c, "used_by", buf_strv(&b));
	op_field_bool(c, "waiting", h->waiting);
	held_fields(c, h);
	buf_deinit(&b);
}

/* --- look --------------------------------------------------------------------------- */

static void uses_done(struct cert_job *j)
{
	op_list(j->c);
	for (size_t i = 0; i < j->n; i++) {
		op_row(j->c);
		cert_user_fields(j->c, &j->users[i]);
	}
	op_done(j->c);
}

static void uses_run(struct op_call *c)
{
	(void)cert_job_start(cert_job_new(c, cert_users_look, uses_done));
}

static void list_done(struct cert_job *j)
{
	op_list(j->c);
	for (size_t i = 0; i < j->n_rows; i++) {
		op_row(j->c);
		row_fields(j->c, j, j->rows[i].name, &j->rows[i].held);
	}
	op_done(j->c);
}

static void list_run(struct op_call *c)
{
	(void)cert_job_start(cert_job_new(c, cert_rows_look, list_done));
}

/* The certificates alone: a key beside them stays where it is. */
static void read_chain(struct cert_job *j)
{
	char path[CERT_PATH];
	struct cert_about about;
	struct chain *c = NULL;
	struct jsonw w;
	struct buf text, why;

	buf_init(&text, CERT_FILE_MAX);
	buf_init(&why, CERT_WHY - 1);
	cert_path(path, j->dir, j->name, "pem");
	jsonw_init(&w, &j->warnings);
	jsonw_array(&w, NULL);
	if (cert_file_read(path, &text) == ERR_OK &&
	    chain_read(buf_strv(&text), &c, &why) == ERR_OK)
		(void)chain_write(c, &j->pem);
	for (unsigned i = 0; c && i < chain_length(c); i++) {
		char ends[NOW_TEXT];

		chain_about(c, i, &about);
		now_text(about.not_after * 1000, ends);
		jsonw_object(&w, NULL);
		jsonw_str(&w, "subject", strv(about.subject));
		jsonw_str(&w, "issuer", strv(about.issuer));
		jsonw_str(&w, "not_after", strv(ends));
		jsonw_str(&w, "fingerprint", strv(about.fingerprint));
		jsonw_end(&w);
	}
	jsonw_end(&w);
	chain_free(c);
	explicit_bzero(text.p, text.size);
	buf_deinit(&text);
	buf_deinit(&why);
}

static void show_look(struct cert_job *j)
{
	char path[CERT_PATH];

	held_look_name(&j->held, j->dir, j->name);
	if (!j->held.there && !j->held.waiting && !j->held.why[0]) {
		cert_job_fail(j, OP_NOT_FOUND, "there is no certificate "
		    "\"%s\"; certificate list shows those there are",
		    j->name);
		return;
	}
	cert_path(path, j->dir, j->name, "csr");
	if (j->held.waiting)
		(void)cert_file_read(path, &j->request);
	read_chain(j);
}

static void show_done(struct cert_job *j)
{
	row_fields(j->c, j, j->name, &j->held);
	text_or_null(j->c, "request_key", j->held.request_key);
	op_field_json(j->c, "chain", buf_strv(&j->warnings));
	op_field(j->c, "pem", j->pem.n ? buf_strv(&j->pem) : STRV_NONE);
	op_field(j->c, "request", j->request.n ? buf_strv(&j->request) :
	    STRV_NONE);
	op_say(j->c, buf_strv(&j->pem));
	op_say(j->c, buf_strv(&j->request));
	op_done(j->c);
}

static void show_run(struct op_call *c)
{
	struct cert_job *j = cert_job_new(c, show_look, show_done);

	if (cert_take_name(j))
		(void)cert_job_start(j);
}

/* --- completion ---------------------------------------------------------------------- */

struct offering {
	struct strv prefix;
	complete_offer_fn *offer;
	void *arg;
};

static bool offer_one(const char *name, void *arg)
{
	const struct offering *o = arg;

	return strncmp(name, o->prefix.p, o->prefix.n) != 0 ||
	    o->offer(strv(name), o->arg);
}

static void complete_names(struct strv prefix, complete_offer_fn *offer,
    void *arg)
{
	struct offering o = { prefix, offer, arg };

	(void)cert_each(db_dir(), offer_one, &o);
}

static void complete_uses(struct strv prefix, complete_offer_fn *offer,
    void *arg)
{
	struct offering o = { prefix, offer, arg };

	for (struct cert_use *u = NULL; (u = cert_use_next(u)) != NULL;)
		if (!offer_one(u->use, &o))
			break;
}

static const struct completer completers[] = {
	{ "certificate", complete_names },
	{ "certificate-use", complete_uses },
};

/* --- the table ----------------------------------------------------------------------- */

#define NAME { "name", ARG_PATH, "certificate", \
	"a letter, then letters, digits, - and _; at most 32", \
	  IS_TEXT(1, CERT_NAME - 1) }
#define END { 0 }

static const struct op_arg name_args[] = { NAME, END };
static const struct op_arg install_args[] = {
	NAME,
	{ "chain", ARG_REQUIRED | ARG_SECRET, NULL, "PEM: the server's "
	  "certificate, then those between it and its authority",
	  IS_LINES(1, CERT_FILE_MAX) },
	{ "key", ARG_SECRET, NULL, "PEM, not encrypted; without it the key "
	  "that waits, or the one there is", IS_LINES(1, CERT_FILE_MAX) },
	END,
};
static const struct op_arg request_args[] = {
	NAME,
	{ "names", ARG_REQUIRED | ARG_REPEAT, NULL, "host names and "
	  "addresses that clients connect to", IS_TEXT(1, 255) },
	{ "key_type", 0, "ec-p256|rsa-3072", "ec-p256 unless the authority "
	  "wants RSA", IS_CHOICE, BY_DEFAULT("ec-p256") },
	{ "organization", 0, NULL, "its name, if the authority wants it",
	  IS_TEXT(0, 64) },
	END,
};
static const struct op_arg assign_args[] = {
	NAME,
	{ "to", ARG_REQUIRED, "certificate-use", "what shall have it: "
	  "console, listener:NAME", IS_TEXT(1, 64) },
	END,
};
static const struct op_arg self_sign_args[] = {
	{ "use", ARG_PATH, "certificate-use", "what shall have it: console, "
	  "listener:NAME", IS_TEXT(1, 64) },
	{ "replace", ARG_FLAG, NULL, "also when what it has is not "
	  "self-signed", IS_FLAG },
	END,
};

#define HELD \
	"days_left:int? names:texts? issuer? subject? key? " \
	"self_signed:bool? chain_length:int? not_before:time? " \
	"not_after:time? fingerprint? why?"
#define USER \
	"use source=own|assigned|file certificate? path " "usable:bool " \
	HELD
#define CERTIFICATE \
	"name state=waiting|unusable|in-use|unused used_by:texts " \
	"waiting:bool " HELD

static const struct op ops[] = {
	{ "certificate list", "GET", "/tls/certificates", CAP_SECURITY,
	  OP_CORE, NULL, "the certificates there are", list_run,
	  "[" CERTIFICATE "]" },
	{ "certificate uses", "GET", "/tls/uses", CAP_SECURITY, OP_CORE, NULL,
	  "what has which certificate, and until when", uses_run,
	  "[" USER "]" },
	{ "certificate show", "GET", "/tls/certificates/{name}",
	  CAP_SECURITY, OP_CORE, name_args, "one of them, with its chain and "
	  "the request that waits", show_run,
	  CERTIFICATE " request_key? chain:[subject issuer not_after "
	  "fingerprint] pem? request? text~" },
	{ "certificate install", "POST", "/tls/certificates/{name}/install",
	  CAP_SECURITY, OP_CORE, install_args, "a certificate with its chain "
	  "and key, looked at first; in use, new connections get it at once",
	  certificate_install,
	  "name " HELD " warnings:texts" },
	{ "certificate request", "POST", "/tls/certificates/{name}/request",
	  CAP_SECURITY, OP_CORE, request_args, "make a key here and a request "
	  "for an authority to sign", certificate_request,
	  "name request_key request text" },
	{ "certificate cancel", "DELETE", "/tls/certificates/{name}/request",
	  CAP_SECURITY, OP_CORE, name_args, "forget the request that waits, "
	  "and its key", certificate_cancel,
	  "" },
	{ "certificate assign", "POST", "/tls/certificates/{name}/assign",
	  CAP_SECURITY, OP_CORE, assign_args, "give it to the console or a "
	  "listener; connections stay", certificate_assign,
	  USER },
	{ "certificate self-sign", "POST", "/tls/uses/{use}/self-sign",
	  CAP_SECURITY, OP_CORE, self_sign_args, "a new self-signed one in "
	  "place of what it has; connections stay", certificate_self_sign,
	  USER },
	{ "certificate delete", "DELETE", "/tls/certificates/{name}",
	  CAP_SECURITY, OP_CORE, name_args, "remove one that is not in use, "
	  "with its key", certificate_delete,
	  "" },
};

void ops_certificates(void)
{
	op_register(ops, sizeof(ops) / sizeof(ops[0]));
	complete_register(completers, sizeof(completers) /
	    sizeof(completers[0]));
	certificates_register();
}
