/* every.c - messages with a receipt for every part: the last one decides. */

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/list.h"
#include "base/map.h"
#include "port/sms/every.h"

#define KEY_SIZE (33 + RECEIPT_ID_SIZE)	/* gateway/ref */

struct message;

struct part {
	struct message *message;
	bool delivered;
	char key[KEY_SIZE];
};

struct message {
	struct list hook;	/* oldest first */
	char ref[RECEIPT_ID_SIZE];
	int64_t until;
	size_t n, left;
	struct part parts[];
};

static struct map parts;	/* by key */
static struct list all = { &all, &all };
static size_t count;

static void forget(struct message *m)
{
	for (size_t i = 0; i < m->n; i++)
		if (map_get(&parts, strv(m->parts[i].key)) == &m->parts[i])
			(void)map_del(&parts, strv(m->parts[i].key));
	list_del(&m->hook);
	count--;
	free(m);
}

void sms_every_fini(void)
{
	LIST_FOR(at, &all)
		forget(LIST_ENTRY(at, struct message, hook));
	map_deinit(&parts);
}

static void name(char key[KEY_SIZE], const char *gateway, const char *ref)
{
	(void)snprintf(key, KEY_SIZE, "%s/%s", gateway, ref);
}

void sms_every_add(const char *gateway, struct strv ref,
    char (*refs)[RECEIPT_ID_SIZE], size_t n, int64_t until)
{
	struct message *m = xalloc(sizeof(*m) + n * sizeof(*m->parts));

	if (count == SMS_EVERY_MAX)
		forget(LIST_ENTRY(all.next, struct message, hook));
	(void)snprintf(m->ref, sizeof(m->ref), "%.*s", STRV_ARG(ref));
	m->until = until;
	m->n = m->left = n;
	for (size_t i = 0; i < n; i++) {
		struct part *p = &m->parts[i];

		p->message = m;
		name(p->key, gateway, refs[i]);
		/* the newest: a service centre may count from the start */
		(void)map_del(&parts, strv(p->key));
		(void)map_set(&parts, strv(p->key), p);
	}
	list_push(&all, &m->hook);
	count++;
}

enum sms_every sms_every_receipt(const char *gateway, const char *ref,
    bool delivered, int64_t now, char message[RECEIPT_ID_SIZE])
{
	char key[KEY_SIZE];
	struct part *p;
	struct message *m;

	name(key, gateway, ref);
	p = map_get(&parts, strv(key));
	if (!p)
		return SMS_EVERY_NONE;
	m = p->message;
	memcpy(message, m->ref, RECEIPT_ID_SIZE);
	if (m->until <= now) {
		forget(m);
		return SMS_EVERY_NONE;
	}
	if (delivered && !p->delivered) {
		p->delivered = true;
		m->left--;
	}
	if (delivered && m->left)
		return SMS_EVERY_WAIT;
	forget(m);
	return SMS_EVERY_DECIDED;
}
