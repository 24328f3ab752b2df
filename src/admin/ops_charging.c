/* ops_charging.c - charging records: files, state, export. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin/admin_priv.h"
#include "base/csvw.h"
#include "base/now.h"
#include "store/audit.h"
#include "store/charging.h"
#include "wire/json.h"

#define EXPORT_MAX ((size_t)32 << 20)	/* bytes of one export */
#define LINE_MAX_SIZE 65536

static void dir_of(char dir[4096])
{
	(void)snprintf(dir, 4096, "%s/cdr", db_dir());
}

/* --- files ------------------------------------------------------------------- */

static bool file_row(const struct charging_file *f, void *arg)
{
	struct op_call *c = arg;

	op_row(c);
	op_field(c, "file", strv(f->name));
	op_field(c, "state", f->open ? STRV("open") : STRV("closed"));
	op_field_int(c, "first", f->first);
	op_field_int(c, "size", f->size);
	op_field_time(c, "changed", f->changed);
	op_field(c, "sha256", strv(f->sha256));
	return true;
}

static void files_run(struct op_call *c)
{
	char dir[4096];

	dir_of(dir);
	op_list(c);
	if (charging_files(dir, file_row, c) != ERR_OK)
		op_fail(c, OP_FAILED, "%s cannot be read", dir);
	else
		op_done(c);
}

static void show_run(struct op_call *c)
{
	struct charging_status s;

	charging_status(&s);
	op_field_int(c, "written", s.written);
	op_field_int(c, "backlog", s.backlog);
	op_field_int(c, "behind_ms", s.behind_ms);
	op_field(c, "fault", s.why ? strv(s.why) : STRV_NONE);
	op_done(c);
}

static void closed(enum err e, void *arg)
{
	struct op_call *c = arg;

	if (e != ERR_OK) {
		op_fail(c, OP_FAILED, "the file could not be closed; see "
		    "health");
		return;
	}
	audit_event(op_who(c), STRV("charging close"), STRV("open file"),
	    STRV("ok"), STRV(""));
	show_run(c);
}

static void close_run(struct op_call *c)
{
	if (!charging_close(closed, c))
		op_fail(c, OP_BUSY, "it is being closed already");
}

/* --- export -------------------------------------------------------------------- */

struct export {
	struct op_call *c;
	struct buf out;
	char dir[4096];
	char from[NOW_TEXT], to[NOW_TEXT];	/* of ts_end; "": any */
	int64_t from_ms;
	bool csv, header, past, failed;
	int64_t records;
};

/* The value of a text member of one of our own lines; up to 24 bytes. */
static void time_of(const char *line, char time[NOW_TEXT])
{
	const char *p = strstr(line, "\"ts_end\":\"");

	time[0] = 0;
	if (p && strlen(p) > 10 + NOW_TEXT) {
		memcpy(time, p + 10, NOW_TEXT - 1);
		time[NOW_TEXT - 1] = 0;
	}
}

static void csv_line(struct export *x, const char *line, bool names)
{
	struct csvw w = { &x->out, false };
	struct json_err e = { .bad = false };
	struct json *root = json_parse(strv(line), LINE_MAX_SIZE, &e);
	const struct json *m = root ? json_first(root) : NULL;
	struct strv text;
	int64_t n;

	for (; m; m = json_next(m)) {
		if (names)
			csvw_field(&w, json_name(m));
		else if (json_as_int(m, &n))
			csvw_int(&w, n);
		else
			csvw_field(&w, json_as_string(m, &text) ? text :
			    STRV(""));
	}
	if (root)
		csvw_end(&w);
	json_free(root);
}

