/* gateways.c - gateways as routing sees them. */

#include "dir/gateways.h"

static struct gateway *first, **end = &first;

void gateway_add(struct gateway *g)
{
	g->next = NULL;
	*end = g;
	end = &g->next;
}

void gateway_remove(struct gateway *g)
{
	struct gateway **at = &first;

	while (*at && *at != g)
		at = &(*at)->next;
	if (*at)
		*at = g->next;
	for (end = &first; *end; )
		end = &(*end)->next;
}

struct gateway *gateway_find(struct strv name)
{
	struct gateway *g = first;

	while (g && !strv_eq(strv(g->name), name))
		g = g->next;
	return g;
}

struct gateway *gateway_next(struct gateway *g)
{
	return g ? g->next : first;
}
