/* role.c - who may do what: one table. */

#include "op/role.h"

enum { V = AS_VIEWER, S = AS_SUPPORT, O = AS_OPERATOR, C = AS_CONFIG,
	X = AS_SECURITY, A = AS_AUDITOR };

static const struct {
	const char *name;
	unsigned roles;
} caps[CAP_N] = {
	[CAP_ANYONE]	= { "anyone", 0 },
	[CAP_SELF]	= { "self", AS_SOMEBODY },
	[CAP_VIEW]	= { "view", V | S | O | C | X | A },
	[CAP_TRAFFIC]	= { "traffic", S | O | C | A },
	[CAP_PEOPLE_READ] = { "people-read", S | O | C | A },
	[CAP_PEOPLE]	= { "people", O },
	[CAP_OPERATE]	= { "operate", O | C },
	[CAP_DRAFT]	= { "draft", O | C | X },
	[CAP_COMMIT]	= { "commit", C | X },
	[CAP_SECURITY]	= { "security", X },
	[CAP_AUDIT]	= { "audit", X | A },
};

static const char *const roles_by_bit[] = {
	"viewer", "support", "operator", "config", "security", "auditor",
};

#define ROLES (sizeof(roles_by_bit) / sizeof(roles_by_bit[0]))

bool role_may(unsigned roles, enum cap need)
{
	return need == CAP_ANYONE || (roles & caps[need].roles) != 0;
}

const char *cap_name(enum cap c)
{
	return caps[c].name;
}

unsigned cap_roles(enum cap c)
{
	return caps[c].roles;
}

unsigned role_parse(struct strv name)
{
	for (size_t i = 0; i < ROLES; i++)
		if (strv_eq(name, strv(roles_by_bit[i])))
			return 1u << i;
	return 0;
}

const char *role_name(unsigned role)
{
	for (size_t i = 0; i < ROLES; i++)
		if (role == 1u << i)
			return roles_by_bit[i];
	return "none";
}

void role_text(unsigned roles, struct buf *out)
{
	size_t n = out->n;

	for (size_t i = 0; i < ROLES; i++)
		if (roles & 1u << i)
			buf_addf(out, "%s%s", out->n > n ? ", " : "",
			    roles_by_bit[i]);
	if (out->n == n)
		buf_addz(out, "none");
}
