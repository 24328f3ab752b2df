/* list.h - a circular list whose hooks live inside the listed structs. */

#ifndef BASE_LIST_H
#define BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list {
	struct list *next, *prev;	/* both self: empty, or not listed */
};

#define LIST_ENTRY(hook, type, member) \
	((type *)(void *)((char *)(hook) - offsetof(type, member)))

/* The body may list_del() the current hook. */
#define LIST_FOR(h, head) \
	for (struct list *h = (head)->next, *h##_next = h->next; \
	    h != (head); h = h##_next, h##_next = h->next)

static inline void list_init(struct list *l)
{
	l->next = l->prev = l;
}

static inline bool list_empty(const struct list *l)
{
	return l->next == l;
}

static inline void list_add_before(struct list *at, struct list *l)
{
	l->prev = at->prev;
	l->next = at;
	at->prev->next = l;
	at->prev = l;
}

static inline void list_push(struct list *head, struct list *l)
{
	list_add_before(head, l);	/* at the end */
}

static inline void list_del(struct list *l)
{
	l->prev->next = l->next;
	l->next->prev = l->prev;
	list_init(l);
}

static inline struct list *list_first(const struct list *head)
{
	return list_empty(head) ? NULL : head->next;
}

#endif
