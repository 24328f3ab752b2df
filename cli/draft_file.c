/* draft_file.c - a draft and whole files: load and save. */

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/jsonw.h"
#include "cli/draft.h"
#include "cli/files.h"
#include "wire/json.h"

/* "load merge|replace|set FILE": the draft stays as it was if it fails. */
int draft_load(struct session *s, const struct word *w, size_t n)
{
	struct buf lines, body;
	struct jsonw j;
	int code = EXIT_FAILED;

	if (n != 2 || !(strv_eq(w[0].text, STRV("merge")) ||
	    strv_eq(w[0].text, STRV("replace")) ||
	    strv_eq(w[0].text, STRV("set"))))
		return session_error(s, EXIT_USAGE, "usage: load "
		    "merge|replace|set FILE|-");
	buf_init(&lines, 2 * DRAFT_TEXT);
	buf_init(&body, BUF_NO_LIMIT);
	if (configure_read(s, w[1].text.p, &lines)) {
		jsonw_init(&j, &body);
		jsonw_object(&j, NULL);
		jsonw_str(&j, "text", buf_strv(&lines));
		jsonw_str(&j, "mode", strv_eq(w[0].text, STRV("replace")) ?
		    STRV("replace") : STRV("merge"));
		jsonw_end(&j);
		code = draft_send(s, "POST", "/load", buf_strv(&body), true);
	}
	explicit_bzero(lines.p, lines.size);
	explicit_bzero(body.p, body.size);
	buf_deinit(&lines);
	buf_deinit(&body);
	return code;
}

static int write_file(struct session *s, const char *path, struct strv text)
{
	struct buf why;
	int fd, code = EXIT_OK;

	buf_init(&why, 4096);
	fd = files_write(path, &why);
	if (fd < 0)
		code = session_error(s, EXIT_FAILED, "%s", why.p);
	else if (text.n && write(fd, text.p, text.n) != (ssize_t)text.n)
		code = session_error(s, EXIT_FAILED, "%s: %s", path,
		    strerror(errno));
	if (fd >= 0 && close(fd) < 0 && code == EXIT_OK)
		code = session_error(s, EXIT_FAILED, "%s: %s", path,
		    strerror(errno));
	buf_deinit(&why);
	return code;
}

/* "save FILE": the draft as lines; without a file there is nothing to do. */
int draft_save(struct session *s, const struct word *w, size_t n)
{
	struct json_err e = { 0 };
	struct strv said = STRV("");
	struct json *root;
	struct answer a;
	struct buf where;
	int code;

	if (n == 0)
		return nothing_to_save(s, w, n);
	buf_init(&where, BUF_NO_LIMIT);
	draft_proposed(s, &where);
	code = session_call(s, "GET", where.p, NULL, STRV_NONE, &s->defaults,
	    NULL, &a);
	buf_deinit(&where);
	if (code != EXIT_OK)
		return code;
	root = json_parse(buf_strv(&a.body), (size_t)80 << 20, &e);
	if (root)
		(void)json_as_string(json_member(root, "text"), &said);
	code = write_file(s, w[0].text.p, said);
	json_free(root);
	answer_free(&a);
	return code;
}
