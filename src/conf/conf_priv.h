/* conf_priv.h - what the files of conf/ share. */

#ifndef CONF_CONF_PRIV_H
#define CONF_CONF_PRIV_H

#include "conf/conf.h"
#include "conf/seal.h"

/* A registered section and its fallbacks as numbers. */
struct sect {
	const struct conf_section *def;
	size_t order;		/* of registration */
	int64_t *fallback;	/* one per row */
};

/* The given values of one instance; "" names the only one of a section. */
struct instance {
	unsigned refs;		/* sets that hold it; changed only at 1 */
	const struct sect *sect;
	char *name;
	char *from;		/* renamed by this edit, it was called so */
	char **text;		/* one per row, canonical; NULL: not given */
	int64_t *number;	/* the same, parsed */
};

/* Instances in order of section and name; copies share them. */
struct set {
	struct instance **p;
	size_t n, size;
};

void set_copy(struct set *to, const struct set *from);
void set_clear(struct set *s);
struct instance *set_find(const struct set *s, const struct sect *sect,
    struct strv name);
/* To change: made when absent, cloned when shared. */
struct instance *set_own(struct set *s, const struct sect *sect,
    struct strv name);
void set_remove(struct set *s, const struct sect *sect, struct strv name);
void instance_put(struct instance *i, size_t row, const char *text);
/* Of a renamed one: its name in force; NULL, or its own: it has that. */
void instance_came_from(struct instance *i, const char *from);
bool instance_same(const struct instance *a, const struct instance *b);
bool instance_empty(const struct instance *i);

/* -1, 0, 1: order of two instances. */
int instance_order(const struct instance *a, const struct instance *b);

const struct sect *sect_find(struct strv name);
const struct sect *sect_at(size_t i);	/* NULL: past the last */
/* The index of a row, or -1. */
int sect_row(const struct sect *s, struct strv name);

/* It is in force: nothing in it is renamed any more. */
void set_settle(struct set *s);

/* The values that conf_text() and its like see now. */
extern struct set *conf_now;

void path_add(struct buf *b, const struct sect *s, const char *name,
    const char *row);
/* Is it this path, or one below it?  "" is above all. */
bool path_below(const struct sect *s, const char *name, const char *row,
    struct strv path);
void line_add(struct buf *b, const struct sect *s, const char *name,
    const struct conf_row *row, const char *shown);

/* The number of a canonical text; 0 for types without one. */
int64_t value_number(const struct conf_row *row, const char *text);
bool name_ok(struct strv s);	/* CONF_NAME */

/* One per type: the canonical form to out, or a sentence in why. */
typedef enum err value_fn(const struct conf_row *row, struct strv s,
    struct buf *out, struct buf *why);
value_fn domain_value, address_value, addresses_value, pattern_value;
enum err value_refuse(struct buf *why, const char *what);
/* Each part of A,B,C through one(), joined again. */
enum err value_list(const struct conf_row *row, struct strv s,
    struct buf *out, struct buf *why, value_fn *one);
/* Decimal digits to *n; *rest gets what follows.  false: none, too many. */
bool value_digits(struct strv s, int64_t *n, struct strv *rest);
bool value_digit(char c);
bool value_letter(char c);

/*
 * A change: what was in force when it began, and what is proposed.  The one
 * of a draft lives on while others commit; see draft.c.
 */
struct conf_edit {
	struct set was;
	struct set will;
};

/* Each instance that differs: made (was NULL), changed or gone (will NULL);
 * ends early with what fn says if that is not ERR_OK. */
typedef enum err pair_fn(const struct instance *was,
    const struct instance *will, void *arg);
enum err edit_changed(const struct conf_edit *e, pair_fn *fn, void *arg);

/* Each value that differs, as stored; was, will NULL: unset. */
typedef void value_pair_fn(const struct instance *any, size_t row,
    const char *was, const char *will, void *arg);
void edit_values(const struct conf_edit *e, value_pair_fn *fn, void *arg);

/* secret.c: "secret:9f86d081884c7d65" stands for a sealed text. */
#define SECRET_REF	24
void secret_ref(const char *sealed, char ref[SECRET_REF]);
bool secret_looks_so(struct strv text);
const char *secret_find(struct strv ref);	/* NULL: not known here */
void secrets_forget(void);
/*
 * A value typed for this path, and what conf_value() made of it: a reference
 * is taken only where its secret was set before.  Of other rows: ERR_OK.
 */
enum err secret_place(const struct sect *s, const char *name, size_t row,
    struct strv typed, struct strv sealed, struct buf *why);
void trials_forget(void);	/* describe.c */
/* A value as others may see it. */
const char *value_shown(const struct conf_row *row, const char *text,
    char ref[SECRET_REF]);

/* A stored or typed path as words; see edit.c. */
struct target {
	const struct sect *sect;
	struct strv name;	/* "" in sections without names */
	int row;		/* -1: the whole instance */
	size_t words;		/* used by the path */
};

bool row_is_list(const struct conf_row *row);

struct word;
enum err target_find(const struct word *w, size_t n, struct target *t,
    struct buf *why);
/* The words behind "set" and "insert" of a line. */
enum err edit_set(struct conf_edit *e, const struct word *w, size_t n,
    struct buf *why);
enum err edit_insert(struct conf_edit *e, const struct word *w, size_t n,
    struct buf *why);

#endif
