/* openapi.c - the API's description, made of the rows of the operations. */

#include <stdio.h>

#include "admin/admin_priv.h"
#include "admin/errand.h"
#include "admin/openapi.h"
#include "base/jsonw.h"
#include "config.h"

#define REF(w, name) jsonw_str(w, "$ref", STRV("#/components/" name))

static const char problem[] =
    "{\"type\":\"object\",\"required\":[\"type\",\"title\",\"status\","
    "\"code\",\"detail\",\"request_id\"],\"properties\":{"
    "\"type\":{\"type\":\"string\",\"pattern\":\"^urn:parley:problem:\"},"
    "\"title\":{\"type\":\"string\"},\"status\":{\"type\":\"integer\"},"
    "\"code\":{\"type\":\"string\",\"enum\":[\"invalid-request\","
    "\"unauthenticated\",\"reauth-required\",\"totp-required\","
    "\"forbidden\",\"not-found\",\"method-not-allowed\",\"conflict\","
    "\"confirm-pending\",\"precondition-failed\",\"payload-too-large\","
    "\"misdirected\",\"validation-failed\",\"precondition-required\","
    "\"rate-limited\",\"internal\",\"busy\",\"timeout\",\"not-set-up\","
    "\"draining\"]},"
    "\"detail\":{\"type\":\"string\"},\"request_id\":{\"type\":\"string\"},"
    "\"line\":{\"type\":\"integer\"},\"errors\":{\"type\":\"array\","
    "\"items\":{\"type\":\"object\"}},\"current\":{\"type\":\"object\"}}}";

static const char *const methods[] = { "GET", "POST", "PATCH", "DELETE" };
static const char *const lower[] = { "get", "post", "patch", "delete" };

/* --- one argument ----------------------------------------------------------- */

static void parameter(struct jsonw *w, const struct op_arg *a,
    const char *in)
{
	jsonw_object(w, NULL);
	jsonw_str(w, "name", strv(a->name));
	jsonw_str(w, "in", strv(in));
	jsonw_bool(w, "required", (a->flags & (ARG_PATH | ARG_REQUIRED)) != 0);
	openapi_arg(w, "schema", a);
	jsonw_end(w);
}

/* --- the answer ------------------------------------------------------------- */

/* JSON's name of each kind, its format or unit; NULL: any value. */
static const struct {
	const char *type, *format;
} shapes[] = {
	[ANSWER_TEXT] = { "string", NULL },
	[ANSWER_INT] = { "integer", NULL },
	[ANSWER_BOOL] = { "boolean", NULL },
	[ANSWER_TIME] = { "string", "date-time" },
	[ANSWER_S] = { "integer", "s" }, [ANSWER_MS] = { "integer", "ms" },
	[ANSWER_US] = { "integer", "us" },
	[ANSWER_BYTES] = { "integer", "bytes" },
	[ANSWER_PERCENT] = { "integer", "percent" },
	[ANSWER_NUMBER] = { "number", NULL },
	[ANSWER_TEXTS] = { "array", NULL },
	[ANSWER_OBJECT] = { "object", NULL }, [ANSWER_JSON] = { NULL, NULL },
	[ANSWER_FIELDS] = { "object", NULL }, [ANSWER_ROWS] = { "array", NULL },
};

static void type_or_null(struct jsonw *w, const char *type, bool null)
{
	if (!null) {
		jsonw_str(w, "type", strv(type));
		return;
	}
	jsonw_array(w, "type");
	jsonw_str(w, NULL, strv(type));
	jsonw_str(w, NULL, STRV("null"));
	jsonw_end(w);
}

/* One of the choices, or null, which a list of them has to say too. */
static void chosen(struct jsonw *w, const struct answer_field *f)
{
	struct strv list = f->choices;

	if (!list.p)
		return;
	jsonw_array(w, "enum");
	while (list.p)
		jsonw_str(w, NULL, strv_split(list, '|', &list));
	if (f->null)
		jsonw_null(w, NULL);
	jsonw_end(w);
}

