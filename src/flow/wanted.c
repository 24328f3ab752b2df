/* wanted.c - which of the legs that wait on disk for a hop go now. */

#include "base/map.h"
#include "base/now.h"
#include "dir/bindings.h"
#include "flow/give.h"
#include "flow/hop.h"
#include "flow/quiet.h"
#include "store/journal.h"

static bool is_resting(const struct hop *h, struct strv device)
{
	uint64_t hash = map_hash(device);

	for (unsigned i = 0; i < h->nresting; i++)
		if (h->resting[i] == hash)
			return true;
	return false;
}

void hop_note_rest(struct hop *h, struct strv device)
{
	if (!is_resting(h, device) && h->nresting < HOP_RESTING)
		h->resting[h->nresting++] = map_hash(device);
}

static bool is_there(const struct leg *l)
{
	const struct user *u = user_find(l->hop);

	return u && user_has(u, l->device);
}

/* A leg for one device: not before an older one of it. */
static bool may_go(struct hop *h, const struct leg *l, int64_t now)
{
	if (!is_there(l) || is_resting(h, l->device))
		return false;
	if (h->appeared || l->due <= now)
		return true;
	hop_note_rest(h, l->device);
	return false;
}

/* A leg for all devices but some: one of the others is online. */
static bool any_is_there(const struct leg *l)
{
	const struct user *u = user_find(l->hop);
	struct buf names;
	struct strv list;
	bool any = false;

	if (!u || l->reached.n == 0)
		return true;
	buf_init(&names, BUF_NO_LIMIT);
	user_devices(u, &names);
	list = buf_strv(&names);
	while (list.n > 0 && !any)
		any = !strv_listed(l->reached, strv_split(list, ' ', &list));
	buf_deinit(&names);
	return any;
}

/*
 * A user's leg that is tried again goes as soon as the user takes anything,
 * so that nothing of its conversation overtakes it; one that none of the
 * user's devices is for (OFFLINE) waits for another device or its time.
 */
bool hop_wants(struct hop *h, const struct leg *l)
{
	int64_t now = now_ms();

	if (hop_leg(l->id) || l->expires <= now ||
	    journal_is_unsaved(l->id) || quiet_keeps(l) || give_keeps(l))
		return false;
	if (hop_is_user(h) && l->device.n)
		return may_go(h, l, now);
	if (hop_is_user(h) && !any_is_there(l))
		return false;
	if (hop_is_user(h) && (h->appeared || l->why != ERR_OFFLINE))
		return true;
	return l->due <= now;
}
