/* lists.c - URI lists: who a message is for (RFC 4826, 5364, 5365). */

#include "wire/lists.h"
#include "wire/sipbody.h"
#include "wire/xml.h"

#define LIST_TYPE "application/resource-lists+xml"

struct reader {
	struct arena *a;
	struct lists *out;
	size_t max;
	enum err err;		/* the first failure sticks */
};

static void fail(struct reader *r, enum err e, const char *why)
{
	if (r->err != ERR_OK)
		return;
	r->err = e;
	r->out->why = why;
}

/* --- one entry ------------------------------------------------------------ */

static enum lists_copy copy_of(struct strv s)
{
	return strv_caseeq(s, STRV("to")) ? LISTS_TO :
	    strv_caseeq(s, STRV("cc")) ? LISTS_CC : LISTS_BCC;
}

static bool is_true(struct strv s)
{
	return strv_eq(s, STRV("true")) || strv_eq(s, STRV("1"));
}

static void read_entry(struct reader *r, const xmlNode *n)
{
	struct lists_entry *e = &r->out->entry[r->out->n];
	struct strv copy, anonymize;

	if (r->out->n == r->max) {
		fail(r, ERR_TOO_BIG, "too many recipients");
		return;
	}
	*e = (struct lists_entry){ .copy = LISTS_BCC };
	if (!xml_attribute(r->a, n, "uri", LISTS_MAX_TEXT, &e->uri) ||
	    !xml_attribute(r->a, n, "copyControl", LISTS_MAX_TEXT, &copy) ||
	    !xml_attribute(r->a, n, "anonymize", LISTS_MAX_TEXT, &anonymize))
		fail(r, ERR_BAD_SYNTAX, "text too long");
	else if (!e->uri.n)
		fail(r, ERR_BAD_SYNTAX, "an entry without uri");
	for (n = n->children; n && r->err == ERR_OK; n = n->next)
		if (xml_is(n, "display-name") &&
		    !xml_text(r->a, n, LISTS_MAX_TEXT, &e->name))
			fail(r, ERR_BAD_SYNTAX, "text too long");
	if (r->err != ERR_OK)
		return;
	e->copy = copy_of(copy);
	e->anonymize = is_true(anonymize);
	r->out->n++;
}

/* --- the document --------------------------------------------------------- */

static void read_list(struct reader *r, const xmlNode *list, unsigned depth)
{
	if (depth == XML_DEPTH) {
		fail(r, ERR_BAD_SYNTAX, "lists too deep");
		return;
	}
	for (const xmlNode *n = list->children; n && r->err == ERR_OK;
	    n = n->next) {
		if (xml_is(n, "list"))
			read_list(r, n, depth + 1);
		else if (xml_is(n, "entry"))
			read_entry(r, n);
		else if (xml_is(n, "entry-ref") || xml_is(n, "external"))
			fail(r, ERR_BAD_SYNTAX, "a reference to another list "
			    "is not followed");
	}
}

enum err lists_decode(struct strv xml, size_t max, struct arena *a,
    struct lists *out)
{
	struct reader r = { .a = a, .out = out, .max = max, .err = ERR_OK };
	const xmlNode *root;
	xmlDoc *doc;

	*out = (struct lists){ .why = NULL };
	if (xml.n > LISTS_MAX_SIZE) {
		out->why = "list too large";
		return ERR_TOO_BIG;
	}
	doc = xml_parse(xml, &out->why);
	if (!doc)
		return ERR_BAD_SYNTAX;
	out->entry = arena_alloc(a, (max + 1) * sizeof(*out->entry));
	root = xml_root(doc, "resource-lists");
	if (root)
		read_list(&r, root, 0);
	else
		fail(&r, ERR_BAD_SYNTAX, "no resource-lists element");
	if (out->n == 0)
		fail(&r, ERR_BAD_SYNTAX, "no entry");
	xmlFreeDoc(doc);
	return r.err;
}

/* --- a message with its list ---------------------------------------------- */

/* A Content-Disposition has the form of a Content-Type. */
static bool is_for(const struct mime_part *p, struct strv disposition)
{
	return sipbody_type_is(p->disposition, disposition) &&
	    sipbody_type_is(p->type, STRV(LIST_TYPE));
}

static bool is_list(const struct mime_part *p)
{
	return is_for(p, STRV("recipient-list"));
}

static const struct mime_part *find_content(const struct mime *m)
{
	const struct mime_part *found = NULL;

	for (size_t i = 0; i < m->n; i++) {
		const struct mime_part *p = &m->part[i];

		if (is_list(p))
			continue;
		if (sipbody_type_is(p->type, STRV("message/cpim")))
			return p;
		if (!found)
			found = p;
	}
	return found;
}

