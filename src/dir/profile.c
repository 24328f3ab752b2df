/* profile.c - what is provisioned: checked, keyed, merged with what was. */

#include "base/hex.h"
#include "base/now.h"
#include "base/utf8.h"
#include "dir/groups.h"
#include "dir/ucn.h"
#include "dir/users_priv.h"

#define QUOTED_MAX	100	/* bytes of a wrong value */
#define CLASS		"standard"	/* of whoever was given none */

/* --- checks --------------------------------------------------------------- */

/* value may be longer than all that is ever said. */
static enum err refuse(struct buf *why, const char *what, struct strv value)
{
	bool cut = value.n > QUOTED_MAX;

	if (cut)
		value.n = QUOTED_MAX;
	while (cut && value.n > 0 && (value.p[value.n] & 0xc0) == 0x80)
		value.n--;	/* no character is cut in half */
	buf_addf(why, "%s: \"%.*s%s\"", what, STRV_ARG(value),
	    cut ? "..." : "");
	return ERR_BAD_SYNTAX;
}

bool profile_is_text(struct strv s, size_t max)
{
	for (size_t i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] < 32 || s.p[i] == 127)
			return false;
	}
	return s.n <= max && utf8_valid(s);
}

static bool is_class(struct strv s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789-_", s.p[i]))
			return false;
	}
	return s.n > 0 && s.n <= USER_CLASS_MAX;
}

static bool is_sip(struct strv key)
{
	return key.n > 4 && memcmp(key.p, "sip:", 4) == 0;
}

static enum err add_address(const struct maker *k, struct strv written,
    struct account *out, struct buf *why)
{
	struct buf key;
	enum err e = ERR_OK;
	struct strv s;

	buf_init(&key, ADDR_MAX);
	if (site_key(k->site, written, &key) != ERR_OK)
		e = refuse(why, "this is no sip: or tel: address", written);
	s = buf_strv(&key);
	if (e == ERR_OK && !addr_is_number(s) && !(is_sip(s) &&
	    addr_user(s).n > 0 && site_is_home(k->site, addr_host(s))))
		e = refuse(why, "this address is not of the site's domain",
		    written);
	for (size_t i = 0; i < out->n && e == ERR_OK; i++) {
		if (strv_eq(out->keys[i], s))
			e = refuse(why, "this address is given twice",
			    written);
	}
	if (e == ERR_OK) {
		out->keys[out->n] = arena_str(k->arena, s);
		out->written[out->n++] = written;
	}
	buf_deinit(&key);
	return e;
}

static enum err check_texts(const struct profile *p, struct buf *why)
{
	if (p->name.p && !profile_is_text(p->name, USER_NAME_MAX))
		return refuse(why, "a name is up to 200 bytes of text without "
		    "controls", p->name);
	if (p->klass.p && !is_class(p->klass))
		return refuse(why, "a class is up to 32 lower-case letters, "
		    "digits, - and _", p->klass);
	if (p->read_reports.p && !strv_eq(p->read_reports, STRV("on")) &&
	    !strv_eq(p->read_reports, STRV("off")))
		return refuse(why, "read reports are on or off",
		    p->read_reports);
	if (p->language.n && !ucn_is_language(p->language))
		return refuse(why, "a language is a tag like de or pt-BR",
		    p->language);
	if (p->password.p && (p->password.n == 0 ||
	    !profile_is_text(p->password, USER_PASSWORD_MAX))) {
		buf_addz(why, "a password has 1 to 128 bytes and no controls");
		return ERR_BAD_SYNTAX;
	}
	return ERR_OK;
}

/* --- secrets -------------------------------------------------------------- */

static void hash(const struct maker *k, struct strv username,
    struct strv password, uint8_t *to)
{
	char hex[DIGEST_HEX];

	digest_ha1(k->digest, DIGEST_MD5, username, k->site->rules.domain,
	    password, hex);
	(void)hex_decode(strv(hex), to, USER_HA1_MD5);
	digest_ha1(k->digest, DIGEST_SHA256, username,
	    k->site->rules.domain, password, hex);
	(void)hex_decode(strv(hex), to + USER_HA1_MD5, USER_HA1_SHA256);
}

static void hash_address(const struct maker *k, struct strv key,
    struct strv password, uint8_t *to)
{
	struct strv user = addr_user(key), host = addr_host(key);
	struct buf full;

	buf_init(&full, 2 * ADDR_MAX);
	buf_adds(&full, user);
	buf_addc(&full, '@');
	buf_adds(&full, host.n ? host : k->site->rules.domain);
	hash(k, user, password, to);
	hash(k, buf_strv(&full), password, to + ACCOUNT_SECRET);
	buf_deinit(&full);
}

