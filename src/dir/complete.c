/* complete.c - subscribers' addresses for the shell's completion. */

#include "dir/gateways.h"
#include "dir/groups_priv.h"
#include "op/complete.h"
#include "store/accounts.h"

struct offering {
	complete_offer_fn *offer;
	void *arg;
};

static bool offer_one(const struct account *a, void *arg)
{
	const struct offering *o = arg;

	return o->offer(a->keys[0], o->arg);
}

static void addresses(struct strv prefix, complete_offer_fn *offer, void *arg)
{
	struct offering o = { offer, arg };

	(void)accounts_list(&(struct account_query){ .prefix = prefix,
	    .state = -1 },
	    offer_one, &o);
}

/* Whoever a message can be for. */
static void all_addresses(struct strv prefix, complete_offer_fn *offer,
    void *arg)
{
	addresses(prefix, offer, arg);
	groups_offer(prefix, offer, arg);
}

/* Whatever messages wait for. */
static void queues(struct strv prefix, complete_offer_fn *offer, void *arg)
{
	struct gateway *g = NULL;

	while ((g = gateway_next(g)) != NULL)
		if (strlen(g->name) >= prefix.n &&
		    memcmp(g->name, prefix.p, prefix.n) == 0 &&
		    !offer(strv(g->name), arg))
			return;
	all_addresses(prefix, offer, arg);
}

void dir_complete_register(void)
{
	static const struct completer rows[] = {
		{ "subscriber", addresses },
		{ "address", all_addresses },
		{ "group", groups_offer },
		{ "queue", queues },
	};

	complete_register(rows, sizeof(rows) / sizeof(rows[0]));
}
