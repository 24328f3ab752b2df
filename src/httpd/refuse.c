/* refuse.c - requests that are refused before they are there. */

#include <string.h>
#include <strings.h>

#include "httpd/httpd_priv.h"

/* --- framing ------------------------------------------------------------- */

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

/* --- answers ------------------------------------------------------------- */

static enum MHD_Result refuse(struct MHD_Connection *c, unsigned status,
    const char *json)
{
	struct MHD_Response *a = response_new(status, "application/problem+json",
	    strv(json), NULL);
	enum MHD_Result ok;

	if (!a)
		return MHD_NO;
	/* what comes behind it may be no request at all */
	MHD_add_response_header(a, "Connection", "close");
	ok = MHD_queue_response(c, status, a);
	MHD_destroy_response(a);
	return ok;
}

enum MHD_Result refuse_ambiguous(struct MHD_Connection *c)
{
	return refuse(c, MHD_HTTP_BAD_REQUEST,
	    "{\"type\":\"urn:parley:problem:invalid-request\","
	    "\"title\":\"Bad request\",\"status\":400,"
	    "\"code\":\"invalid-request\",\"detail\":\"send one Host, one "
	    "Content-Length or Transfer-Encoding and not both, and no blank "
	    "in the name of a header\"}");
}

enum MHD_Result refuse_large(struct MHD_Connection *c)
{
	return refuse(c, MHD_HTTP_CONTENT_TOO_LARGE,
	    "{\"type\":\"urn:parley:problem:payload-too-large\","
	    "\"title\":\"Too large\",\"status\":413,"
	    "\"code\":\"payload-too-large\",\"detail\":\"the body of this "
	    "request is larger than it may be; send it in parts\"}");
}
