/* renamed.c - the certificate of a TLS listener goes where its name goes. */

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "port/sip/edge_priv.h"
#include "store/settings.h"
#include "store/writer.h"

static const char *data_dir;

/* What one listener had, before any of it is given to another. */
struct had {
	const struct settings_rename *r;
	char assigned[CERT_NAME];
	struct buf own;
};

static void path_of(char out[CERT_PATH], struct strv name)
{
	(void)snprintf(out, CERT_PATH, "%s/sip-tls-%.*s/agent.pem", data_dir,
	    STRV_ARG(name));
}

static void use_of(char out[CERT_USE], struct strv name)
{
	(void)snprintf(out, CERT_USE, "listener:%.*s", STRV_ARG(name));
}

static bool is_ours(const struct settings_rename *r)
{
	return strv_eq(r->section, STRV("listener"));
}

static void look(struct had *h)
{
	char path[CERT_PATH], use[CERT_USE];

	use_of(use, h->r->from);
	(void)cert_assigned(data_dir, use, h->assigned);
	path_of(path, h->r->from);
	buf_init(&h->own, CERT_FILE_MAX);
	(void)cert_file_read(path, &h->own);
}

static enum err give(const struct had *h)
{
	char path[CERT_PATH], use[CERT_USE];
	enum err e = ERR_OK;

	use_of(use, h->r->to);
	path_of(path, h->r->to);
	if (h->own.n)
		e = cert_file_write(path, buf_strv(&h->own));
	return e == ERR_OK ? cert_assign(data_dir, use, h->assigned[0] ?
	    h->assigned : NULL) : e;
}

/* In the writer: both names have it until the commit is done. */
static enum err run(struct db *db, const struct settings_rename *r)
{
	const struct settings_rename *i;
	enum err e = ERR_OK;
	struct had *all;
	size_t n = 0, k = 0;

	(void)db;
	for (i = r; i; i = i->next)
		n += is_ours(i);
	all = xalloc((n + 1) * sizeof(*all));
	for (i = r; i; i = i->next)
		if (is_ours(i)) {
			all[k].r = i;
			look(&all[k++]);
		}
	for (k = 0; k < n; k++) {
		if (e == ERR_OK)
			e = give(&all[k]);
		explicit_bzero(all[k].own.p, all[k].own.size);
		buf_deinit(&all[k].own);
	}
	free(all);
	return e;
}

/* --- the old name has it no more ------------------------------------------- */

struct forget {
	struct write w;
	char use[CERT_USE];
};

static enum err forget_run(struct write *w, struct db *db)
{
	const struct forget *f = (const struct forget *)(const void *)w;

	(void)db;
	(void)cert_assign(data_dir, f->use, NULL);
	return ERR_OK;
}

static void forgotten(struct write *w)
{
	free(w);
}

static bool is_new_name(const struct settings_rename *r, struct strv name)
{
	while (r && !(is_ours(r) && strv_eq(r->to, name)))
		r = r->next;
	return r != NULL;
}

static void moved(const struct settings_rename *r)
{
	for (const struct settings_rename *i = r; i; i = i->next) {
		struct forget *f;

		if (!is_ours(i) || is_new_name(r, i->from))
			continue;
		f = xalloc(sizeof(*f));
		f->w = (struct write){ .db = DB_CONFIG, .run = forget_run,
			.done = forgotten };
		use_of(f->use, i->from);
		writer_put(&f->w);
	}
}

void listeners_follow(const char *dir)
{
	static const struct settings_follower follower = { run, moved };

	data_dir = dir;
	settings_follow(&follower);
}
