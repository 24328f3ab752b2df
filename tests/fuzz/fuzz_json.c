/* fuzz_json.c - wire/json.h and base/jsonw.h under libFuzzer or replay.c. */

#include <assert.h>

#include "base/jsonw.h"
#include "fuzz.h"
#include "wire/json.h"

static void copy(const struct json *v, const char *name, struct jsonw *w)
{
	struct strv s = STRV_NONE;
	int64_t n = 0;
	bool b = false;

	switch (json_type(v)) {
	case JSON_OBJECT:
	case JSON_ARRAY:
		if (json_type(v) == JSON_OBJECT)
			jsonw_object(w, name);
		else
			jsonw_array(w, name);
		for (const struct json *c = json_first(v); c; c = json_next(c))
			copy(c, json_type(v) == JSON_OBJECT ?
			    json_name(c).p : NULL, w);
		jsonw_end(w);
		break;
	case JSON_STRING:
		assert(json_as_string(v, &s));
		jsonw_str(w, name, s);
		break;
	case JSON_NUMBER:
		(void)json_as_int(v, &n);
		jsonw_int(w, name, n);
		break;
	case JSON_BOOL:
		assert(json_as_bool(v, &b));
		jsonw_bool(w, name, b);
		break;
	default:
		jsonw_null(w, name);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strv text = { (const char *)data, size };
	struct json_err e = { 0 };
	struct json *root = json_parse(text, 65536, &e);
	struct buf out, twice;
	struct jsonw w;

	assert(e.bad == !root);
	if (!root)
		return 0;
	buf_init(&out, BUF_NO_LIMIT);
	buf_init(&twice, BUF_NO_LIMIT);
	jsonw_init(&w, &out);
	copy(root, NULL, &w);
	json_free(root);

	/* what we write we read, and write the same again */
	root = json_parse(buf_strv(&out), BUF_NO_LIMIT, &e);
	assert(root);
	jsonw_init(&w, &twice);
	copy(root, NULL, &w);
	assert(strv_eq(buf_strv(&out), buf_strv(&twice)));
	json_free(root);
	buf_deinit(&out);
	buf_deinit(&twice);
	return 0;
}
