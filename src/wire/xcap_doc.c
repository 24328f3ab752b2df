/* xcap_doc.c - documents of XCAP and their parts (RFC 4825 7, 8, 11). */

#include <stdio.h>

#include <libxml/tree.h>
#include <openssl/evp.h>

#include "base/hex.h"
#include "base/utf8.h"
#include "wire/xcap_doc.h"
#include "wire/xml.h"

/* One request on one document. */
struct editor {
	xmlDoc *doc;
	const struct xcap_uri *u;
	const char *ns;
};

/* --- selection ------------------------------------------------------------ */

static const xmlChar *text_of(const char *s)
{
	return (const xmlChar *)s;
}

static bool same(const xmlChar *a, struct strv b)
{
	return strv_eq(strv((const char *)a), b);
}

static bool in_namespace(const xmlNs *ns, struct strv uri)
{
	return uri.n ? ns && same(ns->href, uri) : !ns || !ns->href;
}

static bool has_name(const struct editor *e, const xmlNode *n,
    const struct xcap_step *s)
{
	if (n->type != XML_ELEMENT_NODE)
		return false;
	return s->any || (same(n->name, s->name.local) &&
	    in_namespace(n->ns, s->name.ns.p ? s->name.ns : strv(e->ns)));
}

static xmlAttr *attr_of(const xmlNode *n, const struct xcap_name *name)
{
	for (xmlAttr *a = n->properties; a; a = a->next)
		if (same(a->name, name->local) &&
		    in_namespace(a->ns, name->ns))
			return a;
	return NULL;
}

static bool has_value(const xmlNode *n, const struct xcap_step *s)
{
	xmlAttr *a = attr_of(n, &s->attr);
	xmlChar *value = a ? xmlNodeListGetString(n->doc, a->children, 1) :
	    NULL;
	bool good = a && strv_eq(s->value, strv(value ? (char *)value : ""));

	xmlFree(value);
	return good;
}

/* The one among the children of a node that fits; *n: how many do. */
static xmlNode *choose(const struct editor *e, const xmlNode *in,
    const struct xcap_step *s, unsigned *n)
{
	xmlNode *found = NULL;
	unsigned position = 0;

	*n = 0;
	for (xmlNode *c = in->children; c; c = c->next) {
		if (!has_name(e, c, s))
			continue;
		position++;
		if ((s->position && position != s->position) ||
		    (s->has_attr && !has_value(c, s)))
			continue;
		if ((*n)++ == 0)
			found = c;
	}
	return *n == 1 ? found : NULL;
}

/* NULL: none, or more than one fits. */
static xmlNode *walk(const struct editor *e, size_t nsteps)
{
	xmlNode *at = (xmlNode *)e->doc;
	unsigned n;

	for (size_t i = 0; i < nsteps && at; i++)
		at = choose(e, at, &e->u->step[i], &n);
	return at;
}

/* --- reading -------------------------------------------------------------- */

static enum xcap_result checked(const struct buf *out, enum xcap_result r)
{
	return out->full ? XCAP_TOO_BIG : r;
}

static enum xcap_result give_element(const struct editor *e, xmlNode *n,
    struct buf *out)
{
	xmlBuffer *b = xmlBufferCreate();

	if (b && xmlNodeDump(b, e->doc, n, 0, 0) >= 0)
		buf_add(out, xmlBufferContent(b),
		    (size_t)xmlBufferLength(b));
	xmlBufferFree(b);
	return checked(out, XCAP_OK);
}

static enum xcap_result give_attr(const struct editor *e, const xmlNode *n,
    struct buf *out)
{
	xmlAttr *a = attr_of(n, &e->u->attr);
	xmlChar *value;

	if (!a)
		return XCAP_NOT_FOUND;
	value = xmlNodeListGetString(e->doc, a->children, 1);
	xml_escape(out, strv(value ? (char *)value : ""));
	xmlFree(value);
	return checked(out, XCAP_OK);
}

