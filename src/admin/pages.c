/* pages.c - the console's files, which travel inside the binary. */

#include <stdio.h>

#include "admin/admin_priv.h"
#include "base/asset.h"
#include "wire/inflate.h"

#define PACKED	".gz"		/* so named: packed with gzip */
#define HASHED	"/assets/"	/* below: names change with the content */
#define FRONT	"index.html"

static const struct {
	const char *ending, *type;
} types[] = {
	{ ".html", "text/html; charset=utf-8" },
	{ ".js", "text/javascript; charset=utf-8" },
	{ ".css", "text/css; charset=utf-8" },
	{ ".svg", "image/svg+xml" },
	{ ".txt", "text/plain; charset=utf-8" },
};

static bool ends(struct strv s, const char *ending)
{
	size_t n = strlen(ending);

	return s.n >= n && memcmp(s.p + s.n - n, ending, n) == 0;
}

static const char *type_of(struct strv name)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (ends(name, types[i].ending))
			return types[i].type;
	return "application/octet-stream";
}

static struct strv name_of(const struct asset *a)
{
	struct strv name = strv(a->name);

	if (ends(name, PACKED))
		name.n -= strlen(PACKED);
	return name;
}

static const struct asset *asset_named(struct strv name)
{
	for (const struct asset *a = web_assets; a->name; a++)
		if (strv_eq(name_of(a), name))
			return a;
	return NULL;
}

static struct strv after(struct strv path, const char *prefix)
{
	size_t n = strlen(prefix);

	return (struct strv){ path.p + n, path.n - n };
}

static bool begins(struct strv path, const char *prefix)
{
	size_t n = strlen(prefix);

	return path.n > n && memcmp(path.p, prefix, n) == 0;
}

static bool wants(const struct httpd_request *r, const char *header,
    const char *word)
{
	struct strv v = httpd_header(r, header);

	return v.n && memmem(v.p, v.n, word, strlen(word));
}

/*
 * A file by its name; every other address that a browser opens is a page of
 * the console, which finds its way by itself.
 */
static const struct asset *asset_for(const struct httpd_request *r,
    struct strv path)
{
	const struct asset *a = NULL;

	if (begins(path, HASHED))
		return asset_named(after(path, HASHED));
	if (begins(path, "/"))
		a = asset_named(after(path, "/"));
	if (!a && (strv_eq(path, STRV("/")) || wants(r, "Accept", "text/html")))
		a = asset_named(STRV(FRONT));
	return a;
}

const char *page_take(struct httpd_request *r, struct strv path,
    struct buf *body)
{
	const struct asset *a = asset_for(r, path);
	struct strv data;

	if (!a)
		return NULL;
	data = (struct strv){ (const char *)a->data, a->len };
	if (begins(path, HASHED) && !ends(name_of(a), ".txt"))
		httpd_reply_header(r, "Cache-Control",
		    STRV("public, max-age=31536000, immutable"));
	if (!ends(strv(a->name), PACKED)) {
		buf_adds(body, data);
		return type_of(name_of(a));
	}
	httpd_reply_header(r, "Vary", STRV("Accept-Encoding"));
	if (wants(r, "Accept-Encoding", "gzip")) {
		httpd_reply_header(r, "Content-Encoding", STRV("gzip"));
		buf_adds(body, data);
	} else if (inflate_decode(STRV("gzip"), data, body) != ERR_OK) {
		return NULL;
	}
	return type_of(name_of(a));
}
