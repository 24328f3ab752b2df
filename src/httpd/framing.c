/* framing.c - where a request ends: nothing that others read differently. */

#include <string.h>
#include <strings.h>

#include "httpd/httpd_priv.h"

struct framing {
	unsigned hosts, lengths, codings;
	bool blank;		/* in a name, which hides what it is */
};

static enum MHD_Result look(void *arg, enum MHD_ValueKind kind,
    const char *name, const char *value)
{
	struct framing *f = arg;

	(void)kind;
	(void)value;
	f->hosts += strcasecmp(name, "Host") == 0;
	f->lengths += strcasecmp(name, "Content-Length") == 0;
	f->codings += strcasecmp(name, "Transfer-Encoding") == 0;
	f->blank = f->blank || strpbrk(name, " \t") != NULL;
	return MHD_YES;
}

bool framing_is_plain(struct MHD_Connection *c)
{
	struct framing f = { .hosts = 0 };

	MHD_get_connection_values(c, MHD_HEADER_KIND, look, &f);
	return f.hosts <= 1 && f.lengths + f.codings <= 1 && !f.blank;
}