/* The element without all but the prefixes that count where it stands. */
static enum xcap_result give_namespaces(const struct editor *e,
    const xmlNode *n, struct buf *out)
{
	xmlNs **all = xmlGetNsList(e->doc, n);

	buf_addz(out, "<");
	if (n->ns && n->ns->prefix)
		buf_addf(out, "%s:", (const char *)n->ns->prefix);
	buf_addz(out, (const char *)n->name);
	for (xmlNs **ns = all; ns && *ns; ns++) {
		const char *prefix = (const char *)(*ns)->prefix;

		buf_addf(out, " xmlns%s%s=\"", prefix ? ":" : "",
		    prefix ? prefix : "");
		xml_escape(out, strv((const char *)(*ns)->href));
		buf_addz(out, "\"");
	}
	buf_addz(out, "/>");
	xmlFree(all);
	return checked(out, XCAP_OK);
}

static enum xcap_result give_document(const struct editor *e,
    struct buf *out, enum xcap_result r)
{
	xmlChar *text = NULL;
	int n = 0;

	xmlDocDumpMemoryEnc(e->doc, &text, &n, "UTF-8");
	if (!text)
		return XCAP_TOO_BIG;
	buf_add(out, text, (size_t)n);
	xmlFree(text);
	return checked(out, r);
}

static bool editor_open(struct editor *e, struct strv doc,
    const struct xcap_uri *u, const char *ns)
{
	const char *why;

	*e = (struct editor){ .doc = xml_parse(doc, &why), .u = u, .ns = ns };
	return e->doc != NULL;
}

enum xcap_result xcap_get(struct strv doc, const struct xcap_uri *u,
    const char *ns, struct buf *out)
{
	enum xcap_result r = XCAP_NOT_FOUND;
	struct editor e;
	xmlNode *n;

	if (!editor_open(&e, doc, u, ns))
		return XCAP_NOT_FOUND;
	n = walk(&e, u->nsteps);
	if (n && u->what == XCAP_ELEMENT)
		r = give_element(&e, n, out);
	else if (n && u->what == XCAP_ATTRIBUTE)
		r = give_attr(&e, n, out);
	else if (n && u->what == XCAP_NAMESPACES)
		r = give_namespaces(&e, n, out);
	xmlFreeDoc(e.doc);
	return r;
}

/* --- putting elements ----------------------------------------------------- */

static enum xcap_result put_root(struct editor *e, struct strv body)
{
	unsigned n;
	xmlNode *old = choose(e, (xmlNode *)e->doc, &e->u->step[0], &n);
	const char *why;
	xmlDoc *other;

	if (!old)
		return XCAP_CANNOT_INSERT;
	other = xml_parse(body, &why);
	if (!other)
		return XCAP_BAD_FRAGMENT;
	xmlFreeDoc(e->doc);
	e->doc = other;
	return walk(e, 1) ? XCAP_OK : XCAP_CANNOT_INSERT;
}

/* Where a new one goes so that it is the position-th, or the last of its
 * name; false: it would be neither. */
static bool insert(const struct editor *e, xmlNode *parent,
    const struct xcap_step *s, xmlNode *new)
{
	xmlNode *last = NULL;
	unsigned n = 0;

	for (xmlNode *c = parent->children; c; c = c->next) {
		if (!has_name(e, c, s))
			continue;
		if (++n == s->position) {
			xmlAddPrevSibling(c, new);
			return true;
		}
		last = c;
	}
	if (s->position > n + 1)
		return false;
	if (last)
		xmlAddNextSibling(last, new);
	else
		xmlAddChild(parent, new);
	return true;
}

static enum xcap_result put_element(struct editor *e, struct strv body)
{
	const struct xcap_step *s = &e->u->step[e->u->nsteps - 1];
	xmlNode *parent, *old, *new;
	unsigned n;

