/* ucn_priv.h - what the files of notifications of content share. */

#ifndef DIR_UCN_PRIV_H
#define DIR_UCN_PRIV_H

#include "dir/ucn.h"

#define UCN_SECTION	"ucn"
#define UCN_POLICY	"policy ucn"
#define UCN_WORDS	9

/* What is built in for a language. */
struct ucn_language {
	const char *tag;
	const char *text;	/* the template */
	const char *words[UCN_WORDS];	/* in the order of ucn_word_names */
	char between;		/* day and month; a blank: its name */
	char point;		/* of decimals */
};

/* Setting of each word: "message", ..., "several" (with {count}), "unknown". */
extern const char *const ucn_word_names[UCN_WORDS];
#define UCN_SEVERAL	7
#define UCN_UNKNOWN	8	/* who wishes no name */

#define UCN_VARIABLES	7
extern const char *const ucn_variables[UCN_VARIABLES];
size_t ucn_variable(struct strv name);	/* its index; UCN_VARIABLES: none */

/* NULL: none built in for this tag; a region is looked past. */
const struct ucn_language *ucn_built_in(struct strv tag);
size_t ucn_word_of(struct strv type);	/* index of a Content-Type's word */

/* The instance of "ucn LANG" for a tag, or for it without region, or "". */
const char *ucn_instance(struct strv tag);

/* The template in force for a language; *tag gets the language it is in. */
struct strv ucn_template(struct strv language, struct strv *tag);

void ucn_ops_register(void);

#endif
