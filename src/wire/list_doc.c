/* list_doc.c - a subscriber's resource-lists as a document (RFC 4826). */

#include <stdlib.h>

#include "wire/list_doc_priv.h"

#define KEY_MAX 512

static const char empty[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	"<resource-lists xmlns=\"" LIST_DOC_NS "\"/>";

bool list_doc_is(const xmlNode *n, const char *name)
{
	return xml_is(n, name) && n->ns && n->ns->href &&
	    strcmp((const char *)n->ns->href, LIST_DOC_NS) == 0;
}

xmlDoc *list_doc_parse(struct strv text)
{
	const char *why;

	return xml_parse(text.p ? text : strv(empty), &why);
}

enum xcap_result list_doc_print(xmlDoc *doc, struct buf *out)
{
	xmlChar *bytes = NULL;
	int size = 0;

	xmlDocDumpMemoryEnc(doc, &bytes, &size, "UTF-8");
	if (!bytes)
		return XCAP_NOT_WELL_FORMED;
	buf_add(out, bytes, (size_t)size);
	xmlFree(bytes);
	return out->full ? XCAP_TOO_BIG : XCAP_OK;
}

/* --- checking ------------------------------------------------------------- */

struct checker {
	const char *why;
	enum xcap_result result;	/* the first failure sticks */
	struct arena a;
};

static void fail(struct checker *c, enum xcap_result r, const char *why)
{
	if (c->result != XCAP_OK)
		return;
	c->result = r;
	c->why = why;
}

static int compare_text(const void *a, const void *b)
{
	const struct strv *x = a, *y = b;
	int c = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);

	return c ? c : (x->n > y->n) - (x->n < y->n);
}

/* The attribute of all children of that name: needed, and unique. */
static void check_unique(struct checker *c, const xmlNode *in,
    const char *element, const char *attr, bool needed)
{
	size_t n = 0, most = 0;
	struct strv *all;

	for (const xmlNode *x = in->children; x; x = x->next)
		most += list_doc_is(x, element);
	all = arena_alloc(&c->a, (most + 1) * sizeof(*all));
	for (const xmlNode *x = in->children; x; x = x->next) {
		if (!list_doc_is(x, element))
			continue;
		if (!xml_attribute(&c->a, x, attr, LIST_DOC_TEXT, &all[n]) ||
		    (needed && !all[n].n))
			fail(c, XCAP_NOT_VALID, "an entry without a uri, or "
			    "a text too long");
		n += all[n].n > 0;
	}
	qsort(all, n, sizeof(*all), compare_text);
	for (size_t i = 1; i < n; i++)
		if (strv_eq(all[i - 1], all[i]))
			fail(c, XCAP_NOT_UNIQUE, "the same uri or list name "
			    "twice");
}

static void check_list(struct checker *c, const xmlNode *list, unsigned depth)
{
	if (depth == XML_DEPTH) {
		fail(c, XCAP_NOT_VALID, "lists too deep");
		return;
	}
	check_unique(c, list, "list", "name", false);
	check_unique(c, list, "entry", "uri", true);
	for (const xmlNode *n = list->children; n; n = n->next)
		if (list_doc_is(n, "list"))
			check_list(c, n, depth + 1);
}

enum xcap_result list_doc_check(struct strv text, const char **why)
{
	struct checker c = { .why = "it is no resource-lists document" };
	xmlDoc *doc;

	c.result = xcap_check(text, "resource-lists", LIST_DOC_NS);
	doc = c.result == XCAP_OK ? xml_parse(text, &c.why) : NULL;
	if (doc) {
		arena_init(&c.a);
		check_list(&c, xml_root(doc, "resource-lists"), 0);
		arena_deinit(&c.a);
		xmlFreeDoc(doc);
	}
	*why = c.why;
	return c.result;
}

/* --- views ---------------------------------------------------------------- */

xmlNode *list_doc_list(xmlNode *in, const char *name)
{
	for (xmlNode *n = in->children; n; n = n->next) {
		xmlChar *has;
		bool found;

		if (!list_doc_is(n, "list"))
			continue;
		has = xmlGetNoNsProp(n, (const xmlChar *)"name");
		found = has && strcmp((char *)has, name) == 0;
		xmlFree(has);
		if (found)
			return n;
	}
	return NULL;
}

/* The normal form of an entry's uri, in b; false: it has none. */
static bool entry_key(const struct list_doc_views *v, xmlNode *entry,
    struct buf *b)
{
	xmlChar *uri = xmlGetNoNsProp(entry, (const xmlChar *)"uri");
	bool good;

	buf_clear(b);
	good = uri && v->key(strv((char *)uri), b, v->arg);
	xmlFree(uri);
	return good;
}

int list_doc_compare(const struct list_doc_entry *a,
    const struct list_doc_entry *b)
{
	return compare_text(&a->key, &b->key);
}

static int compare_key(const void *a, const void *b)
{
	return list_doc_compare(a, b);
}

/* --- sync ----------------------------------------------------------------- */