static void fields_schema(struct jsonw *w, struct strv fields);

static void field_schema(struct jsonw *w, const char *name,
    const struct answer_field *f)
{
	jsonw_object(w, name);
	if (shapes[f->kind].type)
		type_or_null(w, shapes[f->kind].type, f->null);
	if (shapes[f->kind].format)
		jsonw_str(w, f->kind == ANSWER_TIME ? "format" : "x-unit",
		    strv(shapes[f->kind].format));
	chosen(w, f);
	if (f->kind == ANSWER_FIELDS)
		fields_schema(w, f->inner);
	if (f->kind == ANSWER_TEXTS || f->kind == ANSWER_ROWS) {
		jsonw_object(w, "items");
		if (f->kind == ANSWER_TEXTS)
			jsonw_str(w, "type", STRV("string"));
		else
			fields_schema(w, f->inner);
		jsonw_end(w);
	}
	jsonw_end(w);
}

static void next_schema(struct jsonw *w)
{
	jsonw_object(w, "next");
	type_or_null(w, "string", true);
	jsonw_end(w);
}

/* The name a field has in JSON; a list's rows are its items. */
static void named(struct jsonw *w, const struct answer_field *f)
{
	struct buf name;

	buf_init(&name, 256);
	buf_adds(&name, f->name.n ? f->name : STRV("items"));
	field_schema(w, name.p, f);
	if (!f->name.n)
		next_schema(w);
	buf_deinit(&name);
}

static bool is_other(const struct answer_field *f)
{
	return strv_eq(f->name, STRV("*"));
}

/* Members of the object that is open. */
static void fields_schema(struct jsonw *w, struct strv fields)
{
	struct strv rest = fields;
	struct answer_field f;
	bool others = false;

	jsonw_str(w, "type", STRV("object"));
	jsonw_object(w, "properties");
	while (answer_next(&rest, &f))
		if (is_other(&f))
			others = true;
		else
			named(w, &f);
	jsonw_end(w);
	jsonw_bool(w, "additionalProperties", others);
	jsonw_array(w, "required");
	for (rest = fields; answer_next(&rest, &f);)
		if (is_other(&f)) {
			continue;
		} else if (!f.missing && f.name.n) {
			jsonw_str(w, NULL, f.name);
		} else if (!f.missing) {
			jsonw_str(w, NULL, STRV("items"));
			jsonw_str(w, NULL, STRV("next"));
		}
	jsonw_end(w);
}

/* --- one operation ---------------------------------------------------------- */

static bool has_body(const struct op *op)
{
	return strcmp(op->method, "POST") == 0 ||
	    strcmp(op->method, "PATCH") == 0;
}

static void common(struct jsonw *w, const char *name)
{
	struct buf ref;

	buf_init(&ref, 256);
	buf_addf(&ref, "#/components/parameters/%s", name);
	jsonw_object(w, NULL);
	jsonw_str(w, "$ref", buf_strv(&ref));
	jsonw_end(w);
	buf_deinit(&ref);
}

static void sort_choices(struct jsonw *w, const struct op *op)
{
	struct strv rest = answer_rows(op->answer);
	struct answer_field f;

	while (answer_next(&rest, &f)) {
		struct buf down;

		if (!op_sortable(op, &f))
			continue;
		buf_init(&down, 256);
		buf_addc(&down, '-');
		buf_adds(&down, f.name);
		jsonw_str(w, NULL, f.name);
		jsonw_str(w, NULL, buf_strv(&down));
		buf_deinit(&down);
	}
}

/* Whose rows can be asked for in another order, and only some of them. */
static void list_parameters(struct jsonw *w, const struct op *op)
{
	common(w, "filter");
	jsonw_object(w, NULL);
	jsonw_str(w, "name", STRV("sort"));
	jsonw_str(w, "in", STRV("query"));
	jsonw_str(w, "description", STRV("- in front: the greatest first"));
	jsonw_object(w, "schema");
	jsonw_str(w, "type", STRV("string"));
	jsonw_array(w, "enum");
	sort_choices(w, op);
	jsonw_end(w);
	jsonw_end(w);
	jsonw_end(w);
}

