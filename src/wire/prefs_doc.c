/* prefs_doc.c - what a subscriber prefers, as a document of its own. */

#include "wire/prefs_doc.h"
#include "wire/xml.h"

struct reader {
	struct arena *a;
	struct prefs_doc *out;
	struct buf quiet;
	size_t times;
	enum xcap_result result;	/* the first failure sticks */
};

static void fail(struct reader *r, enum xcap_result result, const char *why)
{
	if (r->result != XCAP_OK)
		return;
	r->result = result;
	r->out->why = why;
}

/* An attribute that must be there. */
static struct strv attr(struct reader *r, const xmlNode *n, const char *name)
{
	struct strv s = STRV_NONE;

	if (!xml_attribute(r->a, n, name, PREFS_DOC_TEXT, &s) || !s.n)
		fail(r, XCAP_NOT_VALID, "an attribute is missing or too long");
	return s;
}

/* yes or no */
static bool yes(struct reader *r, const xmlNode *n, const char *name)
{
	struct strv s = attr(r, n, name);
	bool is = strv_eq(s, STRV("yes"));

	if (!is && !strv_eq(s, STRV("no")))
		fail(r, XCAP_NOT_VALID, "an attribute is neither yes nor no");
	return is;
}

/* Room for one more of a kind. */
static bool more(struct reader *r, size_t n)
{
	if (n == PREFS_DOC_MOST)
		fail(r, XCAP_CONSTRAINT, "too many of a kind");
	return n < PREFS_DOC_MOST;
}

/* --- elements ------------------------------------------------------------- */

static void read_device(struct reader *r, const xmlNode *n)
{
	struct prefs_doc *p = r->out;
	struct strv instance = attr(r, n, "instance");

	if (more(r, p->ndevices))
		p->device[p->ndevices++] = (struct prefs_doc_device){
			instance, attr(r, n, "name") };
}

static void read_profile(struct reader *r, const xmlNode *n)
{
	struct prefs_doc *p = r->out;
	struct prefs_doc_profile one = { attr(r, n, "name"),
		yes(r, n, "active") };

	for (size_t i = 0; i < p->nprofiles; i++)
		if (one.active && p->profile[i].active)
			fail(r, XCAP_NOT_UNIQUE, "two profiles are active");
	if (more(r, p->nprofiles))
		p->profile[p->nprofiles++] = one;
}

/* What would make another of the text that it goes into. */
static bool is_mark(struct strv s)
{
	return s.n && (memchr(s.p, ',', s.n) || memchr(s.p, '-', s.n));
}

static void read_dnd(struct reader *r, const xmlNode *n)
{
	struct strv from = attr(r, n, "from"), to = attr(r, n, "to");

	if (is_mark(from) || is_mark(to))
		fail(r, XCAP_NOT_VALID, "a time is like 22:00");
	if (more(r, r->times++))
		buf_addf(&r->quiet, "%s%.*s-%.*s", r->quiet.n ? "," : "",
		    STRV_ARG(from), STRV_ARG(to));
}

static void read_imdn(struct reader *r, const xmlNode *n)
{
	r->out->send_display = yes(r, n, "send-display");
}

static void read_anonymous(struct reader *r, const xmlNode *n)
{
	static const char *const values[] = { "yes", "no", "silent", "site" };
	struct strv s = attr(r, n, "reject");

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		if (!strv_eq(s, strv(values[i])))
			continue;
		r->out->anonymous = strv(values[i]);
		return;
	}
	fail(r, XCAP_NOT_VALID, "reject is yes, no, silent or site");
}

static const struct {
	const char *name;
	void (*read)(struct reader *r, const xmlNode *n);
} elements[] = {
	{ "device", read_device },
	{ "imdn", read_imdn },
	{ "dnd", read_dnd },
	{ "anonymous", read_anonymous },
	{ "profile", read_profile },
};

enum xcap_result prefs_doc_decode(struct strv text, struct arena *a,
    struct prefs_doc *out)
{
	struct reader r = { .a = a, .out = out };
	const xmlNode *root;
	xmlDoc *doc;

	*out = (struct prefs_doc){ .send_display = true,
		.anonymous = STRV("site"),
		.why = "it is no document of preferences" };
	r.result = xcap_check(text, "prefs", PREFS_DOC_NS);
	if (r.result != XCAP_OK)
		return r.result;
	doc = xml_parse(text, &out->why);
	root = doc ? xml_root(doc, "prefs") : NULL;
	buf_init(&r.quiet, BUF_NO_LIMIT);
	for (const xmlNode *n = root ? root->children : NULL; n; n = n->next)
		for (size_t i = 0; i < sizeof(elements) / sizeof(*elements);
		    i++)
			if (xml_is(n, elements[i].name))
				elements[i].read(&r, n);
	out->quiet = arena_str(a, buf_strv(&r.quiet));
	buf_deinit(&r.quiet);
	if (doc)
		xmlFreeDoc(doc);
	return r.result;
}

/* --- write ---------------------------------------------------------------- */

static void add_attr(struct buf *out, const char *name, struct strv value)
{
	buf_addf(out, " %s=\"", name);
	xml_escape(out, value);
	buf_addz(out, "\"");
}

static struct strv word(bool is)
{
	return is ? STRV("yes") : STRV("no");
}

static void add_times(struct buf *out, struct strv times)
{
	while (times.n) {
		struct strv to, from = strv_split(strv_split(times, ',',
		    &times), '-', &to);

		buf_addz(out, "<dnd");
		add_attr(out, "from", from);
		add_attr(out, "to", to);
		buf_addz(out, "/>\n");
	}
}

void prefs_doc_encode(const struct prefs_doc *p, struct buf *out)
{
	buf_addz(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<prefs xmlns=\"" PREFS_DOC_NS "\">\n");
	for (size_t i = 0; i < p->ndevices; i++) {
		buf_addz(out, "<device");
		add_attr(out, "instance", p->device[i].instance);
		add_attr(out, "name", p->device[i].name);
		buf_addz(out, "/>\n");
	}
	buf_addz(out, "<imdn");
	add_attr(out, "send-display", word(p->send_display));
	buf_addz(out, "/>\n");
	add_times(out, p->quiet);
	buf_addz(out, "<anonymous");
	add_attr(out, "reject", p->anonymous);
	buf_addz(out, "/>\n");
	for (size_t i = 0; i < p->nprofiles; i++) {
		buf_addz(out, "<profile");
		add_attr(out, "name", p->profile[i].name);
		add_attr(out, "active", word(p->profile[i].active));
		buf_addz(out, "/>\n");
	}
	buf_addz(out, "</prefs>\n");
}
