/* openapi_arg.c - what an argument may be, as a JSON schema. */

#include "admin/openapi.h"

static void choices(struct jsonw *w, struct strv list)
{
	jsonw_array(w, "enum");
	while (list.p)
		jsonw_str(w, NULL, strv_split(list, '|', &list));
	jsonw_end(w);
}

/* What is not told is anything: an argument of JSON. */
static const char *const types[] = {
	[OP_TAKES_TEXT] = "string", [OP_TAKES_LINES] = "string",
	[OP_TAKES_INT] = "integer", [OP_TAKES_TIME] = "string",
	[OP_TAKES_SPAN] = "string", [OP_TAKES_CHOICE] = "string",
	[OP_TAKES_NOTHING] = "boolean", [OP_TAKES_FILE] = "string",
	[OP_TAKES_JSON] = NULL, [OP_TAKES_CURSOR] = "string",
};

static void bounds(struct jsonw *w, const struct op_arg *a)
{
	struct buf range;

	if (a->takes == OP_TAKES_INT) {
		jsonw_int(w, "minimum", a->min);
		if (a->max < INT64_MAX)
			jsonw_int(w, "maximum", a->max);
	} else if (a->takes == OP_TAKES_SPAN) {
		buf_init(&range, 100);
		op_arg_range(a, &range);
		jsonw_str(w, "x-range", buf_strv(&range));
		buf_deinit(&range);
	} else if (a->max) {
		jsonw_int(w, "minLength", a->min ? 1 : 0);
		jsonw_int(w, "maxLength", a->max);
	}
	if (a->unit)
		jsonw_str(w, "x-unit", strv(a->unit));
}

static void fallback(struct jsonw *w, const struct op_arg *a)
{
	if (a->takes == OP_TAKES_NOTHING)
		jsonw_bool(w, "default", false);
	else if (a->fallback && a->takes == OP_TAKES_INT)
		jsonw_raw(w, "default", strv(a->fallback));
	else if (a->fallback)
		jsonw_str(w, "default", strv(a->fallback));
}

static void type_of(struct jsonw *w, const struct op_arg *a)
{
	if (types[a->takes])
		jsonw_str(w, "type", strv(types[a->takes]));
	if (a->takes == OP_TAKES_CHOICE)
		choices(w, strv(a->complete));
	bounds(w, a);
	fallback(w, a);
	if (a->flags & ARG_SECRET)
		jsonw_bool(w, "writeOnly", true);
}

void openapi_arg(struct jsonw *w, const char *name, const struct op_arg *a)
{
	jsonw_object(w, name);
	if (a->flags & ARG_REPEAT) {
		jsonw_str(w, "type", STRV("array"));
		jsonw_object(w, "items");
		type_of(w, a);
		jsonw_end(w);
	} else {
		type_of(w, a);
	}
	jsonw_str(w, "description", strv(a->help));
	jsonw_end(w);
}
