/* backup_manifest.c - the list of what a backup holds. */

#include <stdlib.h>

#include "base/alloc.h"
#include "base/hex.h"
#include "store/backup_priv.h"

void backup_list_init(struct backup_list *l)
{
	*l = (struct backup_list){ .n = 0 };
	map_init(&l->by_name);
}

void backup_list_deinit(struct backup_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->all[i].name);
	free(l->all);
	map_deinit(&l->by_name);
}

/* --- names -------------------------------------------------------------------- */

static bool is_hex(struct strv s, size_t n)
{
	for (size_t i = 0; i < s.n; i++)
		if (hex_digit(s.p[i]) < 0 || (s.p[i] >= 'A' && s.p[i] <= 'F'))
			return false;
	return s.n == n;
}

/* letters, digits and . - _, not beginning with a dot */
static bool is_plain(struct strv s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') ||
		    (s.p[i] >= 'A' && s.p[i] <= 'Z') ||
		    (s.p[i] >= '0' && s.p[i] <= '9') ||
		    s.p[i] == '-' || s.p[i] == '_' || (s.p[i] == '.' && i)))
			return false;
	return s.n > 0 && s.n <= 100;
}

bool backup_entry_ok(struct strv name)
{
	static const char *const plain[] = { "config.db", "store.db",
		"trace.db", "secret.key" };
	struct strv rest, top;

	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
		if (strv_eq(name, strv(plain[i])))
			return true;
	top = strv_split(name, '/', &rest);
	if (strv_eq(top, STRV("tls")))
		return rest.p && is_plain(rest);
	if (!strv_eq(top, STRV("content")) || !rest.p)
		return false;
	top = strv_split(rest, '/', &rest);
	return is_hex(top, 2) && rest.p && is_hex(rest, 64) &&
	    memcmp(rest.p, top.p, 2) == 0;
}

/* --- read --------------------------------------------------------------------- */

static enum err bad(struct buf *why, const char *what)
{
	buf_addf(why, "this is no backup that can be used: its manifest %s",
	    what);
	return ERR_BAD_CONTENT;
}

static bool number(struct strv s, int64_t *n)
{
	*n = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9' || i >= 15)
			return false;
		*n = *n * 10 + (s.p[i] - '0');
	}
	return s.n > 0;
}

static struct backup_entry *more(struct backup_list *l)
{
	if (l->n == l->size) {
		l->size = l->size ? 2 * l->size : 256;
		l->all = xrealloc(l->all, l->size * sizeof(*l->all));
	}
	memset(&l->all[l->n], 0, sizeof(l->all[l->n]));
	return &l->all[l->n];
}

/* "SHA256 SIZE NAME" */
static enum err file_line(struct strv line, struct backup_list *l,
    struct buf *why)
{
	struct strv sha = strv_split(line, ' ', &line);
	struct strv size = line.p ? strv_split(line, ' ', &line) : STRV_NONE;
	struct backup_entry *e = more(l);

	if (!line.p || !hex_decode(sha, e->sha, BACKUP_SHA) ||
	    !number(size, &e->size))
		return bad(why, "has a line that is none");
	if (!backup_entry_ok(line))
		return bad(why, "names a file that has no place here");
	if (e->size > INT64_MAX / 2 - l->bytes)
		return bad(why, "has more bytes than there can be");
	e->name = xstrndup(line.p, line.n);
	l->bytes += e->size;
	l->n++;
	return ERR_OK;
}

/* "box HMAC" */
static enum err mac_line(struct strv line, struct backup_list *l,
    struct buf *why)
{
	struct strv by = strv_split(line, ' ', &line);

	l->by = strv_eq(by, STRV("box")) ? BACKUP_BY_BOX :
	    strv_eq(by, STRV("passphrase")) ? BACKUP_BY_PASSPHRASE :
	    BACKUP_UNSIGNED;
	if (l->by == BACKUP_UNSIGNED || !line.p ||
	    !hex_decode(line, l->mac, BACKUP_SHA))
		return bad(why, "has a bad signature");
	return ERR_OK;
}

static enum err one_line(struct strv line, struct backup_list *l,
    struct buf *why)
{
	struct strv rest, word = strv_split(line, ' ', &rest);

	if (rest.p && strv_eq(word, STRV("file")))
		return file_line(rest, l, why);
	if (rest.p && strv_eq(word, STRV("mac")))
		return mac_line(rest, l, why);
	if (!strv_eq(word, STRV("encrypted")))
		return ERR_OK;		/* for people */
	l->encrypted = true;
	return rest.p && hex_decode(rest, l->salt, BCRYPT_SALT) ? ERR_OK :
	    bad(why, "has a bad salt");
}

/* When the list grows no more, its entries stay where they are. */
static enum err index_names(struct backup_list *l, struct buf *why)
{
	for (size_t i = 0; i < l->n; i++)
		if (map_set(&l->by_name, strv(l->all[i].name), &l->all[i]))
			return bad(why, "names a file twice");
	if (!map_get(&l->by_name, STRV("config.db")) ||
	    !map_get(&l->by_name, STRV("store.db")))
		return bad(why, "lacks a database");
	return ERR_OK;
}

enum err backup_manifest_read(struct strv text, struct backup_list *l,
    struct buf *why)
{
	struct strv rest, first = strv_split(text, '\n', &rest);
	enum err e = ERR_OK;

	if (!strv_eq(first, STRV("parley-backup 1"))) {
		buf_addz(why, first.n > 14 && memcmp(first.p,
		    "parley-backup ", 14) == 0 ? "this backup is of a newer "
		    "program: install that one first" :
		    "this is no backup of parley");
		return first.n > 14 && memcmp(first.p, "parley-backup ",
		    14) == 0 ? ERR_FORBIDDEN : ERR_BAD_CONTENT;
	}
	if (text.n && text.p[text.n - 1] != '\n')
		return bad(why, "ends too early");
	while (rest.p && e == ERR_OK) {
		if (l->by != BACKUP_UNSIGNED && rest.n)
			return bad(why, "goes on after its signature");
		l->said = l->by == BACKUP_UNSIGNED ? (size_t)(rest.p -
		    text.p) : l->said;
		e = one_line(strv_split(rest, '\n', &rest), l, why);
	}
	return e == ERR_OK ? index_names(l, why) : e;
}
