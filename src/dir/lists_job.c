/* lists_job.c - what the operations on subscribers' lists share. */

#include <stdarg.h>

#include "dir/lists_priv.h"

void lists_job_init(struct lists_job *j, struct op_call *c)
{
	j->c = c;
	arena_init(&j->arena);
	site_copy(&j->site, site_now());
	buf_init(&j->text, OWN_LISTS_MAX);
	buf_init(&j->why, 2048);
}

void lists_job_deinit(struct lists_job *j)
{
	site_deinit(&j->site);
	arena_deinit(&j->arena);
	buf_deinit(&j->text);
	buf_deinit(&j->why);
}

bool lists_job_owner(struct lists_job *j)
{
	struct strv address = op_text(j->c, "subscriber");
	const struct user *u = NULL;
	struct buf key;

	buf_init(&key, ADDR_MAX);
	if (dir_key(address, &key) == ERR_OK)
		u = user_find(buf_strv(&key));
	buf_deinit(&key);
	if (!u) {
		op_fail(j->c, OP_NOT_FOUND, "there is no subscriber %.*s",
		    STRV_ARG(address));
		return false;
	}
	j->doc.user = u->id;
	j->doc.object = arena_str(&j->arena, u->key);
	j->doc.site = &j->site;
	j->doc.arena = &j->arena;
	return true;
}

void lists_refuse(struct lists_job *j, enum op_code code, const char *fmt,
    ...)
{
	va_list ap;

	if (j->why.n)
		return;
	j->code = code;
	va_start(ap, fmt);
	buf_addv(&j->why, fmt, ap);
	va_end(ap);
}

bool lists_job_refused(struct lists_job *j)
{
	if (j->why.n)
		op_fail(j->c, j->code, "%s", j->why.p);
	return j->why.n > 0;
}

struct list_edit *lists_job_open(struct lists_job *j)
{
	struct list_edit *e = NULL;
	enum err err = own_lists_read(&j->doc, &j->text);

	if (err == ERR_OK || err == ERR_NO_USER)
		e = list_edit_open(err == ERR_OK ? buf_strv(&j->text) :
		    STRV_NONE, own_lists_key, &j->site);
	if (err == ERR_STORAGE)
		lists_refuse(j, OP_FAILED, "the database could not be read");
	else if (!e)
		lists_refuse(j, OP_FAILED, "the lists of %.*s cannot be read: "
		    "the document is no list document",
		    STRV_ARG(j->doc.object));
	return e;
}

bool lists_job_keep(struct lists_job *j, struct list_edit *e)
{
	const char *why = "";
	enum xcap_result r;

	buf_clear(&j->text);
	r = list_edit_text(e, &j->text);
	if (r == XCAP_OK)
		r = own_lists_check(&j->doc, &j->text, &why);
	if (r == XCAP_TOO_BIG || j->text.full)
		lists_refuse(j, OP_TOO_LARGE, "the lists of %.*s would be "
		    "larger than %zu KiB", STRV_ARG(j->doc.object),
		    OWN_LISTS_MAX >> 10);
	else if (r != XCAP_OK)
		lists_refuse(j, OP_INVALID, "%s", *why ? why : "this cannot "
		    "be written as XML");
	return j->why.n == 0;
}

bool lists_is_name(struct strv s)
{
	return s.n > 0 && profile_is_text(s, LISTS_NAME_MAX);
}

bool lists_take(const struct list_edit_list *l, struct arena *a,
    struct lists_fields *out)
{
	*out = (struct lists_fields){ arena_str(a, l->name),
		arena_str(a, l->title), l->members, l->lists, l->references };
	return true;
}

void lists_say(struct op_call *c, const struct lists_fields *f)
{
	enum screen_effect effect = own_lists_effect(f->name);

	op_field(c, "list", f->name);
	op_field(c, "title", f->title);
	op_field_int(c, "members", (int64_t)f->members);
	op_field_int(c, "lists", (int64_t)f->lists);
	op_field_int(c, "references", (int64_t)f->references);
	op_field(c, "blocks", effect ? strv(screen_effect_name(effect)) :
	    STRV(""));
}