static bool is_wanted(struct list_doc_entry *entries, size_t n,
    struct strv key, unsigned view)
{
	struct list_doc_entry want = { .key = key }, *e;

	e = n ? bsearch(&want, entries, n, sizeof(want), compare_key) : NULL;
	if (!e || e->view != view || e->seen)
		return false;
	e->seen = true;
	return true;
}

static void drop_others(const struct list_doc_views *v, xmlNode *list,
    unsigned view, struct list_doc_entry *entries, size_t n)
{
	xmlNode *next;
	struct buf key;

	buf_init(&key, KEY_MAX);
	for (xmlNode *c = list->children; c; c = next) {
		next = c->next;
		if (!list_doc_is(c, "entry") || (entry_key(v, c, &key) &&
		    is_wanted(entries, n, buf_strv(&key), view)))
			continue;
		xmlUnlinkNode(c);
		xmlFreeNode(c);
	}
	buf_deinit(&key);
}

static void add_entry(xmlNode *list, struct strv key)
{
	xmlNode *n = xmlNewChild(list, list->ns, (const xmlChar *)"entry",
	    NULL);
	struct buf uri;

	buf_init(&uri, KEY_MAX);
	buf_adds(&uri, key);
	if (n)
		xmlNewProp(n, (const xmlChar *)"uri", (xmlChar *)uri.p);
	buf_deinit(&uri);
}

static void sync_view(const struct list_doc_views *v, xmlNode *root,
    unsigned view, struct list_doc_entry *entries, size_t n)
{
	xmlNode *list = list_doc_list(root, v->names[view]);

	if (list)
		drop_others(v, list, view, entries, n);
	for (size_t i = 0; i < n; i++) {
		if (entries[i].view != view || entries[i].seen)
			continue;
		if (!list) {
			list = xmlNewChild(root, root->ns,
			    (const xmlChar *)"list", NULL);
			if (!list)
				return;
			xmlNewProp(list, (const xmlChar *)"name",
			    (const xmlChar *)v->names[view]);
		}
		add_entry(list, entries[i].key);
	}
}

enum xcap_result list_doc_sync(struct strv text,
    const struct list_doc_views *v, struct list_doc_entry *entries, size_t n,
    struct buf *out)
{
	xmlDoc *doc = list_doc_parse(text);
	xmlNode *root = doc ? xmlDocGetRootElement(doc) : NULL;
	enum xcap_result r = XCAP_NOT_WELL_FORMED;

	for (size_t i = 0; i < n; i++)
		entries[i].seen = false;
	for (unsigned view = 0; root && view < v->n; view++)
		sync_view(v, root, view, entries, n);
	if (root)
		r = list_doc_print(doc, out);
	if (doc)
		xmlFreeDoc(doc);
	return r;
}

/* --- reading -------------------------------------------------------------- */

struct collecting {
	const struct list_doc_views *v;
	struct arena *a;
	struct list_doc_entry *entry;
	size_t n, max;
	enum xcap_result result;
};

static void collect(struct collecting *c, xmlNode *list, unsigned view)
{
	struct buf key;

	buf_init(&key, KEY_MAX);
	for (xmlNode *n = list->children; n; n = n->next) {
		if (!list_doc_is(n, "entry"))
			continue;
		if (c->n == c->max || !entry_key(c->v, n, &key)) {
			c->result = XCAP_CONSTRAINT;
			break;
		}
		c->entry[c->n++] = (struct list_doc_entry){ .view = view,
			.key = arena_str(c->a, buf_strv(&key)) };
	}
	buf_deinit(&key);
}

/* Of the same key the one of the first list. */
static int compare_entry(const void *a, const void *b)
{
	const struct list_doc_entry *x = a, *y = b;
	int c = list_doc_compare(x, y);

	return c ? c : (x->view > y->view) - (x->view < y->view);
}

enum xcap_result list_doc_read(struct strv text,
    const struct list_doc_views *v, size_t max, struct arena *a,
    struct list_doc_entry **out, size_t *n)
{
	struct collecting c = { .v = v, .a = a, .max = max,
		.entry = arena_alloc(a, (max + 1) * sizeof(*c.entry)) };
	const char *why;
	xmlDoc *doc = xml_parse(text, &why);
	xmlNode *root = doc ? xmlDocGetRootElement(doc) : NULL;
	size_t kept = 0;

	for (unsigned i = 0; root && i < v->n; i++) {
		xmlNode *list = list_doc_list(root, v->names[i]);

		if (list)
			collect(&c, list, i);
	}
	if (doc)
		xmlFreeDoc(doc);
	qsort(c.entry, c.n, sizeof(*c.entry), compare_entry);
	for (size_t i = 0; i < c.n; i++)
		if (kept == 0 || !strv_eq(c.entry[kept - 1].key,
		    c.entry[i].key))
			c.entry[kept++] = c.entry[i];
	*out = c.entry;
	*n = kept;
	return root ? c.result : XCAP_NOT_WELL_FORMED;
}