	if (e->u->nsteps == 1)
		return put_root(e, body);
	parent = walk(e, e->u->nsteps - 1);
	if (!parent)
		return XCAP_NO_PARENT;
	old = choose(e, parent, s, &n);
	if (n > 1)
		return XCAP_CANNOT_INSERT;
	new = xml_parse_in(parent, body);
	if (!new)
		return XCAP_BAD_FRAGMENT;
	if (old) {
		xmlReplaceNode(old, new);
		xmlFreeNode(old);
	} else if (!insert(e, parent, s, new)) {
		xmlFreeNode(new);
		return XCAP_CANNOT_INSERT;
	}
	if (walk(e, e->u->nsteps) != new)
		return XCAP_CANNOT_INSERT;
	return old ? XCAP_OK : XCAP_CREATED;
}

/* --- putting attributes --------------------------------------------------- */

/* The text of an attribute as XML writes it, read by writing one. */
static bool read_value(struct strv body, struct buf *out)
{
	struct strv value = STRV_NONE;
	const xmlNode *root;
	struct arena a;
	const char *why;
	struct buf b;
	xmlDoc *doc;
	bool good;

	if (body.n && (memchr(body.p, '"', body.n) ||
	    memchr(body.p, '<', body.n)))
		return false;
	buf_init(&b, XCAP_URI_MAX);
	buf_addz(&b, "<a b=\"");
	buf_adds(&b, body);
	buf_addz(&b, "\"/>");
	arena_init(&a);
	doc = b.full ? NULL : xml_parse(buf_strv(&b), &why);
	root = doc ? xml_root(doc, "a") : NULL;
	good = root && xml_attribute(&a, root, "b", XCAP_URI_MAX, &value);
	if (good)
		buf_adds(out, value);
	if (doc)
		xmlFreeDoc(doc);
	arena_deinit(&a);
	buf_deinit(&b);
	return good;
}

static bool set_attr(struct editor *e, xmlNode *n, const char *value)
{
	const struct xcap_name *name = &e->u->attr;
	char local[128], uri[512];
	xmlNs *ns = NULL;

	if (name->local.n >= sizeof(local) || name->ns.n >= sizeof(uri) ||
	    strv_eq(name->local, STRV("xmlns")))
		return false;
	memcpy(local, name->local.p, name->local.n);
	local[name->local.n] = 0;
	if (!name->ns.p)
		return xmlSetNsProp(n, NULL, text_of(local), text_of(value));
	memcpy(uri, name->ns.p, name->ns.n);
	uri[name->ns.n] = 0;
	ns = xmlSearchNsByHref(e->doc, n, text_of(uri));
	return ns && ns->prefix &&
	    xmlSetNsProp(n, ns, text_of(local), text_of(value));
}

static enum xcap_result put_attr(struct editor *e, struct strv body)
{
	xmlNode *n = walk(e, e->u->nsteps);
	enum xcap_result r;
	struct buf value;

	if (!n)
		return XCAP_NO_PARENT;
	buf_init(&value, XCAP_URI_MAX);
	r = attr_of(n, &e->u->attr) ? XCAP_OK : XCAP_CREATED;
	if (!read_value(body, &value))
		r = XCAP_NOT_ATT_VALUE;
	else if (!set_attr(e, n, value.p) || walk(e, e->u->nsteps) != n)
		r = XCAP_CANNOT_INSERT;
	buf_deinit(&value);
	return r;
}

enum xcap_result xcap_put(struct strv doc, const struct xcap_uri *u,
    const char *ns, struct strv body, struct buf *out)
{
	enum xcap_result r = XCAP_CANNOT_INSERT;
	struct editor e;

	if (!utf8_valid(body))
		return XCAP_NOT_UTF8;
	if (!editor_open(&e, doc, u, ns))
		return XCAP_NO_PARENT;
	if (u->what == XCAP_ELEMENT)
		r = put_element(&e, body);
	else if (u->what == XCAP_ATTRIBUTE)
		r = put_attr(&e, body);
	if (r == XCAP_OK || r == XCAP_CREATED)
		r = give_document(&e, out, r);
	xmlFreeDoc(e.doc);
	return r;
}

/* --- taking out ----------------------------------------------------------- */

static enum xcap_result drop_element(struct editor *e)
{
	xmlNode *n = walk(e, e->u->nsteps);

