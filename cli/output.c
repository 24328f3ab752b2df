/* output.c - the way of an answer to the screen: filters, pager, file. */

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/files.h"
#include "cli/output.h"

static void sink(struct strv line, void *arg)
{
	struct output *o = arg;

	if (!o->file) {
		pager_line(&o->pager, line);
		return;
	}
	(void)fwrite(line.p, 1, line.n, o->file);
	(void)putc('\n', o->file);
	o->saved++;
}

static void whole_line(struct output *o)
{
	struct strv line = buf_strv(&o->part);

	if (line.n && line.p[line.n - 1] == '\r' && o->filters.n)
		o->part.p[--o->part.n] = 0;
	filters_line(&o->filters, buf_strv(&o->part), o->heading, sink, o);
	o->heading = false;
	buf_clear(&o->part);
}

static ssize_t take(void *arg, const char *p, size_t n)
{
	struct output *o = arg;
	struct strv rest = { p, n };

	while (rest.n) {
		struct strv line = strv_split(rest, '\n', &rest);

		buf_adds(&o->part, line);
		if (rest.p)
			whole_line(o);
	}
	return (ssize_t)n;
}

static bool file_open(struct output *o, struct buf *why)
{
	int fd = files_write(o->filters.save, why);

	o->file = fd >= 0 ? fdopen(fd, "w") : NULL;
	return o->file != NULL;
}

bool output_begin(struct output *o, struct render *r, struct filters *f,
    bool page, struct buf *why)
{
	static const cookie_io_functions_t way = { .write = take };

	*o = (struct output){ .render = r, .was = *r, .filters = *f };
	if (f->save && !file_open(o, why)) {
		filters_free(&o->filters);
		return false;
	}
	o->stream = fopencookie(o, "w", way);
	if (!o->stream) {
		buf_addf(why, "%s", strerror(errno));
		filters_free(&o->filters);
		return false;
	}
	buf_init(&o->part, BUF_NO_LIMIT);
	pager_begin(&o->pager, r->out, !r->tty || !page || f->no_more);
	r->out = o->stream;
	r->heading = &o->heading;
	if (f->n || f->save) {	/* what is looked for must not be cut */
		r->color = false;
		r->width = 0;
	}
	if (f->save)
		r->tty = false;
	return true;
}

void output_flow(struct output *o)
{
	(void)fflush(o->stream);
	pager_stop(&o->pager);
	(void)fflush(o->pager.out);
}

void output_turn(struct output *o)
{
	(void)fflush(o->stream);
	if (o->part.n)
		whole_line(o);
	filters_end(&o->filters, sink, o);
	(void)fflush(o->file ? o->file : o->pager.out);
}

bool output_done(const struct output *o)
{
	return filters_done(&o->filters) || ferror(o->pager.out);
}

bool output_end(struct output *o, struct buf *why)
{
	bool ok = true;

	output_turn(o);
	(void)fclose(o->stream);
	pager_end(&o->pager);
	if (o->file) {
		ok = !ferror(o->file);
		ok = fclose(o->file) == 0 && ok;
		if (!ok)
			buf_addf(why, "%s: %s", o->filters.save,
			    strerror(errno));
		else if (!o->render->quiet)
			fprintf(stderr, "%zu lines are in %s\n", o->saved,
			    o->filters.save);
	}
	*o->render = o->was;
	buf_deinit(&o->part);
	filters_free(&o->filters);
	return ok;
}
