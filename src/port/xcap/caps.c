/* caps.c - the application usages there are, and xcap-caps (RFC 4825 12). */

#include "port/xcap/xcap_priv.h"

static const struct usage *const table[] = {
	&usage_lists, &usage_groups, &usage_prefs, &usage_caps, NULL
};

const struct usage *usage_find(struct strv auid)
{
	for (const struct usage *const *u = table; *u; u++)
		if (strv_eq(strv((*u)->auid), auid))
			return *u;
	return NULL;
}

static void caps_begin(struct exchange *x)
{
	if (!x->uri.global || !strv_eq(x->uri.document, STRV("index"))) {
		x->status = 404;
		return;
	}
	buf_addz(&x->doc, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<xcap-caps xmlns=\"urn:ietf:params:xml:ns:xcap-caps\">\n"
	    "<auids>\n");
	for (const struct usage *const *u = table; *u; u++)
		buf_addf(&x->doc, "<auid>%s</auid>\n", (*u)->auid);
	buf_addz(&x->doc, "</auids>\n<extensions/>\n<namespaces>\n");
	for (const struct usage *const *u = table; *u; u++)
		buf_addf(&x->doc, "<namespace>%s</namespace>\n", (*u)->ns);
	buf_addz(&x->doc, "</namespaces>\n</xcap-caps>\n");
	x->exists = true;
}

const struct usage usage_caps = {
	.auid = "xcap-caps",
	.type = "application/xcap-caps+xml",
	.ns = "urn:ietf:params:xml:ns:xcap-caps",
	.global = true,
	.only_read = true,
	.begin = caps_begin,
};
