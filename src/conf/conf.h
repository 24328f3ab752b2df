/* conf.h - settings as rows: what may be set, its bounds, its value now. */

#ifndef CONF_CONF_H
#define CONF_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum conf_type {
	CONF_TEXT,	/* any UTF-8 without controls; min, max: code points */
	CONF_NAME,	/* letter, then letters, digits, - and _; at most 32 */
	CONF_NAMES,	/* NAME[,NAME...] */
	CONF_BOOL,	/* on | off */
	CONF_INT,	/* min..max */
	CONF_DURATION,	/* 500ms 30s 5m 12h 7d; kept in ms */
	CONF_SIZE,	/* 1300 64k 1m; kept in bytes */
	CONF_ENUM,	/* one of choices */
	CONF_ADDRESS,	/* HOST:PORT, [::1]:5060 */
	CONF_ADDRESSES,	/* IP[/LEN][,...]: peers */
	CONF_DOMAIN,	/* a host name, lower case */
	CONF_PATTERN,	/* tel:+1555* | sip:*@example.org | tel:* */
	CONF_SECRET	/* kept sealed; shown as (set) */
};

enum conf_impact {
	CONF_LIVE,	/* applies to the next message */
	CONF_RELINK,	/* the link it belongs to reconnects */
	CONF_REBIND,	/* the listener it belongs to is opened anew */
	CONF_RESTART,	/* after the next start of the daemon */
	CONF_LOCKOUT	/* can cut off the one who changes it: a commit of it
			 * is undone unless it is kept */
};

struct conf_row {
	const char *name;	/* "enquire-link" */
	enum conf_type type;
	const char *fallback;	/* as typed; NULL: unset until given */
	int64_t min, max;	/* both 0: the type's own bounds */
	const char *choices;	/* CONF_ENUM: "udp|tcp|tls"; CONF_NAME(S): the
				 * section whose instances it names, or NULL */
	enum conf_impact impact;
	const char *help;	/* one line, for a person who must decide */
	bool required;		/* check refuses an instance without it */
};

/*
 * A section is "site", "policy delivery", or with named instances
 * "gateway NAME".  Each module owns its sections and registers them before
 * conf_load(); the rows and texts are borrowed for ever.
 */
struct conf_section {
	const char *name;	/* one or two words */
	bool named;		/* "gateway NAME key" instead of "site key" */
	const char *help;
	const struct conf_row *rows;
	size_t n;
	/*
	 * Called in the core after a change of this section is durable, and
	 * once after conf_load().  name is the changed instance ("" for a
	 * section without names); gone tells that it was deleted.
	 */
	void (*apply)(const char *name, bool gone);
	/*
	 * Optional check of a whole instance with its proposed values; may
	 * refuse with one sentence in why that says what to do.
	 */
	enum err (*check)(const char *name, struct buf *why);
};

void conf_register(const struct conf_section *s);
const struct conf_section *conf_section_find(struct strv name);
/* All sections in order of registration: for help, completion, manuals. */
const struct conf_section *const *conf_sections(size_t *n);

/*
 * The value in force, or the fallback; neither: "", 0, false.  name is "" in
 * sections without names.  Core thread only; the text lives until the next
 * change.  A section or row that was not registered is a bug and aborts.
 */
const char *conf_text(const char *section, const char *name, const char *row);
int64_t conf_int(const char *section, const char *name, const char *row);
bool conf_bool(const char *section, const char *name, const char *row);
bool conf_is_set(const char *section, const char *name, const char *row);

/*
 * The clear text of a CONF_SECRET row, for the one who sends it to a peer;
 * the caller wipes out.  ERR_NO_USER: not set.  Secrets are kept sealed with
 * AES-256-GCM under the key of conf_seal_open(); conf_text() gives the seal.
 */
enum err conf_secret(const char *section, const char *name, const char *row,
    struct buf *out);
/* At start, before conf_load_row(): read the key file (0600), or make it. */
enum err conf_seal_open(const char *path);
/*
 * n bytes of another key, made from that one, which stays the same as long as
 * it does; n is at most 32.  ERR_STORAGE: there is no key.  Any thread.
 */
enum err conf_derive(const char *label, void *out, size_t n);

/* The instances of a named section, in order of name. */
size_t conf_names(const char *section, const char **names, size_t max);

/*
 * A change: lines "set PATH VALUE", "insert PATH VALUE before|after OTHER" and
 * "insert PATH VALUE first|last" (into a list), "delete PATH", "rename SECTION
 * NAME NEW" (also in what refers to it) and "copy SECTION NAME NEW" (without
 * its secrets), all or nothing.
 * conf_edit_new() copies the values in force; conf_edit_line() refuses a line
 * with a sentence in why (unknown words get the nearest match) and leaves the
 * edit as it was; conf_edit_check() checks required rows, references and the
 * modules' own checks.  The caller makes it durable (store/settings.h) and
 * then calls conf_edit_apply(), which takes the edit over.
 */
struct conf_edit;
struct conf_edit *conf_edit_new(void);
void conf_edit_free(struct conf_edit *e);	/* NULL is fine */
enum err conf_edit_line(struct conf_edit *e, struct strv line,
    struct buf *why);
enum err conf_edit_check(struct conf_edit *e, struct buf *why);
/* All that conf_edit_check() would refuse, one after the other; how many. */
typedef void conf_error_fn(const char *path, const char *why, void *arg);
size_t conf_edit_errors(struct conf_edit *e, conf_error_fn *fn, void *arg);
void conf_edit_apply(struct conf_edit *e);

/* What the edit changes: path, old and new text; NULL: unset. A secret's
 * texts are sealed as stored. */
typedef void conf_change_fn(const char *path, const char *was,
    const char *will, bool secret, void *arg);
void conf_edit_changes(const struct conf_edit *e, conf_change_fn *fn,
    void *arg);

/*
 * A secret never leaves the daemon: a reference, "secret:" and 16 digits,
 * stands for it.  conf_edit_line() takes the reference of a secret that is
 * known, set, loaded, or told of here (sealed, as stored), at the paths where
 * it was: otherwise a password could be sent to whom it is not for.  A renamed
 * instance takes its secrets with it, a copied one does not.  path may be
 * absent.
 */
void conf_secret_know(struct strv sealed, struct strv path);
void conf_secret_ref(struct strv sealed, struct buf *out);

/* SHA-256 of a text, in hex with its NUL. */
#define CONF_DIGEST	65
void conf_digest(struct strv content, char hex[CONF_DIGEST]);

/* At start: one stored row; an unknown path is logged and kept out. */
void conf_load_row(const char *path, const char *value);
/* After the last row: every apply() once. */
void conf_load_done(void);

/*
 * Every path in force (all: also fallbacks), as "set PATH VALUE" lines; a
 * secret as its reference, which conf_edit_line() takes back.
 */
void conf_dump(struct buf *out, bool all);

/* The same one by one.  given: false for a fallback.  Secrets as sealed. */
typedef void conf_entry_fn(const struct conf_section *s, const char *name,
    const struct conf_row *row, const char *text, bool given, void *arg);
void conf_each(bool all, conf_entry_fn *fn, void *arg);

/* One typed value: text as typed -> canonical text; why says what is wrong. */
enum err conf_value(const struct conf_row *row, struct strv text,
    struct buf *canonical, struct buf *why);

/* "1-1000", "100ms-1d"; nothing for a type without bounds in its row. */
void conf_range(const struct conf_row *row, struct buf *out);

/* Tests: forget all sections and values. */
void conf_reset(void);

#endif
