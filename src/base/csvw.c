/* csvw.c - write comma separated values. */

#include <inttypes.h>

#include "base/csvw.h"

static void comma(struct csvw *w)
{
	if (w->more)
		buf_addc(w->out, ',');
	w->more = true;
}

void csvw_field(struct csvw *w, struct strv text)
{
	bool quote = false;

	comma(w);
	for (size_t i = 0; i < text.n; i++)
		quote |= text.p[i] && strchr(",\"\r\n", text.p[i]);
	if (quote)
		buf_addc(w->out, '"');
	if (text.n && text.p[0] && strchr("=+-@\t", text.p[0]))
		buf_addc(w->out, '\'');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"')
			buf_addc(w->out, '"');
		buf_addc(w->out, text.p[i]);
	}
	if (quote)
		buf_addc(w->out, '"');
}

void csvw_int(struct csvw *w, int64_t v)
{
	comma(w);
	buf_addf(w->out, "%" PRId64, v);
}

void csvw_end(struct csvw *w)
{
	buf_addz(w->out, "\r\n");
	w->more = false;
}
