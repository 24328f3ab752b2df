/* lists.c - resource-lists; two of them are the subscriber's block list. */

#include "dir/own_lists.h"
#include "port/xcap/xcap_priv.h"

static void lists_begin(struct exchange *x)
{
	struct own_lists *l = arena_alloc(&x->arena, sizeof(*l));

	if (!strv_eq(x->uri.document, STRV(OWN_LISTS_NAME))) {
		if (x->method == XCAP_PUT)
			exchange_conflict(x, XCAP_CONSTRAINT, "the document "
			    "here is called " OWN_LISTS_NAME);
		else
			x->status = 404;
		return;
	}
	l->user = x->user;
	l->object = x->who;
	l->site = &x->site;
	l->arena = &x->arena;
	x->own = l;
}

static void lists_read(struct exchange *x)
{
	enum err e = own_lists_read(x->own, &x->doc);

	x->exists = e == ERR_OK || e == ERR_BAD_SYNTAX;
	if (e == ERR_BAD_SYNTAX)
		x->status = 500;
	else if (e != ERR_OK && e != ERR_NO_USER)
		x->status = 503;
}

static void lists_check(struct exchange *x)
{
	bool goes = x->method == XCAP_DELETE && x->uri.what == XCAP_DOCUMENT;

	x->result = own_lists_check(x->own, goes ? NULL : &x->new, &x->why);
}

static void written(struct own_document *d, enum err e)
{
	exchange_written(d->arg, e);
}

static void lists_write(struct exchange *x)
{
	const struct own_lists_note note = { .actor = x->who };

	own_lists_write(x->own, x->new.n ? buf_strv(&x->new) : STRV_NONE,
	    &note, written, x);
}

const struct usage usage_lists = {
	.auid = OWN_LISTS_USAGE,
	.type = "application/resource-lists+xml",
	.ns = LIST_DOC_NS,
	.begin = lists_begin,
	.read = lists_read,
	.check = lists_check,
	.write = lists_write,
};
