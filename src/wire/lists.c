/* lists.c - URI lists: who a message is for (RFC 4826, 5364, 5365). */

#include "wire/lists.h"
#include "wire/sipbody.h"
#include "wire/xml.h"

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
	return strv_caseeq(s, STRV("bcc")) ? LISTS_BCC :
	    strv_caseeq(s, STRV("cc")) ? LISTS_CC : LISTS_TO;
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
	*e = (struct lists_entry){ .copy = LISTS_TO };
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

static bool is_list(const struct mime_part *p)
{
	struct strv rest, word = strv_split(p->disposition, ';', &rest);

	while (word.n && (word.p[word.n - 1] == ' ' ||
	    word.p[word.n - 1] == '\t'))
		word.n--;
	return strv_caseeq(word, STRV("recipient-list")) &&
	    sipbody_type_is(p->type, STRV("application/resource-lists+xml"));
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
