/* lists_priv.h - what the operations on subscribers' lists share. */

#ifndef DIR_LISTS_PRIV_H
#define DIR_LISTS_PRIV_H

#include "dir/own_lists.h"
#include "dir/users_priv.h"
#include "wire/list_edit.h"

#define LISTS_NAME_MAX	255	/* bytes of a name or title that is new */

/* A call about the document of one subscriber; lives until its answer. */
struct lists_job {
	struct op_call *c;
	struct own_lists doc;
	struct site site;
	struct arena arena;
	struct buf text;	/* of the document */
	struct buf why;		/* not empty: it is refused, by code */
	enum op_code code;
};

void lists_job_init(struct lists_job *j, struct op_call *c);
void lists_job_deinit(struct lists_job *j);
/* Core: whose lists, by the argument "subscriber"; false: the call failed. */
bool lists_job_owner(struct lists_job *j);
/* Worker: the lists there are; NULL: refused. */
struct list_edit *lists_job_open(struct lists_job *j);
/* Worker: text becomes e, checked; false: refused. */
bool lists_job_keep(struct lists_job *j, struct list_edit *e);
void lists_refuse(struct lists_job *j, enum op_code code, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));
/* Fails the call if it is refused. */
bool lists_job_refused(struct lists_job *j);

/* May a new list be called so? */
bool lists_is_name(struct strv s);

/* What is told of one list; texts in the arena. */
struct lists_fields {
	struct strv name, title;
	size_t members, lists, references;
};
bool lists_take(const struct list_edit_list *l, struct arena *a,
    struct lists_fields *out);
void lists_say(struct op_call *c, const struct lists_fields *f);

/* --- tables of operations ------------------------------------------------- */

void lists_ops_register(void);
void lists_show_register(void);
void lists_import_register(void);

#endif