static void parameters(struct jsonw *w, const struct op *op)
{
	jsonw_array(w, "parameters");
	for (const struct op_arg *a = op->args; a && a->name; a++)
		if (a->flags & ARG_PATH)
			parameter(w, a, "path");
		else if (!has_body(op))
			parameter(w, a, "query");
	if (strcmp(op->method, "GET") == 0)
		common(w, "fields");
	if (strcmp(op->method, "GET") == 0 && answer_rows(op->answer).p)
		list_parameters(w, op);
	if (errand_needs_tag(op))
		common(w, "if_match");
	if (errand_is_repeatable(op))
		common(w, "idempotency_key");
	jsonw_end(w);
}

static void required(struct jsonw *w, const struct op *op)
{
	jsonw_array(w, "required");
	for (const struct op_arg *a = op->args; a && a->name; a++)
		if (a->flags & ARG_REQUIRED && !(a->flags & ARG_PATH))
			jsonw_str(w, NULL, strv(a->name));
	jsonw_end(w);
}

static void body(struct jsonw *w, const struct op *op)
{
	bool file = false;

	jsonw_object(w, "requestBody");
	jsonw_object(w, "content");
	jsonw_object(w, "application/json");
	jsonw_object(w, "schema");
	jsonw_str(w, "type", STRV("object"));
	jsonw_bool(w, "additionalProperties", false);
	required(w, op);
	jsonw_object(w, "properties");
	for (const struct op_arg *a = op->args; a && a->name; a++) {
		file = file || a->flags & ARG_FILE;
		if (!(a->flags & ARG_PATH))
			openapi_arg(w, a->name, a);
	}
	jsonw_end(w);
	jsonw_end(w);
	jsonw_end(w);
	if (file) {
		jsonw_object(w, "text/csv");
		jsonw_end(w);
		jsonw_object(w, "application/octet-stream");
		jsonw_end(w);
	}
	jsonw_end(w);
	jsonw_end(w);
}

static void responses(struct jsonw *w, const struct op *op)
{
	bool bytes = op->answer[0] == '@';

	jsonw_object(w, "responses");
	jsonw_object(w, "200");
	jsonw_str(w, "description", STRV("done"));
	jsonw_object(w, "content");
	jsonw_object(w, bytes ? op->answer + 1 : "application/json");
	if (!bytes) {
		jsonw_object(w, "schema");
		fields_schema(w, strv(op->answer));
		jsonw_end(w);
	}
	jsonw_end(w);
	jsonw_end(w);
	jsonw_end(w);
	jsonw_object(w, "default");
	REF(w, "responses/Problem");
	jsonw_end(w);
	jsonw_end(w);
}

/* "subscriber_add"; without a command the method and the path. */
static void identity(struct jsonw *w, const struct op *op)
{
	struct buf b;

	buf_init(&b, 256);
	if (op->command[0])
		buf_addz(&b, op->command);
	else
		buf_addf(&b, "%s%s", op->method, op->path);
	for (size_t i = 0; i < b.n; i++)
		if (strchr(" /-{}.", b.p[i]))
			b.p[i] = '_';
	jsonw_str(w, "operationId", buf_strv(&b));
	buf_deinit(&b);
}

static void operation(struct jsonw *w, const char *method,
    const struct op *op)
{
	struct buf roles;

	buf_init(&roles, 256);
	role_text(cap_roles(op->need), &roles);
	jsonw_object(w, method);
	identity(w, op);
	jsonw_str(w, "summary", strv(op->help));
	jsonw_str(w, "x-capability", strv(cap_name(op->need)));
	jsonw_str(w, "x-roles", buf_strv(&roles));
	if (op->need == CAP_ANYONE) {
		jsonw_array(w, "security");
		jsonw_end(w);
	}
	parameters(w, op);
	if (has_body(op))
		body(w, op);
	responses(w, op);
	jsonw_end(w);
	buf_deinit(&roles);
}

