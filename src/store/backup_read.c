/* backup_read.c - take a backup apart: nothing in it is believed. */

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "store/backup_priv.h"

#define BLOCK 65536
#define SPARE ((int64_t)64 << 20)	/* bytes that stay free */

struct reading {
	struct archive *a;
	const char *path, *dir;
	struct backup_list *l;
	struct backup_progress *p;
	struct buf *why;
	uint8_t key[BCRYPT_KEY];
};

static enum err bad(struct reading *r, const char *what)
{
	const char *more = archive_error_string(r->a);

	if (!r->why->n)
		buf_addf(r->why, "this backup cannot be used: %s%s%s", what,
		    more ? ": " : "", more ? more : "");
	return ERR_BAD_CONTENT;
}

/* --- opening -------------------------------------------------------------------- */

/* Only what we write ourselves: each further format is one more parser. */
static bool open_file(struct reading *r)
{
	r->a = archive_read_new();
	(void)archive_read_support_format_tar(r->a);
	(void)archive_read_support_filter_gzip(r->a);
	(void)archive_read_support_filter_zstd(r->a);
	return archive_read_open_filename(r->a, r->path, BLOCK) == ARCHIVE_OK;
}

/* A plain file with a size and nothing that points elsewhere. */
static bool is_plain(struct archive_entry *e)
{
	return archive_entry_filetype(e) == AE_IFREG &&
	    !archive_entry_hardlink(e) && !archive_entry_symlink(e) &&
	    archive_entry_size_is_set(e) && archive_entry_size(e) >= 0 &&
	    archive_entry_pathname(e) && !archive_entry_sparse_count(e);
}

static enum err read_manifest(struct reading *r, struct buf *text)
{
	struct archive_entry *e;
	la_ssize_t n = -1;

	if (archive_read_next_header(r->a, &e) != ARCHIVE_OK)
		return bad(r, "it is empty, cut short, or something else");
	if (!is_plain(e) || strcmp(archive_entry_pathname(e), MANIFEST) != 0)
		return bad(r, "it does not begin with a manifest");
	if (archive_entry_size(e) > (int64_t)MANIFEST_MAX ||
	    !buf_reserve(text, (size_t)archive_entry_size(e)))
		return bad(r, "its manifest is too large");
	while (text->n < (size_t)archive_entry_size(e) &&
	    (n = archive_read_data(r->a, text->p + text->n,
	    (size_t)archive_entry_size(e) - text->n)) > 0)
		text->n += (size_t)n;
	text->p[text->n] = 0;
	if (text->n != (size_t)archive_entry_size(e))
		return bad(r, "its manifest is cut short");
	return backup_manifest_read(buf_strv(text), r->l, r->why);
}

/* What a look can know of who signed it. */
static const char *signed_by(const struct backup_list *l, struct strv text,
    const char *dir)
{
	struct buf why;
	bool ours;

	if (l->by != BACKUP_BY_BOX)
		return l->by == BACKUP_UNSIGNED ? "nobody" : "passphrase";
	buf_init(&why, 1024);
	ours = backup_signed(text, l, dir, NULL, &why) == ERR_OK;
	buf_deinit(&why);
	return ours ? "box" : "elsewhere";
}

enum err backup_look(const char *path, const char *dir,
    struct backup_content *c, struct buf *why)
{
	struct backup_list l;
	struct reading r = { .path = path, .l = &l, .why = why };
	enum err e;

	backup_list_init(&l);
	buf_init(&c->manifest, MANIFEST_MAX);
	e = open_file(&r) ? read_manifest(&r, &c->manifest) :
	    bad(&r, "it cannot be opened");
	c->entries = (int64_t)l.n;
	c->size = l.bytes;
	c->by = signed_by(&l, buf_strv(&c->manifest), dir);
	(void)archive_read_free(r.a);
	backup_list_deinit(&l);
	return e;
}

/* --- one entry ------------------------------------------------------------------- */

/* Exactly n bytes of the entry. */
static bool fetch(struct reading *r, uint8_t *to, size_t n)
{
	while (n) {
		la_ssize_t k = archive_read_data(r->a, to, n);

		if (k <= 0)
			return false;
		to += k;
		n -= (size_t)k;
	}
	return true;
}

struct entry {
	struct backup_entry *e;
	EVP_MD_CTX *md;
	int fd;
	int64_t left;
};

/* The next n bytes as stored: counted and hashed. */
static enum err take(struct reading *r, struct entry *x, uint8_t *to,
    size_t n)
{
	if (backup_cancelled(r->p, r->why))
		return ERR_BUSY;
	if (!fetch(r, to, n))
		return bad(r, "it is cut short");
	(void)EVP_DigestUpdate(x->md, to, n);
	(void)atomic_fetch_add(&r->p->done, (int64_t)n);
	x->left -= (int64_t)n;
	return ERR_OK;
}

static enum err put(struct reading *r, struct entry *x, const uint8_t *p,
    size_t n)
{
	if (backup_write(x->fd, p, n))
		return ERR_OK;
	buf_addf(r->why, "%s/%s: %s", r->dir, x->e->name, strerror(errno));
	return ERR_STORAGE;
}

static enum err copy_clear(struct reading *r, struct entry *x)
{
	static _Thread_local uint8_t bytes[BLOCK];
	enum err e = ERR_OK;

	while (x->left > 0 && e == ERR_OK) {
		size_t n = x->left < BLOCK ? (size_t)x->left : BLOCK;

		e = take(r, x, bytes, n);
		if (e == ERR_OK)
			e = put(r, x, bytes, n);
	}
	return e;
}

