/* list_edit.c - lists of a document and who is on them, one by one (RFC 4826). */

#include <stdlib.h>

#include "base/alloc.h"
#include "base/map.h"
#include "wire/list_doc_priv.h"
#include "wire/list_edit.h"

#define KEY_MAX	LIST_DOC_TEXT

struct list_edit {
	xmlDoc *doc;
	xmlNode *root;
	list_edit_key_fn *key;
	void *arg;
	/* the entries of one list by their keys; NULL: of none */
	const xmlNode *indexed;
	struct map entries;
	struct arena arena;	/* of the keys */
};

static const xmlChar *chars(const char *s)
{
	return (const xmlChar *)s;
}

struct list_edit *list_edit_open(struct strv text, list_edit_key_fn *key,
    void *arg)
{
	xmlDoc *doc = list_doc_parse(text);
	xmlNode *root = doc ? xmlDocGetRootElement(doc) : NULL;
	struct list_edit *e;

	if (!root || !list_doc_is(root, "resource-lists")) {
		if (doc)
			xmlFreeDoc(doc);
		return NULL;
	}
	e = xalloc(sizeof(*e));
	e->doc = doc;
	e->root = root;
	e->key = key;
	e->arg = arg;
	map_init(&e->entries);
	arena_init(&e->arena);
	return e;
}

void list_edit_close(struct list_edit *e)
{
	if (!e)
		return;
	map_deinit(&e->entries);
	arena_deinit(&e->arena);
	xmlFreeDoc(e->doc);
	free(e);
}

enum xcap_result list_edit_text(struct list_edit *e, struct buf *out)
{
	return list_doc_print(e->doc, out);
}

static xmlNode *list_of(struct list_edit *e, struct strv name)
{
	struct buf b;
	xmlNode *n;

	buf_init(&b, name.n + 1);
	buf_adds(&b, name);
	n = name.n ? list_doc_list(e->root, b.p) : NULL;
	buf_deinit(&b);
	return n;
}

/* --- looking --------------------------------------------------------------- */

static xmlNode *child(xmlNode *in, const char *name)
{
	for (xmlNode *n = in->children; n; n = n->next)
		if (list_doc_is(n, name))
			return n;
	return NULL;
}

static size_t count(const xmlNode *in, const char *name)
{
	size_t all = 0;

	for (const xmlNode *n = in->children; n; n = n->next)
		all += list_doc_is(n, name);
	return all;
}

/* An attribute, or a text in an element; what is too long is cut off. */
static struct strv title_of(xmlNode *n, struct buf *b)
{
	xmlNode *title = child(n, "display-name");
	xmlChar *s = title ? xmlNodeGetContent(title) : NULL;

	buf_clear(b);
	if (s)
		buf_addz(b, (const char *)s);
	xmlFree(s);
	return buf_strv(b);
}

static struct strv attribute(xmlNode *n, const char *name, struct buf *b)
{
	xmlChar *s = xmlGetNoNsProp(n, chars(name));

	buf_clear(b);
	if (s)
		buf_addz(b, (const char *)s);
	xmlFree(s);
	return buf_strv(b);
}

static bool give_list(xmlNode *n, list_edit_list_fn *fn, void *arg)
{
	struct list_edit_list l = { .members = count(n, "entry"),
		.lists = count(n, "list"), .references = count(n,
		"entry-ref") + count(n, "external") };
	struct buf name, title;
	bool more = true;

	buf_init(&name, LIST_DOC_TEXT);
	buf_init(&title, LIST_DOC_TEXT);
	l.name = attribute(n, "name", &name);
	l.title = title_of(n, &title);
	if (l.name.n)
		more = fn(&l, arg);
	buf_deinit(&name);
	buf_deinit(&title);
	return more;
}

void list_edit_each(struct list_edit *e, list_edit_list_fn *fn, void *arg)
{
	for (xmlNode *n = e->root->children; n; n = n->next)
		if (list_doc_is(n, "list") && !give_list(n, fn, arg))
			return;
}

bool list_edit_find(struct list_edit *e, struct strv name,
    list_edit_list_fn *fn, void *arg)
{
	xmlNode *n = list_of(e, name);

	if (n)
		(void)give_list(n, fn, arg);
	return n != NULL;
}

bool list_edit_members(struct list_edit *e, struct strv list,
    list_edit_member_fn *fn, void *arg)
{
	xmlNode *in = list_of(e, list);
	struct list_edit_member m;
	struct buf uri, name;
	bool more = true;

	buf_init(&uri, LIST_DOC_TEXT);
	buf_init(&name, LIST_DOC_TEXT);
	for (xmlNode *n = in ? in->children : NULL; n && more; n = n->next) {
		if (!list_doc_is(n, "entry"))
			continue;
		m.uri = attribute(n, "uri", &uri);
		m.name = title_of(n, &name);
		more = fn(&m, arg);
	}
	buf_deinit(&uri);
	buf_deinit(&name);
	return in != NULL;
}

/* --- lists ----------------------------------------------------------------- */

/* What an index has may be gone after this. */
static void forget_index(struct list_edit *e)
{
	e->indexed = NULL;
}

enum list_edited list_edit_add(struct list_edit *e, struct strv name)
{
	xmlNode *n;

	if (list_of(e, name))
		return LIST_EXISTS;
	n = xmlNewChild(e->root, e->root->ns, chars("list"), NULL);
	if (n)
		xmlNewProp(n, chars("name"),
		    chars(arena_str(&e->arena, name).p));
	return LIST_EDITED;
}

