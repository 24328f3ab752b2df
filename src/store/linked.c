/* linked.c - the content behind a link: of one leg, read where it lies. */

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/id.h"
#include "store/blob.h"
#include "store/linked.h"

/* A file of this kind never changes, so what is mapped stays readable. */
static enum err map_file(struct linked *l, struct strv hash)
{
	struct stat st;

	l->fd = hash.n == BLOB_HASH ? blob_open(hash) : -1;
	if (l->fd < 0 || fstat(l->fd, &st) < 0 || st.st_size <= 0)
		return ERR_STORAGE;
	l->map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, l->fd,
	    0);
	if (l->map == MAP_FAILED) {
		l->map = NULL;
		return ERR_STORAGE;
	}
	l->bytes = (struct strv){ l->map, (size_t)st.st_size };
	return ERR_OK;
}

static enum err read_row(struct stmt *s, struct linked *l)
{
	struct strv type, encoding, file, body;

	l->state = (enum leg_state)col_int(s);
	l->expires = col_int(s);
	l->received = col_int(s);
	type = col_text(s);
	encoding = col_text(s);
	file = col_text(s);
	body = col_text(s);
	buf_adds(&l->texts, type);
	buf_adds(&l->texts, encoding);
	if (!file.p)
		buf_adds(&l->texts, body);
	l->type = (struct strv){ l->texts.p, type.n };
	l->encoding = (struct strv){ l->type.p + type.n, encoding.n };
	l->bytes = (struct strv){ l->encoding.p + encoding.n, body.n };
	return file.p ? map_file(l, file) : ERR_OK;
}

enum err linked_open(uint64_t leg, struct linked *out)
{
	struct stmt *s = stmt(db_reader(DB_STORE), "SELECT leg.state, "
	    "leg.expires, message.received, message.type, message.encoding, "
	    "message.file, message.body FROM leg "
	    "JOIN message ON message.id = ?1 "
	    "WHERE leg.id = ?2 AND message.type IS NOT NULL");
	enum err e = ERR_NO_USER;

	*out = (struct linked){ .fd = -1 };
	buf_init(&out->texts, BUF_NO_LIMIT);
	stmt_int(s, (int64_t)id_message_of(leg));
	stmt_int(s, (int64_t)leg);
	if (stmt_row(s))
		e = read_row(s, out);
	if (stmt_end(s) != ERR_OK)
		e = ERR_STORAGE;
	if (e != ERR_OK)
		linked_close(out);
	return e;
}

void linked_close(struct linked *l)
{
	if (l->map)
		(void)munmap(l->map, l->bytes.n);
	if (l->fd >= 0)
		(void)close(l->fd);
	buf_deinit(&l->texts);
	l->map = NULL;
	l->fd = -1;
}
