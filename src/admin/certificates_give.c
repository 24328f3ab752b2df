/* certificates_give.c - who has which certificate; self-signed ones, deletion. */

#define LOG_UNIT "admin"

#include <stdatomic.h>
#include <stdio.h>

#include "admin/certificates.h"
#include "base/log.h"
#include "cert/make.h"

/* --- giving out ------------------------------------------------------------------------- */

/* The use that the call names, in j->user; otherwise the call has failed. */
static bool take_use(struct cert_job *j, struct strv use)
{
	for (size_t i = 0; i < j->n; i++)
		if (strv_eq(strv(j->users[i].use), use)) {
			j->user = i;
			if (j->users[i].own.source != CERT_SETTING)
				return true;
			cert_job_drop(j, OP_CONFLICT, "the settings of %.*s "
			    "name its files: delete its certificate and key "
			    "there first", STRV_ARG(use));
			return false;
		}
	cert_job_drop(j, OP_NOT_FOUND, "nothing called \"%.*s\" has a "
	    "certificate; certificate uses shows what does", STRV_ARG(use));
	return false;
}

static void assign(struct cert_job *j)
{
	struct held *h = &j->users[j->user].held;

	held_look_name(h, j->dir, j->name);
	if (!h->there)
		cert_job_fail(j, OP_NOT_FOUND, "there is no certificate \"%s\""
		    "; certificate list shows those there are", j->name);
	else if (h->why[0])
		cert_job_fail(j, OP_INVALID, "%s cannot be used: %s; nothing "
		    "was changed", j->name, h->why);
	else if (cert_assign(j->dir, j->users[j->user].use, j->name) !=
	    ERR_OK)
		cert_job_fail(j, OP_FAILED, "%s/tls cannot be written",
		    j->dir);
}

static void assigned(struct cert_job *j)
{
	struct cert_user *u = &j->users[j->user];
	struct cert_use *use = cert_use_find(strv(u->use));
	const char *before = u->where.source == CERT_ASSIGNED ?
	    u->where.name : NULL;
	struct buf why, object;

	buf_init(&why, CERT_WHY - 1);
	if (use && use->class->take(use, &why) != ERR_OK) {
		(void)cert_assign(j->dir, u->use, before);
		op_fail(j->c, OP_FAILED, "%s; nothing was changed", why.p);
		buf_deinit(&why);
		return;
	}
	buf_init(&object, 256);
	buf_addf(&object, "%s to %s", j->name, u->use);
	cert_note(j, "certificate assign", object.p, &u->held);
	u->where.source = CERT_ASSIGNED;
	strcpy(u->where.name, j->name);
	cert_path(u->where.pem, j->dir, j->name, "pem");
	cert_user_fields(j->c, u);
	op_done(j->c);
	buf_deinit(&object);
	buf_deinit(&why);
}

void certificate_assign(struct op_call *c)
{
	struct cert_job *j = cert_job_new(c, assign, assigned);

	if (cert_take_name(j) && take_use(j, op_text(c, "to")))
		cert_job_write(j);
}

/* --- self-signed ---------------------------------------------------------------------------- */

/* Somebody's own certificate would be gone. */
static bool is_precious(struct cert_job *j)
{
	const struct cert_user *u = &j->users[j->user];
	struct held own = { .there = false };
	struct buf text;

	buf_init(&text, CERT_FILE_MAX);
	if (cert_where_read(j->dir, &u->own, &text) == ERR_OK)
		held_look(&own, buf_strv(&text));
	cert_wipe(&text);
	return own.there && !own.about.ours && !own.about.self_signed;
}

static enum err write_own(const struct cert_job *j,
    const struct cert_user *u, struct buf *cert, const struct buf *key)
{
	if (u->own.key[0])
		return cert_write(j->dir, u->use, buf_strv(cert),
		    buf_strv(key));
	buf_adds(cert, buf_strv(key));
	return cert->full ? ERR_STORAGE : cert_file_write(u->own.pem,
	    buf_strv(cert));
}

static void self_sign(struct cert_job *j)
{
	struct cert_user *u = &j->users[j->user];
	bool replace = !j->c || op_given(j->c, "replace");
	struct buf cert, key;

	cert_users_look(j);
	if (!replace && ((u->held.there && !u->held.about.self_signed) ||
	    is_precious(j))) {
		cert_job_fail(j, OP_CONFLICT, "what %s has is not "
		    "self-signed; if that is meant, say --replace", u->use);
		return;
	}
	buf_init(&cert, CERT_FILE_MAX);
	buf_init(&key, CERT_FILE_MAX);
	if (cert_self_sign(u->names, u->days, &cert, &key) != ERR_OK ||
	    write_own(j, u, &cert, &key) != ERR_OK ||
	    cert_assign(j->dir, u->use, NULL) != ERR_OK)
		cert_job_fail(j, OP_FAILED, "no certificate could be made or "
		    "written");
	else
		held_look(&u->held, buf_strv(&cert));
	cert_wipe(&cert);
	cert_wipe(&key);
	u->where = u->own;
}

static void self_signed(struct cert_job *j)
{
	struct cert_user *u = &j->users[j->user];
	struct cert_use *use = cert_use_find(strv(u->use));
	struct buf why;

	buf_init(&why, CERT_WHY - 1);
	u->held.why[0] = 0;	/* it was looked at without its key */
	if (use && use->class->take(use, &why) != ERR_OK)
		log_err("%s", why.p);
	else
		cert_note(j, "certificate self-sign", u->use, &u->held);
	if (j->c && why.n) {
		op_fail(j->c, OP_FAILED, "%s", why.p);
	} else if (j->c) {
		cert_user_fields(j->c, u);
		op_done(j->c);
	}
	buf_deinit(&why);
}

/* Each minute anew as long as it cannot be done, and said once. */
static void renew(struct cert_job *j)
{
	static atomic_bool said;

	self_sign(j);
	if (!j->why.n)
		atomic_store(&said, false);
	else if (!atomic_exchange(&said, true))
		log_err("the certificate of %s, which ends soon, cannot be "
		    "renewed: %s; can %s/tls be written?",
		    j->users[j->user].use, j->why.p, j->dir);
}

void certificate_self_sign(struct op_call *c)
{
	struct cert_job *j = cert_job_new(c, self_sign, self_signed);

	if (take_use(j, op_text(c, "use")))
		cert_job_write(j);
}

void certificate_renew(const char *use)
{
	struct cert_job *j = cert_job_new(NULL, renew, self_signed);

	if (take_use(j, strv(use)))
		cert_job_write(j);
}

/* --- delete ----------------------------------------------------------------------------------- */

static void delete(struct cert_job *j)
{
	held_look_name(&j->held, j->dir, j->name);
	if (!j->held.there && !j->held.waiting && !j->held.why[0]) {
		cert_job_fail(j, OP_NOT_FOUND, "there is no certificate "
		    "\"%s\"", j->name);
		return;
	}
	for (size_t i = 0; i < j->n; i++)
		if (cert_is_used(&j->users[i], j->dir, j->name)) {
			cert_job_fail(j, OP_CONFLICT, "%s has it: give that "
			    "another one first", j->users[i].use);
			return;
		}
	cert_remove(j->dir, j->name);
}

static void deleted(struct cert_job *j)
{
	cert_note(j, "certificate delete", j->name, &j->held);
	op_done(j->c);
}

void certificate_delete(struct op_call *c)
{
	struct cert_job *j = cert_job_new(c, delete, deleted);

	if (cert_take_name(j))
		cert_job_write(j);
}
