/* own_lists.c - a subscriber's resource-lists: the document as one reads it. */

#include "dir/own_lists.h"
#include "store/documents.h"
#include "store/screens.h"

/* The order is that of effects[]. */
static const char *const views[] = {
	"rcs_blockedcontacts", "rcs_revokedcontacts"
};
static const enum screen_effect effects[] = {
	SCREEN_REFUSED, SCREEN_SILENT
};
#define VIEWS (sizeof(views) / sizeof(*views))

bool own_lists_key(struct strv uri, struct buf *key, void *arg)
{
	return site_key(arg, uri, key) == ERR_OK;
}

enum screen_effect own_lists_effect(struct strv name)
{
	for (size_t i = 0; i < VIEWS; i++)
		if (strv_eq(name, strv(views[i])))
			return effects[i];
	return SCREEN_NONE;
}

static struct list_doc_views views_of(const struct own_lists *l)
{
	/* nothing is changed in it */
	return (struct list_doc_views){ views, VIEWS, own_lists_key,
		(void *)(uintptr_t)l->site };
}

/* --- reading -------------------------------------------------------------- */

static bool add_blocked(const struct screen_row *r, void *arg)
{
	struct own_lists *l = arg;

	enum screen_effect effect = (enum screen_effect)r->effect;

	if (effect != SCREEN_REFUSED && effect != SCREEN_SILENT)
		return true;
	if (l->n == SCREEN_RULES_USER || (r->pattern.n &&
	    memchr(r->pattern.p, '*', r->pattern.n)))
		return true;
	l->blocked[l->n++] = (struct list_doc_entry){
		.key = arena_str(l->arena, r->pattern),
		.view = effect == effects[1] ? 1 : 0
	};
	return true;
}

enum err own_lists_read(struct own_lists *l, struct buf *out)
{
	struct list_doc_views v = views_of(l);
	struct buf stored;
	enum err e, blocks;

	l->n = 0;
	l->blocked = arena_alloc(l->arena,
	    SCREEN_RULES_USER * sizeof(*l->blocked));
	blocks = screens_of(l->user, add_blocked, l);
	buf_init(&stored, out->limit);
	e = document_read(l->user, STRV(OWN_LISTS_USAGE),
	    STRV(OWN_LISTS_NAME), &stored);
	if ((e != ERR_OK && e != ERR_NO_USER) || blocks != ERR_OK)
		e = ERR_STORAGE;
	else if ((e == ERR_OK || l->n) && list_doc_sync(e == ERR_OK ?
	    buf_strv(&stored) : STRV_NONE, &v, l->blocked, l->n, out) !=
	    XCAP_NOT_WELL_FORMED)
		e = ERR_OK;
	else if (e == ERR_OK || l->n)
		e = ERR_BAD_SYNTAX;
	buf_deinit(&stored);
	return e;
}

/* --- checking ------------------------------------------------------------- */

static void change(struct own_lists *l, struct strv key,
    enum screen_effect effect)
{
	l->changes[l->write.nblocks++] = (struct own_block){ key, effect };
}

/* Both are in the order of keys. */
static void compare(struct own_lists *l, const struct list_doc_entry *now,
    size_t n)
{
	size_t at = 0;

	l->write.nblocks = 0;
	l->changes = arena_alloc(l->arena,
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

enum xcap_result own_lists_check(struct own_lists *l, struct buf *text,
    const char **why)
{
	struct list_doc_views v = views_of(l);
	struct list_doc_entry *now;
	enum xcap_result r;
	struct buf asked;
	size_t n;

	if (!text) {
		compare(l, NULL, 0);
		return XCAP_OK;
	}
	r = list_doc_check(buf_strv(text), why);
	if (r != XCAP_OK)
		return r;
	r = list_doc_read(buf_strv(text), &v, SCREEN_RULES_USER, l->arena,
	    &now, &n);
	if (r != XCAP_OK) {
		*why = "a blocked contact is no address, or there are too "
		    "many";
		return r;
	}
	compare(l, now, n);
	buf_init(&asked, text->limit);
	buf_adds(&asked, buf_strv(text));
	buf_clear(text);
	r = list_doc_sync(buf_strv(&asked), &v, now, n, text);
	buf_deinit(&asked);
	return r;
}

/* --- writing -------------------------------------------------------------- */

void own_lists_write(struct own_lists *l, struct strv text,
    const struct own_lists_note *note,
    void (*done)(struct own_document *d, enum err e), void *arg)
{
	struct own_document *d = &l->write;

	d->user = l->user;
	d->actor = note->actor;
	d->action = note->action;
	d->detail = note->detail;
	d->object = l->object;
	d->usage = STRV(OWN_LISTS_USAGE);
	d->name = STRV(OWN_LISTS_NAME);
	d->text = text;
	d->blocks = l->changes;
	d->done = done;
	d->arg = arg;
	own_document_write(d);
}