static enum err copy_sealed(struct reading *r, struct entry *x)
{
	static _Thread_local uint8_t in[BCRYPT_PIECE + BCRYPT_TAG];
	static _Thread_local uint8_t out[BCRYPT_PIECE + BCRYPT_TAG];
	uint8_t head[BCRYPT_HEAD];
	struct bcrypt b;
	enum err e;

	if (x->left < BCRYPT_HEAD + BCRYPT_TAG)
		return bad(r, "an encrypted file is too short");
	e = take(r, x, head, BCRYPT_HEAD);
	bcrypt_init(&b, r->key, head, x->e->name);
	while (x->left > 0 && e == ERR_OK) {
		size_t n = x->left < (int64_t)sizeof(in) ? (size_t)x->left :
		    sizeof(in);
		bool last = x->left == (int64_t)n && n < sizeof(in);

		e = take(r, x, in, n);
		if (e == ERR_OK && !bcrypt_open(&b, in, n, last, out)) {
			buf_addz(r->why, "the passphrase is wrong, or "
			    "somebody changed this backup");
			return ERR_FORBIDDEN;
		}
		if (e == ERR_OK)
			e = put(r, x, out, n - BCRYPT_TAG);
	}
	return e;
}

static enum err copy(struct reading *r, struct entry *x)
{
	uint8_t sha[BACKUP_SHA];
	enum err e;

	(void)EVP_DigestInit_ex(x->md, EVP_sha256(), NULL);
	e = r->l->encrypted ? copy_sealed(r, x) : copy_clear(r, x);
	(void)EVP_DigestFinal_ex(x->md, sha, NULL);
	if (e == ERR_OK && memcmp(sha, x->e->sha, BACKUP_SHA) != 0)
		return bad(r, "a file in it is not as the manifest says");
	return e;
}

static enum err extract_one(struct reading *r, struct archive_entry *entry)
{
	struct strv name = strv(archive_entry_pathname(entry));
	struct entry x = { .e = map_get(&r->l->by_name, name), .fd = -1 };
	char path[BACKUP_PATH];
	enum err e;

	if (!is_plain(entry) || !x.e || x.e->seen ||
	    archive_entry_size(entry) != x.e->size)
		return bad(r, "it has a file that its manifest does not have");
	x.e->seen = true;
	x.left = x.e->size;
	backup_path(path, "%s/%s", r->dir, x.e->name);
	if (backup_mkdirs(r->dir, x.e->name))
		x.fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC |
		    O_NOFOLLOW, 0600);
	if (x.fd < 0) {
		buf_addf(r->why, "%s: %s", path, strerror(errno));
		return ERR_STORAGE;
	}
	x.md = EVP_MD_CTX_new();
	e = copy(r, &x);
	EVP_MD_CTX_free(x.md);
	(void)close(x.fd);
	return e;
}

/* --- all of them ------------------------------------------------------------------ */

static enum err check_room(struct reading *r)
{
	struct statvfs fs;
	int64_t have;

	if (statvfs(r->dir, &fs) != 0)
		return ERR_STORAGE;
	have = (int64_t)fs.f_bavail * (int64_t)fs.f_frsize - SPARE;
	if (have >= r->l->bytes)
		return ERR_OK;
	buf_addf(r->why, "there is no room: %" PRId64 " MB must be free in %s",
	    (r->l->bytes + SPARE) >> 20, r->dir);
	return ERR_STORAGE;
}

static enum err check_key(struct reading *r, struct strv passphrase)
{
	if (!r->l->encrypted)
		return ERR_OK;
	if (!passphrase.n) {
		buf_addz(r->why, "this backup is encrypted: give its "
		    "passphrase");
		return ERR_FORBIDDEN;
	}
	return bcrypt_key(passphrase, r->l->salt, r->key) ? ERR_OK :
	    ERR_STORAGE;
}

static enum err extract_all(struct reading *r)
{
	struct archive_entry *entry;
	enum err e = ERR_OK;
	int rc = ARCHIVE_OK;

	while (e == ERR_OK && (rc = archive_read_next_header(r->a,
	    &entry)) == ARCHIVE_OK)
		e = extract_one(r, entry);
	if (e != ERR_OK)
		return e;
	if (rc != ARCHIVE_EOF)
		return bad(r, "it is cut short or damaged");
	for (size_t i = 0; i < r->l->n; i++)
		if (!r->l->all[i].seen)
			return bad(r, "a file is missing in it");
	return ERR_OK;
}

enum err backup_extract(const char *path, const char *dir,
    const struct backup_options *o, struct backup_list *l,
    struct backup_progress *p, struct buf *why)
{
	struct reading r = { .path = path, .dir = dir, .l = l, .p = p,
		.why = why };
	struct buf text;
	enum err e;

	buf_init(&text, MANIFEST_MAX);
	e = open_file(&r) ? read_manifest(&r, &text) :
	    bad(&r, "it cannot be opened");
	if (e == ERR_OK)
		e = check_key(&r, o->passphrase);
	if (e == ERR_OK && !o->force)
		e = backup_signed(buf_strv(&text), l, o->dir, r.key, why);
	buf_deinit(&text);
	if (e == ERR_OK)
		e = check_room(&r);
	if (e == ERR_OK) {
		atomic_store(&p->total, l->bytes);
		e = extract_all(&r);
	}
	(void)archive_read_free(r.a);
	explicit_bzero(r.key, sizeof(r.key));
	return e;
}
