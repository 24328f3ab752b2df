/* prefs.c - what a subscriber prefers, as one document. */

#include "dir/devices.h"
#include "dir/prefs.h"
#include "port/xcap/xcap_priv.h"
#include "wire/prefs_doc.h"

static const struct {
	const char *word;
	enum screen_effect effect;
} rejects[] = {
	{ "site", SCREEN_NONE }, { "no", SCREEN_ALLOW },
	{ "silent", SCREEN_SILENT }, { "yes", SCREEN_REFUSED },
};

struct edit {
	struct prefs_doc wish;
	struct own_device devices[PREFS_DOC_MOST];
	struct own_prefs write;
};

/* --- reading -------------------------------------------------------------- */

static void encode(const struct user *u, struct buf *out)
{
	struct prefs_doc p = { .send_display = !u->reads_private,
		.quiet = screen_quiet_times(u), .anonymous = STRV("site") };

	for (const struct device *d = devices_of(u); d &&
	    p.ndevices < PREFS_DOC_MOST; d = d->next)
		p.device[p.ndevices++] = (struct prefs_doc_device){
			d->instance, d->name };
	for (const struct prefs_profile *o = prefs_profiles(u); o &&
	    p.nprofiles < PREFS_DOC_MOST; o = o->next)
		p.profile[p.nprofiles++] = (struct prefs_doc_profile){
			o->name, o->active };
	for (size_t i = 0; i < sizeof(rejects) / sizeof(*rejects); i++)
		if (rejects[i].effect == screen_anonymous(u))
			p.anonymous = strv(rejects[i].word);
	prefs_doc_encode(&p, out);
}

static void prefs_begin(struct exchange *x)
{
	if (!strv_eq(x->uri.document, STRV("index"))) {
		x->status = 404;
		return;
	}
	x->own = arena_alloc(&x->arena, sizeof(struct edit));
	x->exists = true;
	encode(user_by_id(x->user), &x->doc);
}

/* --- changing ------------------------------------------------------------- */

static void prefs_check(struct exchange *x)
{
	struct edit *e = x->own;

	if (x->method == XCAP_DELETE && x->uri.what == XCAP_DOCUMENT) {
		x->result = XCAP_CANNOT_DELETE;
		x->why = "there are always preferences";
		return;
	}
	x->result = prefs_doc_decode(buf_strv(&x->new), &x->arena, &e->wish);
	x->why = e->wish.why;
}

/* What is read again is what was made of the wish. */
static void written(struct own_prefs *p, enum err e)
{
	struct exchange *x = p->arg;
	const struct user *u = user_by_id(x->user);

	buf_clear(&x->new);
	if (e == ERR_OK && u)
		encode(u, &x->new);
	exchange_written(x, e);
}

/* The profiles of the document are those there are. */
static bool has_profiles(const struct user *u, const struct prefs_doc *p)
{
	const struct prefs_profile *o = prefs_profiles(u);
	size_t n = 0;

	for (; o; o = o->next, n++) {
		size_t i = 0;

		while (i < p->nprofiles &&
		    !strv_eq(p->profile[i].name, o->name))
			i++;
		if (i == p->nprofiles)
			return false;
	}
	return n == p->nprofiles;
}

static void fill(struct edit *e, struct own_prefs *p)
{
	const struct prefs_doc *w = &e->wish;

	for (size_t i = 0; i < w->ndevices; i++)
		e->devices[i] = (struct own_device){ w->device[i].instance,
			w->device[i].name };
	p->devices = e->devices;
	p->ndevices = w->ndevices;
	p->quiet = w->quiet;
	p->reads_private = !w->send_display;
	for (size_t i = 0; i < w->nprofiles; i++)
		if (w->profile[i].active)
			p->profile = w->profile[i].name;
	for (size_t i = 0; i < sizeof(rejects) / sizeof(*rejects); i++)
		if (strv_eq(w->anonymous, strv(rejects[i].word)))
			p->anonymous = rejects[i].effect;
}

static void prefs_write(struct exchange *x)
{
	const struct user *u = user_by_id(x->user);
	struct edit *e = x->own;
	struct own_prefs *p = &e->write;
	enum err err = ERR_NO_USER;

	fill(e, p);
	p->actor = x->who;
	p->user = x->user;
	p->done = written;
	p->arg = x;
	if (u && has_profiles(u, &e->wish))
		err = own_prefs_write(p);
	if (err == ERR_NO_USER)
		exchange_fail(x, XCAP_CONSTRAINT, "devices and profiles are "
		    "changed here, not made or removed");
	else if (err == ERR_BUSY)
		exchange_fail(x, XCAP_NOT_UNIQUE, "two devices of one name");
	else if (err != ERR_OK)
		exchange_fail(x, XCAP_CONSTRAINT, "a time or the name of a "
		    "device that is none");
}

const struct usage usage_prefs = {
	.auid = "x-cpm-prefs",
	.type = "application/x-cpm-prefs+xml",
	.ns = PREFS_DOC_NS,
	.begin = prefs_begin,
	.check = prefs_check,
	.write = prefs_write,
};
