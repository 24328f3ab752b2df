/* lists.c - resource-lists; two of them are the subscriber's block list. */

#include "port/xcap/xcap_priv.h"
#include "store/documents.h"
#include "wire/list_doc.h"

/* The order is that of effects[]. */
static const char *const views[] = {
	"rcs_blockedcontacts", "rcs_revokedcontacts"
};
static const enum screen_effect effects[] = {
	SCREEN_REFUSED, SCREEN_SILENT
};
#define VIEWS (sizeof(views) / sizeof(*views))

/* What is said of one document. */
struct lists {
	struct exchange *x;
	struct list_doc_entry *blocked;	/* as it is, in the order of keys */
	size_t n, size;
	struct own_block *changes;
	struct own_document write;
};

static bool key_of(struct strv uri, struct buf *key, void *arg)
{
	const struct exchange *x = arg;

	return site_key(&x->site, uri, key) == ERR_OK;
}

static struct list_doc_views views_of(struct exchange *x)
{
	return (struct list_doc_views){ views, VIEWS, key_of, x };
}

/* --- reading -------------------------------------------------------------- */

static void add_blocked(const struct own_block *b, void *arg)
{
	struct lists *l = arg;

	if (l->n == l->size)
		return;
	l->blocked[l->n++] = (struct list_doc_entry){
		.key = arena_str(&l->x->arena, b->key),
		.view = b->effect == effects[1] ? 1 : 0
	};
}

static void lists_begin(struct exchange *x)
{
	struct lists *l = arena_alloc(&x->arena, sizeof(*l));

	if (!strv_eq(x->uri.document, STRV("index"))) {
		if (x->method == XCAP_PUT)
			exchange_conflict(x, XCAP_CONSTRAINT, "the document "
			    "here is called index");
		else
			x->status = 404;
		return;
	}
	l->x = x;
	l->size = SCREEN_RULES_USER;
	l->blocked = arena_alloc(&x->arena, l->size * sizeof(*l->blocked));
	x->own = l;
	own_blocks(user_by_id(x->user), add_blocked, l);
}

static void lists_read(struct exchange *x)
{
	struct list_doc_views v = views_of(x);
	struct lists *l = x->own;
	struct buf stored;
	enum err e;

	buf_init(&stored, x->doc.limit);
	e = document_read(x->user, x->uri.auid, x->uri.document, &stored);
	if (e != ERR_OK && e != ERR_NO_USER) {
		x->status = 503;
	} else if (e == ERR_OK || l->n) {
		x->exists = true;
		if (list_doc_sync(e == ERR_OK ? buf_strv(&stored) : STRV_NONE,
		    &v, l->blocked, l->n, &x->doc) == XCAP_NOT_WELL_FORMED)
			x->status = 500;
	}
	buf_deinit(&stored);
}

/* --- changing ------------------------------------------------------------- */

static void change(struct lists *l, struct strv key,
    enum screen_effect effect)
{
	l->changes[l->write.nblocks++] = (struct own_block){ key, effect };
}

/* Both are in the order of keys. */
static void compare(struct lists *l, const struct list_doc_entry *now,
    size_t n)
{
	size_t at = 0;

	l->changes = arena_alloc(&l->x->arena,
	    (n + l->n + 1) * sizeof(*l->changes));
	for (size_t i = 0; i < n || at < l->n;) {
		int c = i == n ? 1 : at == l->n ? -1 :
		    list_doc_compare(&now[i], &l->blocked[at]);

		if (c > 0)
			change(l, l->blocked[at].key, SCREEN_NONE);
		else if (c < 0 || now[i].view != l->blocked[at].view)
			change(l, now[i].key, effects[now[i].view]);
		i += c <= 0;
		at += c >= 0;
	}
}

static void check_new(struct exchange *x)
{
	struct list_doc_views v = views_of(x);
	struct list_doc_entry *now;
	struct lists *l = x->own;
	struct buf asked;
	size_t n;

	x->result = list_doc_check(buf_strv(&x->new), &x->why);
	if (x->result != XCAP_OK)
		return;
	x->result = list_doc_read(buf_strv(&x->new), &v, SCREEN_RULES_USER,
	    &x->arena, &now, &n);
	if (x->result != XCAP_OK) {
		x->why = "a blocked contact is no address, or there are too "
		    "many";
		return;
	}
	compare(l, now, n);
	buf_init(&asked, x->new.limit);
	buf_adds(&asked, buf_strv(&x->new));
	buf_clear(&x->new);
	x->result = list_doc_sync(buf_strv(&asked), &v, now, n, &x->new);
	buf_deinit(&asked);
}

static void lists_check(struct exchange *x)
{
	struct lists *l = x->own;

	if (x->method == XCAP_DELETE && x->uri.what == XCAP_DOCUMENT)
		compare(l, NULL, 0);
	else
		check_new(x);
}

static void written(struct own_document *d, enum err e)
{
	exchange_written(d->arg, e);
}

static void lists_write(struct exchange *x)
{
	struct lists *l = x->own;
	struct own_document *d = &l->write;

	d->user = x->user;
	d->actor = x->who;
	d->object = x->who;
	d->usage = x->uri.auid;
	d->name = x->uri.document;
	d->text = x->new.n ? buf_strv(&x->new) : STRV_NONE;
	d->blocks = l->changes;
	d->done = written;
	d->arg = x;
	own_document_write(d);
}

const struct usage usage_lists = {
	.auid = "resource-lists",
	.type = "application/resource-lists+xml",
	.ns = LIST_DOC_NS,
	.begin = lists_begin,
	.read = lists_read,
	.check = lists_check,
	.write = lists_write,
};
