/* certificates.c - jobs about certificates: looking at what there is. */

#include "admin/certificates.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/alloc.h"
#include "loop/work.h"
#include "store/db.h"

#define ROWS_MAX	500
#define USERS_MAX	256

static bool writing;	/* core */

/* --- looking, in a worker ------------------------------------------------------- */

static void look_at_chain(struct held *h, struct chain *c, struct strv text,
    struct buf *why)
{
	chain_about(c, 0, &h->about);
	h->there = true;
	if (chain_key(c, text, why) == ERR_OK)
		(void)chain_check(c, time(NULL), why);
}

void held_look(struct held *h, struct strv text)
{
	struct chain *c = NULL;
	struct buf why;

	buf_init(&why, CERT_WHY - 1);
	if (chain_read(text, &c, &why) == ERR_OK)
		look_at_chain(h, c, text, &why);
	chain_free(c);
	(void)snprintf(h->why, sizeof(h->why), "%s", why.p);
	buf_deinit(&why);
}

void cert_wipe(struct buf *b)
{
	explicit_bzero(b->p, b->size);
	buf_deinit(b);
}

void held_look_name(struct held *h, const char *dir, const char *name)
{
	char path[CERT_PATH];
	struct buf text, key;
	enum err e;

	buf_init(&text, CERT_FILE_MAX);
	buf_init(&key, CERT_FILE_MAX);
	e = cert_read(dir, name, &text);
	if (e == ERR_OK)
		held_look(h, buf_strv(&text));
	else if (e != ERR_NO_USER)
		(void)snprintf(h->why, sizeof(h->why),
		    "tls/%s.pem cannot be read", name);
	buf_clear(&text);
	cert_path(path, dir, name, "csr");
	if (cert_file_read(path, &text) == ERR_OK) {
		cert_path(path, dir, name, "waiting");
		h->waiting = cert_file_read(path, &key) == ERR_OK &&
		    chain_key_name(buf_strv(&key), h->request_key);
	}
	buf_deinit(&text);
	cert_wipe(&key);
}

void cert_users_look(struct cert_job *j)
{
	for (size_t i = 0; i < j->n; i++) {
		struct cert_user *u = &j->users[i];
		struct buf text;

		buf_init(&text, CERT_FILE_MAX);
		if (cert_where_read(j->dir, &u->where, &text) == ERR_OK)
			held_look(&u->held, buf_strv(&text));
		else
			(void)snprintf(u->held.why, sizeof(u->held.why),
			    "%.900s cannot be read", u->where.pem);
		cert_wipe(&text);
	}
}

static bool row_look(const char *name, void *arg)
{
	struct cert_job *j = arg;
	struct cert_row *r = &j->rows[j->n_rows++];

	strcpy(r->name, name);
	held_look_name(&r->held, j->dir, name);
	return j->n_rows < ROWS_MAX;
}

void cert_rows_look(struct cert_job *j)
{
	j->rows = xalloc(ROWS_MAX * sizeof(*j->rows));
	if (cert_each(j->dir, row_look, j) != ERR_OK)
		cert_job_fail(j, OP_FAILED, "%s/tls cannot be read", j->dir);
}

bool cert_is_used(const struct cert_user *u, const char *dir,
    const char *name)
{
	char path[CERT_PATH];

	if (u->where.source == CERT_ASSIGNED)
		return strcmp(u->where.name, name) == 0;
	cert_path(path, dir, name, "pem");
	return strcmp(u->where.pem, path) == 0;
}

/* --- jobs ------------------------------------------------------------------------- */

void cert_job_fail(struct cert_job *j, enum op_code code, const char *fmt,
    ...)
{
	va_list ap;

	j->code = code;
	va_start(ap, fmt);
	buf_addv(&j->why, fmt, ap);
	va_end(ap);
}

static void take_users(struct cert_job *j)
{
	struct cert_use *u = NULL;

	j->users = xalloc(USERS_MAX * sizeof(*j->users));
	while (j->n < USERS_MAX && (u = cert_use_next(u)) != NULL) {
		struct cert_user *to = &j->users[j->n++];

		strcpy(to->use, u->use);
		strcpy(to->names, u->names);
		to->days = u->days;
		u->class->where(u, &to->own);
		cert_use_where(u, &to->where);
	}
}

struct cert_job *cert_job_new(struct op_call *c,
    void (*run)(struct cert_job *j), void (*done)(struct cert_job *j))
{
	struct cert_job *j = xalloc(sizeof(*j));

	j->c = c;
	j->run = run;
	j->done = done;
	(void)snprintf(j->dir, sizeof(j->dir), "%s", db_dir());
	buf_init(&j->why, CERT_WHY - 1);
	buf_init(&j->pem, CERT_FILE_MAX);
	buf_init(&j->request, CERT_FILE_MAX);
	buf_init(&j->warnings, 8192);
	take_users(j);
	return j;
}

static void job_free(struct cert_job *j)
{
	buf_deinit(&j->why);
	buf_deinit(&j->pem);
	buf_deinit(&j->request);
	buf_deinit(&j->warnings);
	free(j->users);
	free(j->rows);
	free(j);
}

static void job_run(void *arg)
{
	struct cert_job *j = arg;

	j->run(j);
	/* keys leave nothing behind in this thread */
	OPENSSL_thread_stop();
}

static void job_done(void *arg)
{
	struct cert_job *j = arg;

	if (j->writes)
		writing = false;
	if (j->why.n && j->c)
		op_fail(j->c, j->code, "%s", j->why.p);
	else if (!j->why.n)
		j->done(j);
	/* what nobody asked for and failed is tried again in its time */
	if (j->writes && (j->c || !j->why.n))
		certificates_look();
	job_free(j);
}

void cert_job_drop(struct cert_job *j, enum op_code code, const char *fmt,
    ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_addv(&j->why, fmt, ap);
	va_end(ap);
	if (j->c)
		op_fail(j->c, code, "%s", j->why.p);
	job_free(j);
}

bool cert_take_name(struct cert_job *j)
{
	struct strv name = op_text(j->c, "name");

	if (cert_name_ok(name)) {
		memcpy(j->name, name.p, name.n);
		return true;
	}
	cert_job_drop(j, OP_INVALID, "\"%.*s\" is not a name for a "
	    "certificate: a letter, then letters, digits, - and _; at most "
	    "%d", STRV_ARG(name), CERT_NAME - 1);
	return false;
}

bool cert_job_start(struct cert_job *j)
{
	if (j->writes && writing) {
		if (j->c)
			op_fail(j->c, OP_CONFLICT, "another change of "
			    "certificates is at work; try again");
	} else if (work_run(job_run, job_done, j)) {
		writing = writing || j->writes;
		return true;
	} else if (j->c) {
		op_fail(j->c, OP_BUSY, "too much at this moment; try again");
	}
	job_free(j);
	return false;
}

void cert_job_write(struct cert_job *j)
{
	j->writes = true;
	(void)cert_job_start(j);
}
