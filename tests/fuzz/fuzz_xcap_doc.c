/* fuzz_xcap_doc.c - wire/xcap_doc.h under libFuzzer or replay.c. */

#include <assert.h>

#include "fuzz.h"
#include "wire/imdn.h"
#include "wire/xcap_doc.h"

#define NS	"urn:ietf:params:xml:ns:resource-lists"
#define LIMIT	65536

static void edit(struct strv doc, const struct xcap_uri *u, struct strv body)
{
	struct buf out, part;
	enum xcap_result r;

	buf_init(&out, LIMIT);
	buf_init(&part, LIMIT);
	r = xcap_put(doc, u, NS, body, &out);
	assert(r < XCAP_RESULTS);
	if (r == XCAP_OK || r == XCAP_CREATED)
		(void)xcap_get(buf_strv(&out), u, NS, &part);
	buf_clear(&out);
	buf_clear(&part);
	r = xcap_delete(doc, u, NS, &out);
	assert(r == XCAP_OK || r == XCAP_NOT_FOUND ||
	    r == XCAP_CANNOT_DELETE || r == XCAP_TOO_BIG);
	if (r == XCAP_OK)
		(void)xcap_get(buf_strv(&out), u, NS, &part);
	buf_deinit(&out);
	buf_deinit(&part);
}

/* Lines with the path, the query and what is put; the rest is the document. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strv path, query, body, doc;
	struct xcap_uri u;
	struct arena a;
	struct buf out;

	path = strv_split((struct strv){ (const char *)data, size }, '\n',
	    &query);
	query = strv_split(query, '\n', &body);
	body = strv_split(body, '\n', &doc);
	imdn_init();
	arena_init(&a);
	buf_init(&out, LIMIT);
	(void)xcap_check(doc, "resource-lists", NS);
	if (xcap_uri_decode(STRV("/"), path, query, &a, &u) == ERR_OK &&
	    u.what != XCAP_DOCUMENT) {
		(void)xcap_get(doc, &u, NS, &out);
		edit(doc, &u, body);
	}
	buf_deinit(&out);
	arena_deinit(&a);
	return 0;
}