static void one_line(struct export *x, char *line, size_t n)
{
	char time[NOW_TEXT];

	if (n == 0 || line[n - 1] != '\n')
		return;		/* it is being written */
	time_of(line, time);
	if (strcmp(time, x->from) < 0 || time[0] == 0)
		return;
	if (x->to[0] && strcmp(time, x->to) >= 0) {
		x->past = true;
		return;
	}
	x->records++;
	if (!x->csv) {
		buf_add(&x->out, line, n);
		return;
	}
	line[n - 1] = 0;
	if (!x->header)
		csv_line(x, line, true);
	x->header = true;
	csv_line(x, line, false);
}

static bool one_file(const struct charging_file *f, void *arg)
{
	struct export *x = arg;
	char path[4096 + 300], *line = NULL;
	size_t size = 0;
	ssize_t n;
	FILE *in;

	if (!strstr(f->name, ".jsonl") || f->changed < x->from_ms)
		return true;
	(void)snprintf(path, sizeof(path), "%s/%s", x->dir, f->name);
	in = fopen(path, "re");
	if (!in && f->open) {	/* it was closed just now */
		path[strlen(path) - 4] = 0;
		in = fopen(path, "re");
	}
	if (!in) {
		x->failed = true;
		return false;
	}
	x->past = false;
	while (!x->past && !x->out.full && (n = getline(&line, &size,
	    in)) > 0)
		one_line(x, line, (size_t)n);
	free(line);
	(void)fclose(in);
	return !x->out.full;
}

static void export_end(struct export *x)
{
	char what[64];

	if (x->failed) {
		op_fail(x->c, OP_FAILED, "%s cannot be read", x->dir);
		return;
	}
	if (x->out.full) {
		op_fail(x->c, OP_TOO_LARGE, "more than %zu MiB; ask for less "
		    "with --from and --to, or take the files in %s",
		    EXPORT_MAX >> 20, x->dir);
		return;
	}
	(void)snprintf(what, sizeof(what), "%" PRId64 " records", x->records);
	audit_event(op_who(x->c), STRV("charging export"), strv(what),
	    STRV("ok"), STRV_NONE);
	op_say(x->c, buf_strv(&x->out));
	op_done(x->c);
}

static void export_run(struct op_call *c)
{
	struct export x = { .c = c,
		.csv = op_is(c, "format", "csv"),
		.from_ms = op_when(c, "from") };
	int64_t to = op_when(c, "to");

	if (x.from_ms)
		now_text(x.from_ms, x.from);
	if (to)
		now_text(to, x.to);
	dir_of(x.dir);
	buf_init(&x.out, EXPORT_MAX);
	if (charging_files(x.dir, one_file, &x) != ERR_OK)
		x.failed = true;
	export_end(&x);
	buf_deinit(&x.out);
}

/* --- the table ------------------------------------------------------------------- */

static const struct op_arg export_args[] = {
	{ "from", 0, NULL, "records not older: 1h, 7d, 2026-11-20", IS_TIME },
	{ "to", 0, NULL, "and older than this", IS_TIME },
	{ "format", 0, "jsonl|csv", "jsonl", IS_CHOICE, BY_DEFAULT("jsonl") },
	{ 0 }
};

#define STATE \
	"written:int backlog:int behind_ms:ms fault?"

static const struct op ops[] = {
	{ "show charging", "GET", "/charging", CAP_VIEW, OP_CORE, NULL,
	  "how far the charging records are written", show_run,
	  STATE },
	{ "charging files", "GET", "/charging/files", CAP_VIEW, OP_READ, NULL,
	  "the files of charging records", files_run,
	  "[file state=open|closed first:int size:bytes changed:time "
	  "sha256]" },
	{ "charging export", "GET", "/charging/export", CAP_AUDIT, OP_READ,
	  export_args, "charging records of a time, as one file",
	  export_run,
	  "text~" },
	{ "charging close", "POST", "/charging/close", CAP_OPERATE, OP_CORE,
	  NULL, "close the open file now, for who fetches it", close_run,
	  STATE },
};

void ops_charging(void)
{
	op_register(ops, sizeof(ops) / sizeof(ops[0]));
}