static void make_secrets(const struct maker *k, struct strv password,
    struct account *a)
{
	uint8_t *all = arena_alloc(k->arena, a->n * ACCOUNT_SECRETS);

	for (size_t i = 0; i < a->n; i++)
		hash_address(k, a->keys[i], password,
		    all + i * ACCOUNT_SECRETS);
	a->secrets = (struct strv){ (char *)all, a->n * ACCOUNT_SECRETS };
}

/* What was there for the same addresses; a new alias has none. */
static void keep_secrets(const struct maker *k, const struct account *was,
    struct account *a)
{
	char *all;

	if (!was->secrets.n)
		return;
	all = arena_alloc(k->arena, a->n * ACCOUNT_SECRETS);
	for (size_t i = 0; i < a->n; i++) {
		for (size_t j = 0; j < was->n; j++) {
			if (strv_eq(a->keys[i], was->keys[j]))
				memcpy(all + i * ACCOUNT_SECRETS,
				    was->secrets.p + j * ACCOUNT_SECRETS,
				    ACCOUNT_SECRETS);
		}
	}
	a->secrets = (struct strv){ all, a->n * ACCOUNT_SECRETS };
}

/* --- accounts ------------------------------------------------------------- */

enum err profile_account(const struct profile *p, const struct maker *k,
    struct account *out, struct buf *why)
{
	enum err e = check_texts(p, why);

	*out = (struct account){ .name = p->name, .klass = p->klass,
		.reads_private = strv_eq(p->read_reports, STRV("off")),
		.language = p->language };
	if (e == ERR_OK)
		e = add_address(k, p->address, out, why);
	for (size_t i = 0; i < p->naliases && e == ERR_OK; i++) {
		if (out->n == ACCOUNT_ADDRESSES)
			e = refuse(why, "at most 15 aliases", p->aliases[i]);
		else
			e = add_address(k, p->aliases[i], out, why);
	}
	if (e == ERR_OK && p->password.p)
		make_secrets(k, p->password, out);
	return e;
}

static enum err check_free(const struct user *u, const struct account *a,
    struct buf *why)
{
	for (size_t i = 0; i < a->n; i++) {
		const struct user *other = user_find(a->keys[i]);

		if (group_find(a->keys[i])) {
			buf_addf(why, "%.*s is a group",
			    STRV_ARG(a->keys[i]));
			return ERR_BUSY;
		}
		if (!other || other == u)
			continue;
		buf_addf(why, "%.*s belongs to subscriber %.*s",
		    STRV_ARG(a->keys[i]), STRV_ARG(other->key));
		return ERR_BUSY;
	}
	return ERR_OK;
}

/* An alias that is the primary address is none. */
static void drop_alias(struct account *a, struct strv key)
{
	size_t n = 1;

	for (size_t i = 1; i < a->n; i++) {
		if (strv_eq(a->keys[i], key))
			continue;
		a->keys[n] = a->keys[i];
		a->written[n++] = a->written[i];
	}
	a->n = n;
}

static void merge(const struct profile *p, const struct maker *k,
    const struct user *u, struct account *out)
{
	struct account was;

	user_account(u, &was);
	out->id = was.id;
	out->state = was.state;
	out->created = was.created;
	if (!p->language.p)
		out->language = was.language;
	if (!p->read_reports.p)
		out->reads_private = was.reads_private;
	/* the primary address is the one it has, whichever alias was typed */
	out->keys[0] = was.keys[0];
	out->written[0] = was.written[0];
	drop_alias(out, was.keys[0]);
	if (!p->has_aliases) {
		for (size_t i = 1; i < was.n; i++) {
			out->keys[i] = was.keys[i];
			out->written[i] = was.written[i];
		}
		out->n = was.n;
	}
	if (!p->name.p)
		out->name = was.name;
	if (!p->klass.p)
		out->klass = was.klass;
	if (p->password.p)
		make_secrets(k, p->password, out);
	else
		keep_secrets(k, &was, out);
}

enum err profile_merge(const struct profile *p, const struct maker *k,
    const struct user *u, struct account *out, struct buf *why)
{
	enum err e;

	if (u) {
		merge(p, k, u, out);
	} else {
		out->id = 0;
		out->state = USER_ACTIVE;
		out->created = now_ms();
		if (!out->name.p)
			out->name = STRV("");
		if (!out->klass.p)
			out->klass = STRV(CLASS);
	}
	out->changed = now_ms();
	e = check_free(u, out, why);
	if (e == ERR_OK && out->id == 0)
		out->id = users_next_id();
	return e;
}