	if (!n)
		return XCAP_NOT_FOUND;
	if (e->u->nsteps == 1)
		return XCAP_CANNOT_DELETE;	/* a document has a root */
	xmlUnlinkNode(n);
	xmlFreeNode(n);
	return walk(e, e->u->nsteps) ? XCAP_CANNOT_DELETE : XCAP_OK;
}

static enum xcap_result drop_attr(struct editor *e)
{
	xmlNode *n = walk(e, e->u->nsteps);
	xmlAttr *a = n ? attr_of(n, &e->u->attr) : NULL;

	if (!a)
		return XCAP_NOT_FOUND;
	xmlRemoveProp(a);
	return XCAP_OK;
}

enum xcap_result xcap_delete(struct strv doc, const struct xcap_uri *u,
    const char *ns, struct buf *out)
{
	enum xcap_result r = XCAP_CANNOT_DELETE;
	struct editor e;

	if (!editor_open(&e, doc, u, ns))
		return XCAP_NOT_FOUND;
	if (u->what == XCAP_ELEMENT)
		r = drop_element(&e);
	else if (u->what == XCAP_ATTRIBUTE)
		r = drop_attr(&e);
	if (r == XCAP_OK)
		r = give_document(&e, out, r);
	xmlFreeDoc(e.doc);
	return r;
}

/* --- whole documents ------------------------------------------------------ */

enum xcap_result xcap_check(struct strv text, const char *root,
    const char *ns)
{
	enum xcap_result r = XCAP_OK;
	const char *why;
	const xmlNode *n;
	xmlDoc *doc;

	if (!utf8_valid(text))
		return XCAP_NOT_UTF8;
	doc = xml_parse(text, &why);
	if (!doc)
		return XCAP_NOT_WELL_FORMED;
	n = xml_root(doc, root);
	if (doc->encoding && xmlStrcasecmp(doc->encoding, text_of("UTF-8")))
		r = XCAP_NOT_UTF8;
	else if (!n || !in_namespace(n->ns, strv(ns)))
		r = XCAP_NOT_VALID;
	xmlFreeDoc(doc);
	return r;
}

void xcap_etag(struct strv doc, char tag[XCAP_ETAG])
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	char hex[17] = "";

	if (EVP_Digest(doc.p, doc.n, hash, NULL, EVP_sha256(), NULL) == 1)
		hex_encode(hash, 8, hex);
	(void)snprintf(tag, XCAP_ETAG, "\"%s\"", hex);
}

const char *xcap_part_type(enum xcap_what what)
{
	static const char *const types[] = { NULL, "application/xcap-el+xml",
		"application/xcap-att+xml", "application/xcap-ns+xml" };

	return (size_t)what < sizeof(types) / sizeof(*types) ? types[what] :
	    NULL;
}

void xcap_error_write(enum xcap_result r, const char *phrase,
    struct buf *out)
{
	static const char *const names[XCAP_RESULTS] = {
		[XCAP_NOT_WELL_FORMED] = "not-well-formed",
		[XCAP_BAD_FRAGMENT] = "not-xml-frag",
		[XCAP_NO_PARENT] = "no-parent",
		[XCAP_CANNOT_INSERT] = "cannot-insert",
		[XCAP_CANNOT_DELETE] = "cannot-delete",
		[XCAP_NOT_UTF8] = "not-utf-8",
		[XCAP_NOT_ATT_VALUE] = "not-xml-att-value",
		[XCAP_NOT_UNIQUE] = "uniqueness-failure",
		[XCAP_NOT_VALID] = "schema-validation-error",
		[XCAP_CONSTRAINT] = "constraint-failure",
	};
	const char *name = (size_t)r < XCAP_RESULTS && names[r] ? names[r] :
	    "constraint-failure";

	buf_addf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"
	    "<xcap-error xmlns=\"urn:ietf:params:xml:ns:xcap-error\">"
	    "<%s phrase=\"", name);
	xml_escape(out, strv(phrase));
	if (r == XCAP_NOT_UNIQUE)
		buf_addz(out, "\"><exists field=\"@uri\"/>"
		    "</uniqueness-failure></xcap-error>\r\n");
	else
		buf_addz(out, "\"/></xcap-error>\r\n");
}
