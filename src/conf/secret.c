/* secret.c - references that stand for sealed secrets, and digests. */

#include <openssl/evp.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/hex.h"
#include "base/map.h"
#include "conf/conf_priv.h"

#define PREFIX	"secret:"
enum { DIGEST = 32, REF_BYTES = 8 };

/* A reference and the sealed text behind it; the map's value and key. */
struct known {
	char ref[SECRET_REF];
	char *sealed;
	struct place *places;
};

/* Where it was set: nobody may send it elsewhere by its reference. */
struct place {
	struct place *next;
	char *path;
};

static struct map all;

static void digest(struct strv s, unsigned char out[DIGEST])
{
	if (EVP_Digest(s.p, s.n, out, NULL, EVP_sha256(), NULL) != 1)
		abort();	/* OpenSSL without SHA-256 */
}

void conf_digest(struct strv content, char hex[CONF_DIGEST])
{
	unsigned char sum[DIGEST];

	digest(content, sum);
	hex_encode(sum, DIGEST, hex);
}

void secret_ref(const char *sealed, char ref[SECRET_REF])
{
	unsigned char sum[DIGEST];

	digest(strv(sealed), sum);
	memcpy(ref, PREFIX, sizeof(PREFIX) - 1);
	hex_encode(sum, REF_BYTES, ref + sizeof(PREFIX) - 1);
}

bool secret_looks_so(struct strv s)
{
	unsigned char bytes[REF_BYTES];

	return s.n == SECRET_REF - 1 &&
	    memcmp(s.p, PREFIX, sizeof(PREFIX) - 1) == 0 &&
	    hex_decode((struct strv){ s.p + sizeof(PREFIX) - 1,
	    2 * REF_BYTES }, bytes, REF_BYTES);
}

const char *secret_find(struct strv ref)
{
	const struct known *k = map_get(&all, ref);

	return k ? k->sealed : NULL;
}

static struct known *know(struct strv sealed)
{
	struct known *k = xalloc(sizeof(*k)), *old;

	k->sealed = xstrndup(sealed.p, sealed.n);
	secret_ref(k->sealed, k->ref);
	old = map_get(&all, strv(k->ref));
	if (!old) {
		(void)map_set(&all, strv(k->ref), k);
		return k;
	}
	free(k->sealed);
	free(k);
	return old;
}

static bool was_at(const struct known *k, struct strv path)
{
	for (const struct place *p = k->places; p; p = p->next)
		if (strv_eq(strv(p->path), path))
			return true;
	return false;
}

void conf_secret_know(struct strv sealed, struct strv path)
{
	struct known *k = know(sealed);
	struct place *p;

	if (!path.p || was_at(k, path))
		return;
	p = xalloc(sizeof(*p));
	p->path = xstrndup(path.p, path.n);
	p->next = k->places;
	k->places = p;
}

enum err secret_place(const struct sect *s, const char *name, size_t row,
    struct strv typed, struct strv sealed, struct buf *why)
{
	const struct conf_row *r = &s->def->rows[row];
	const struct known *k;
	enum err e = ERR_OK;
	struct buf path;

	if (r->type != CONF_SECRET)
		return ERR_OK;
	buf_init(&path, 512);
	path_add(&path, s, name, r->name);
	k = secret_looks_so(typed) ? map_get(&all, typed) : NULL;
	if (!k) {
		conf_secret_know(sealed, buf_strv(&path));
	} else if (!was_at(k, buf_strv(&path))) {
		buf_addf(why, "this refers to a secret that was set %s%s and "
		    "is not sent elsewhere: set it again here, from a file "
		    "with @FILE", k->places ? "as " : "somewhere else",
		    k->places ? k->places->path : "");
		e = ERR_BAD_SYNTAX;
	}
	buf_deinit(&path);
	return e;
}

void conf_secret_ref(struct strv sealed, struct buf *out)
{
	char *text = xstrndup(sealed.p, sealed.n), ref[SECRET_REF];

	secret_ref(text, ref);
	buf_addz(out, ref);
	free(text);
}

const char *value_shown(const struct conf_row *row, const char *text,
    char ref[SECRET_REF])
{
	if (!text || row->type != CONF_SECRET || secret_looks_so(strv(text)))
		return text;
	secret_ref(text, ref);
	return ref;
}

void secrets_forget(void)
{
	struct known *k;
	size_t at = 0;

	while ((k = map_next(&all, &at)) != NULL) {
		while (k->places) {
			struct place *p = k->places;

			k->places = p->next;
			free(p->path);
			free(p);
		}
		free(k->sealed);
		free(k);
	}
	map_deinit(&all);
	map_init(&all);
}
