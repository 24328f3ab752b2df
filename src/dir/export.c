/* export.c - subscribers as CSV, which an import takes back. */

#include "base/csvw.h"
#include "dir/users_priv.h"

#define EXPORT_MAX	((size_t)32 << 20)

/* As they were given: their keys may be spelled otherwise. */
static void line(struct buf *out, struct buf *aliases,
    const struct account *a)
{
	struct csvw w = { out, false };

	buf_clear(aliases);
	for (size_t i = 1; i < a->n; i++)
		buf_addf(aliases, "%s%.*s", i > 1 ? " " : "",
		    STRV_ARG(a->written[i]));
	csvw_field(&w, a->written[0]);
	csvw_field(&w, a->name);
	csvw_field(&w, a->klass);
	csvw_field(&w, STRV(""));	/* nobody knows the password */
	csvw_field(&w, buf_strv(aliases));
	csvw_end(&w);
}

struct exporting {
	struct buf out, aliases;
};

static bool one(const struct account *a, void *arg)
{
	struct exporting *x = arg;

	line(&x->out, &x->aliases, a);
	return !x->out.full;
}

static void run(struct op_call *c)
{
	struct account_query q = { .prefix = op_text(c, "prefix"),
		.klass = op_text(c, "class"), .most = INT64_MAX,
		.state = user_state_wanted(c),
		.order = ACCOUNT_BY_KEY };
	struct exporting x;
	enum err e;

	buf_init(&x.out, EXPORT_MAX);
	buf_init(&x.aliases, BUF_NO_LIMIT);
	buf_addz(&x.out, "address,name,class,password,aliases\r\n");
	e = accounts_list(&q, one, &x);
	if (x.out.full) {
		op_fail(c, OP_TOO_LARGE, "more than %zu MiB: export them by "
		    "prefix or class", EXPORT_MAX >> 20);
	} else if (e != ERR_OK) {
		op_fail(c, OP_FAILED, "the database could not be read");
	} else {
		op_say(c, buf_strv(&x.out));
		op_done(c);
	}
	buf_deinit(&x.out);
	buf_deinit(&x.aliases);
}

static const struct op_arg args[] = {
	{ "prefix", ARG_POSITION, "subscriber", "only addresses that begin "
	  "so", IS_TEXT(0, ADDR_MAX) },
	{ "state", 0, "active|suspended", "only these", IS_CHOICE },
	{ "class", 0, NULL, "only this class of service", IS_TEXT(0, 32) },
	{ 0 }
};

static const struct op ops[] = {
	{ "subscriber export", "GET", "/subscribers/export", CAP_PEOPLE_READ,
	  OP_READ, args, "subscribers as CSV, which subscriber import takes; "
	  "without passwords", run, "text" },
};

void export_register(void)
{
	op_register(ops, 1);
}