/* --- the whole ---------------------------------------------------------------- */

static bool is_first(const struct op *const *all, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(all[k]->path, all[i]->path) == 0)
			return false;
	return true;
}

static void one_path(struct jsonw *w, const struct op *const *all, size_t n,
    const char *path)
{
	jsonw_object(w, path);
	for (size_t m = 0; m < sizeof(methods) / sizeof(methods[0]); m++)
		for (size_t i = 0; i < n; i++)
			if (strcmp(all[i]->path, path) == 0 &&
			    strcmp(all[i]->method, methods[m]) == 0)
				operation(w, lower[m], all[i]);
	jsonw_end(w);
}

static void components(struct buf *out)
{
	buf_addf(out, "{\"schemas\":{\"Problem\":%s},"
	    "\"responses\":{\"Problem\":{\"description\":\"why not (RFC "
	    "9457)\",\"content\":{\"application/problem+json\":{\"schema\":"
	    "{\"$ref\":\"#/components/schemas/Problem\"}}}}},"
	    "\"parameters\":{\"fields\":{\"name\":\"fields\",\"in\":"
	    "\"query\",\"description\":\"only these, with commas between\","
	    "\"schema\":{\"type\":\"string\"}},"
	    "\"filter\":{\"name\":\"filter\",\"in\":\"query\","
	    "\"description\":\"only rows with: conditions on their fields, = "
	    "!= < <= > >=, and between; FIELD=VALUE may also be a parameter "
	    "of its own\",\"schema\":{\"type\":\"string\"}},"
	    "\"if_match\":{\"name\":\"If-Match\",\"in\":\"header\","
	    "\"required\":true,\"description\":\"the ETag that GET gave for "
	    "this path, or *\",\"schema\":{\"type\":\"string\"}},"
	    "\"idempotency_key\":{\"name\":\"Idempotency-Key\",\"in\":"
	    "\"header\",\"description\":\"the same key again gives the same "
	    "answer for a day\",\"schema\":{\"type\":\"string\","
	    "\"maxLength\":255}}},"
	    "\"securitySchemes\":{\"session\":{\"type\":\"apiKey\",\"in\":"
	    "\"cookie\",\"name\":\"__Host-parley\"},\"token\":{\"type\":"
	    "\"http\",\"scheme\":\"bearer\"}}}", problem);
}

static void openapi_run(struct op_call *c)
{
	size_t n;
	const struct op *const *all = op_all(&n);
	struct jsonw w;
	struct buf b;

	buf_init(&b, BUF_NO_LIMIT);
	op_field(c, "openapi", STRV("3.1.0"));
	op_field_json(c, "info", STRV("{\"title\":\"Parley\",\"version\":\""
	    PARLEY_VERSION "\"}"));
	op_field_json(c, "servers", STRV("[{\"url\":\"" API "\"}]"));
	op_field_json(c, "security",
	    STRV("[{\"session\":[]},{\"token\":[]}]"));
	jsonw_init(&w, &b);
	jsonw_object(&w, NULL);
	for (size_t i = 0; i < n; i++)
		if (is_first(all, i))
			one_path(&w, all, n, all[i]->path);
	jsonw_end(&w);
	op_field_json(c, "paths", buf_strv(&b));
	buf_clear(&b);
	components(&b);
	op_field_json(c, "components", buf_strv(&b));
	buf_deinit(&b);
	op_done(c);
}

static const struct op ops[] = {
	{ "", "GET", "/openapi.json", CAP_SELF, OP_READ, NULL,
	  "this API, for programs (OpenAPI 3.1)", openapi_run,
	  "openapi info:object servers:json security:json "
	  "paths:object components:object" },
};

void ops_openapi(void)
{
	op_register(ops, sizeof(ops) / sizeof(ops[0]));
}