static void drop(struct list_edit *e, xmlNode *n)
{
	forget_index(e);
	xmlUnlinkNode(n);
	xmlFreeNode(n);
}

enum list_edited list_edit_delete(struct list_edit *e, struct strv name)
{
	xmlNode *n = list_of(e, name);

	if (!n)
		return LIST_NO_LIST;
	drop(e, n);
	return LIST_EDITED;
}

enum list_edited list_edit_rename(struct list_edit *e, struct strv name,
    struct strv to)
{
	xmlNode *n = list_of(e, name);

	if (!n)
		return LIST_NO_LIST;
	if (strv_eq(name, to))
		return LIST_SAME;
	if (list_of(e, to))
		return LIST_EXISTS;
	xmlSetProp(n, chars("name"), chars(arena_str(&e->arena, to).p));
	return LIST_EDITED;
}

/* The display-name stands first in its element. */
static bool set_title(struct list_edit *e, xmlNode *n, struct strv title)
{
	xmlNode *old = child(n, "display-name"), *new;
	struct buf was;
	bool same;

	buf_init(&was, LIST_DOC_TEXT);
	same = strv_eq(title_of(n, &was), title);
	buf_deinit(&was);
	if (same)
		return false;
	if (old && title.n == 0) {
		xmlUnlinkNode(old);
		xmlFreeNode(old);
		return true;
	}
	if (old) {
		xmlNodeSetContent(old, NULL);
		xmlNodeAddContentLen(old, chars(title.p), (int)title.n);
		return true;
	}
	new = xmlNewDocRawNode(e->doc, n->ns, chars("display-name"),
	    chars(arena_str(&e->arena, title).p));
	if (n->children)
		xmlAddPrevSibling(n->children, new);
	else
		xmlAddChild(n, new);
	return true;
}

enum list_edited list_edit_title(struct list_edit *e, struct strv list,
    struct strv title)
{
	xmlNode *n = list_of(e, list);

	if (!n)
		return LIST_NO_LIST;
	return set_title(e, n, title) ? LIST_EDITED : LIST_SAME;
}

/* --- members ---------------------------------------------------------------- */

/* A uri without normal form is known by its text. */
static void key_of(struct list_edit *e, struct strv uri, struct buf *key)
{
	buf_clear(key);
	if (e->key(uri, key, e->arg))
		return;
	buf_clear(key);
	buf_adds(key, uri);
}

static void add_to_index(struct list_edit *e, xmlNode *n, struct strv key)
{
	struct strv kept = arena_str(&e->arena, key);

	if (!map_get(&e->entries, kept))
		(void)map_set(&e->entries, kept, n);
}

/* Many are put into one list after the other: its entries are looked at
 * once. */
static void make_index(struct list_edit *e, xmlNode *list)
{
	struct buf uri, key;

	if (e->indexed == list)
		return;
	map_deinit(&e->entries);
	map_init(&e->entries);
	e->indexed = list;
	buf_init(&uri, LIST_DOC_TEXT);
	buf_init(&key, KEY_MAX);
	for (xmlNode *n = list->children; n; n = n->next) {
		if (!list_doc_is(n, "entry"))
			continue;
		key_of(e, attribute(n, "uri", &uri), &key);
		add_to_index(e, n, buf_strv(&key));
	}
	buf_deinit(&uri);
	buf_deinit(&key);
}

static xmlNode *add_entry(struct list_edit *e, xmlNode *list,
    struct strv uri)
{
	xmlNode *n = xmlNewChild(list, list->ns, chars("entry"), NULL);

	if (n)
		xmlNewProp(n, chars("uri"),
		    chars(arena_str(&e->arena, uri).p));
	return n;
}

enum list_edited list_edit_put(struct list_edit *e, struct strv list,
    struct strv uri, struct strv name, bool *new)
{
	xmlNode *in = list_of(e, list), *n;
	bool changed;
	struct buf key;

	*new = false;
	if (!in)
		return LIST_NO_LIST;
	make_index(e, in);
	buf_init(&key, KEY_MAX);
	key_of(e, uri, &key);
	n = map_get(&e->entries, buf_strv(&key));
	if (!n) {
		*new = true;
		n = add_entry(e, in, uri);
		add_to_index(e, n, buf_strv(&key));
	}
	buf_deinit(&key);
	changed = name.p && set_title(e, n, name);
	return *new || changed ? LIST_EDITED : LIST_SAME;
}

/* The same address may stand there in several spellings: all go. */
enum list_edited list_edit_take(struct list_edit *e, struct strv list,
    struct strv uri)
{
	xmlNode *in = list_of(e, list), *next;
	enum list_edited r = LIST_NO_MEMBER;
	struct buf text, want, key;

	if (!in)
		return LIST_NO_LIST;
	buf_init(&text, LIST_DOC_TEXT);
	buf_init(&want, KEY_MAX);
	buf_init(&key, KEY_MAX);
	key_of(e, uri, &want);
	for (xmlNode *n = in->children; n; n = next) {
		next = n->next;
		if (!list_doc_is(n, "entry"))
			continue;
		key_of(e, attribute(n, "uri", &text), &key);
		if (!strv_eq(buf_strv(&key), buf_strv(&want)))
			continue;
		drop(e, n);
		r = LIST_EDITED;
	}
	buf_deinit(&text);
	buf_deinit(&want);
	buf_deinit(&key);
	return r;
}