static const struct mime_part *find_list(const struct mime *m,
    const char **why)
{
	const struct mime_part *found = NULL;

	*why = "no recipient-list part";
	for (size_t i = 0; i < m->n; i++) {
		if (!is_list(&m->part[i]))
			continue;
		if (found) {
			*why = "two recipient lists";
			return NULL;
		}
		found = &m->part[i];
	}
	return found;
}

enum err lists_message_decode(struct strv type, struct strv body, size_t max,
    struct arena *a, struct lists_message *out)
{
	const struct mime_part *list, *content;
	struct mime m;
	enum err e = mime_split(type, body, &m);

	*out = (struct lists_message){ .why = m.why };
	if (e != ERR_OK)
		return e;
	list = find_list(&m, &out->why);
	if (!list)
		return ERR_BAD_SYNTAX;
	content = find_content(&m);
	out->why = content ? "a part with a transfer encoding" :
	    "a list and nothing to send";
	if (!content)
		return ERR_BAD_SYNTAX;
	if (!mime_is_plain(list->transfer) || list->encoding.n ||
	    !mime_is_plain(content->transfer))
		return ERR_BAD_CONTENT;
	out->content = *content;
	e = lists_decode(list->body, max, a, &out->list);
	out->why = out->list.why;
	return e;
}

/* --- what recipients see of it -------------------------------------------- */

static const char *const copies[] = { "to", "cc", "bcc" };

static bool is_shown(const struct lists *l, size_t i)
{
	const struct lists_entry *e = &l->entry[i];

	if (e->copy == LISTS_BCC || e->anonymize)
		return false;
	while (i-- > 0)
		if (l->entry[i].copy != LISTS_BCC && !l->entry[i].anonymize &&
		    strv_eq(l->entry[i].uri, e->uri))
			return false;
	return true;
}

static size_t add_shown(const struct lists *l, enum lists_copy copy,
    struct buf *out)
{
	size_t n = 0, hidden = 0;

	for (size_t i = 0; i < l->n; i++) {
		if (l->entry[i].copy != copy)
			continue;
		n++;
		hidden += l->entry[i].anonymize;
		if (!is_shown(l, i))
			continue;
		buf_addz(out, "<entry uri=\"");
		xml_escape(out, l->entry[i].uri);
		buf_addf(out, "\" cp:copyControl=\"%s\"/>\r\n",
		    copies[copy]);
	}
	if (hidden > 0)
		buf_addf(out, "<entry uri=\"sip:anonymous@anonymous.invalid\" "
		    "cp:copyControl=\"%s\" cp:count=\"%zu\"/>\r\n",
		    copies[copy], hidden);
	return n;
}

bool lists_history(const struct lists *l, struct buf *out)
{
	size_t before = out->n, n;

	buf_addz(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"
	    "<resource-lists xmlns=\"urn:ietf:params:xml:ns:resource-lists\""
	    "\r\n xmlns:cp=\"urn:ietf:params:xml:ns:copycontrol\"><list>"
	    "\r\n");
	n = add_shown(l, LISTS_TO, out);
	n += add_shown(l, LISTS_CC, out);
	buf_addz(out, "</list></resource-lists>\r\n");
	if (n > 0 && !out->full)
		return true;
	out->n = before;
	out->p[before] = 0;
	return false;
}

void lists_history_join(const struct mime_part *content, struct strv history,
    const char *boundary, struct buf *type, struct buf *body)
{
	buf_addf(type, "multipart/mixed;boundary=\"%s\"", boundary);
	buf_addf(body, "--%s\r\nContent-Type: %.*s\r\n", boundary,
	    STRV_ARG(content->type));
	if (content->encoding.n)
		buf_addf(body, "Content-Encoding: %.*s\r\n",
		    STRV_ARG(content->encoding));
	buf_addz(body, "\r\n");
	buf_adds(body, content->body);
	buf_addf(body, "\r\n--%s\r\nContent-Type: " LIST_TYPE "\r\n"
	    "Content-Disposition: recipient-list-history; handling=optional"
	    "\r\n\r\n", boundary);
	buf_adds(body, history);
	buf_addf(body, "\r\n--%s--\r\n", boundary);
}

bool lists_history_split(struct strv type, struct strv body,
    struct mime_part *content)
{
	struct mime m;
	bool first;

	if (!sipbody_type_is(type, STRV("multipart/mixed")) ||
	    mime_split(type, body, &m) != ERR_OK || m.n != 2)
		return false;
	first = is_for(&m.part[0], STRV("recipient-list-history"));
	if (!first && !is_for(&m.part[1], STRV("recipient-list-history")))
		return false;
	*content = m.part[first ? 1 : 0];
	return true;
}
