/* bootstrap.c - the first start set up by a file instead of a person. */

#define LOG_UNIT "admin"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/admin.h"
#include "admin/admin_priv.h"
#include "admin/password.h"
#include "admin/people.h"
#include "base/alloc.h"
#include "base/log.h"
#include "conf/conf.h"
#include "store/settings.h"
#include "wire/json.h"

#define FILE_LIMIT	((size_t)1 << 20)
#define LINES_MAX	10000
#define ACTOR		STRV("bootstrap")

/* All of it is looked at before anything is done. */
static struct bootstrap {
	char *path;
	struct json *root;
	struct strv name, password;
	struct conf_edit *edit;
} *now;

/* Not in now: when we stop, it may still be on its way to the core. */
static struct hash_job job;

static void end(void)
{
	explicit_bzero(job.fresh, sizeof(job.fresh));
	job.password = (struct strv){ 0 };
	if (!now)
		return;
	conf_edit_free(now->edit);
	if (now->password.n)
		explicit_bzero((char *)(uintptr_t)now->password.p,
		    now->password.n);
	json_free(now->root);
	free(now->path);
	explicit_bzero(now, sizeof(*now));
	free(now);
	now = NULL;
}

static void fail(const char *why)
{
	log_err("bootstrap file path=%s is not taken: %s; nothing was "
	    "changed: mend it and start again, or run \"parley setup "
	    "token\"", now->path, why);
	end();
}

/* --- the file ----------------------------------------------------------------- */

/* A password is in it: nobody else may have read it, or written it. */
static bool is_private(int fd, struct buf *why)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		buf_addz(why, "it is not a file");
	else if (st.st_uid != geteuid() && st.st_uid != 0)
		buf_addz(why, "it belongs to somebody else");
	else if (st.st_mode & 077)
		buf_addz(why, "others may read or write it: chmod 600");
	return why->n == 0;
}

/* false with an empty why: there is none. */
static bool file_read(const char *path, struct buf *out, struct buf *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	char part[4096];
	ssize_t n = 0;

	if (fd < 0) {
		if (errno == ELOOP)
			buf_addz(why, "it is a link");
		else if (errno != ENOENT && errno != ENOTDIR)
			buf_addf(why, "it cannot be read (errno %d)", errno);
		return false;
	}
	if (is_private(fd, why))
		while ((n = read(fd, part, sizeof(part))) > 0 && !out->full)
			buf_add(out, part, (size_t)n);
	close(fd);
	explicit_bzero(part, sizeof(part));
	if (!why->n && (n < 0 || out->full))
		buf_addf(why, "it cannot be read, or has more than %zu KiB",
		    FILE_LIMIT >> 10);
	return why->n == 0;
}

/* --- what is in it -------------------------------------------------------------- */

static bool take_line(const struct json *v, size_t at, struct buf *why)
{
	struct strv line, rest;
	struct buf says;
	bool ok = false;

	buf_init(&says, 1024);
	if (!json_as_string(v, &line))
		buf_addz(&says, "a line of settings is a text");
	else if (!strv_eq(strv_split(line, ' ', &rest), STRV("set")))
		buf_addz(&says, "a line begins with set: set site domain "
		    "example.org");
	else
		ok = conf_edit_line(now->edit, line, &says) == ERR_OK;
	if (!ok)
		buf_addf(why, "settings, line %zu: %s", at, says.p);
	buf_deinit(&says);
	return ok;
}

static bool take_settings(struct json_err *e, struct buf *why)
{
	const struct json *lines = json_opt_array(now->root, "settings",
	    LINES_MAX, e);
	size_t at = 0;

	now->edit = conf_edit_new();
	for (const struct json *v = lines ? json_first(lines) : NULL; v;
	    v = json_next(v))
		if (!take_line(v, ++at, why))
			return false;
	return conf_edit_check(now->edit, why) == ERR_OK;
}

static bool take_admin(struct json_err *e, struct buf *why)
{
	static const char *const known[] = { "name", "password", NULL };
	const struct json *a = json_opt_object(now->root, "administrator",
	    e);

	if (!a) {
		buf_addz(why, "member 'administrator' is missing: {\"name\": "
		    "..., \"password\": ...}");
		return false;
	}
	now->name = json_need_string(a, "name", ADMIN_NAME - 1, e);
	now->password = json_need_string(a, "password", 256, e);
	return json_only(a, known, e) && !e->bad &&
	    admin_name_ok(now->name, why) &&
	    password_acceptable(now->password, now->name, why);
}

static bool take(struct strv text, struct buf *why)
{
	static const char *const known[] = { "administrator", "settings",
		NULL };
	struct json_err e = { 0 };
	bool ok;

	now->root = json_parse(text, FILE_LIMIT, &e);
	ok = now->root && json_only(now->root, known, &e) &&
	    take_admin(&e, why) && take_settings(&e, why) && !e.bad;
	if (!ok && e.bad && !why->n)
		buf_addz(why, e.why);
	return ok;
}

/* --- doing it --------------------------------------------------------------------- */

/* The password is in it: it must not lie there. */
static void admin_saved(enum err e, const struct admin *a, void *arg)
{
	(void)arg;
	if (!now)
		return;
	if (e != ERR_OK) {
		log_err("bootstrap file path=%s: its settings are in force, "
		    "but its administrator could not be saved: run \"parley "
		    "setup token\"", now->path);
		end();
		return;
	}
	if (unlink(now->path) < 0)
		log_err("cannot remove path=%s, which has a password in it: "
		    "remove it", now->path);
	log_info("set up by=%s from a file path=%s", a->name, now->path);
	end();
}

static void settings_saved(enum err e, int64_t revision, void *arg)
{
	struct people_change change = { .first = true, .actor = ACTOR,
		.action = STRV("setup") };

	(void)arg;
	(void)revision;
	if (!now)
		return;
	if (e != ERR_OK) {
		fail("the settings could not be saved; see the log");
		return;
	}
	memcpy(change.a.name, now->name.p, now->name.n);
	memcpy(change.a.password, job.fresh, sizeof(job.fresh));
	change.a.roles = AS_ROLES;
	people_save(&change, admin_saved, NULL);
	explicit_bzero(&change, sizeof(change));
}

static void hashed(struct hash_job *j)
{
	struct settings_commit how = { .actor = ACTOR, .via = STRV("file"),
		.comment = STRV("first start") };
	struct conf_edit *edit;

	if (!now)
		return;
	if (!j->fresh[0]) {
		fail("this system's crypt(3) makes no good hashes");
		return;
	}
	edit = now->edit;
	now->edit = NULL;
	settings_commit(edit, &how, settings_saved, NULL);
}

void admin_bootstrap(const char *path)
{
	struct buf text, why;
	bool there;

	buf_init(&text, FILE_LIMIT);
	buf_init(&why, 4096);
	there = file_read(path, &text, &why);
	if (people_any() && (there || why.n)) {
		log_warn("bootstrap file path=%s is not read: this system is "
		    "set up already; remove it", path);
	} else if (there || why.n) {
		now = xalloc(sizeof(*now));
		now->path = xstrndup(path, strlen(path));
		job = (struct hash_job){ .make = true, .done = hashed };
		if (!there || !take(buf_strv(&text), &why)) {
			fail(why.p);
		} else {
			job.password = now->password;
			if (!hasher_put(&job))
				fail("too much at this moment");
		}
	}
	explicit_bzero(text.p, text.size);
	buf_deinit(&text);
	buf_deinit(&why);
}

void bootstrap_stop(void)
{
	end();
}
