/* use.c - what has a certificate. */

#include "cert/use.h"

#include <stdio.h>

static struct list uses = { &uses, &uses };

void cert_use_add(struct cert_use *u)
{
	cert_use_remove(u);
	list_push(&uses, &u->hook);
}

void cert_use_remove(struct cert_use *u)
{
	LIST_FOR(h, &uses)
		if (h == &u->hook)
			list_del(h);
}

struct cert_use *cert_use_find(struct strv use)
{
	LIST_FOR(h, &uses) {
		struct cert_use *u = LIST_ENTRY(h, struct cert_use, hook);

		if (strv_eq(strv(u->use), use))
			return u;
	}
	return NULL;
}

struct cert_use *cert_use_next(const struct cert_use *u)
{
	struct list *h = u ? u->hook.next : uses.next;

	return h == &uses ? NULL : LIST_ENTRY(h, struct cert_use, hook);
}

enum err cert_where_read(const char *dir, const struct cert_where *w,
    struct buf *out)
{
	return w->source == CERT_ASSIGNED ? cert_read(dir, w->name, out) :
	    cert_read_files(w->pem, w->key, out);
}

void cert_use_where(const struct cert_use *u, struct cert_where *out)
{
	*out = (struct cert_where){ .source = CERT_OWN };
	u->class->where(u, out);
	if (out->source == CERT_SETTING ||
	    !cert_assigned(u->dir, u->use, out->name))
		return;
	out->source = CERT_ASSIGNED;
	cert_path(out->pem, u->dir, out->name, "pem");
	out->key[0] = 0;
}
