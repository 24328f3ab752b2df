/* users.c - who exists: subscribers and their addresses, in memory. */

#include <inttypes.h>
#include <stdlib.h>

#define LOG_UNIT "users"
#include "base/alloc.h"
#include "base/log.h"
#include "base/map.h"
#include "base/metric.h"
#include "base/now.h"
#include "conf/conf.h"
#include "dir/amend.h"
#include "dir/devices_priv.h"
#include "dir/link.h"
#include "dir/lists_priv.h"
#include "dir/prefs_priv.h"
#include "dir/screening_priv.h"
#include "dir/ucn.h"
#include "dir/users_priv.h"

/* What changes with the subscriber's row; one allocation. */
struct body {
	size_t n;			/* addresses */
	struct strv *keys, *written;	/* n each */
	const uint8_t *secrets;		/* n * ACCOUNT_SECRETS, or NULL */
	int64_t created;
};

struct entry {
	struct user u;
	struct body *body;
	unsigned pins;
	bool gone;
};

static struct map by_key, by_id;
static uint64_t last_id;

static struct metric metrics[] = {
	GAUGE("parley_subscribers", "state=\"active\"",
	    "Subscribers provisioned."),
	GAUGE("parley_subscribers", "state=\"suspended\"",
	    "Subscribers provisioned."),
};

static struct entry *entry_of(const struct user *u)
{
	return LIST_ENTRY(u, struct entry, u);
}

/* --- one user ------------------------------------------------------------- */

static size_t strings_of(const struct account *a)
{
	size_t n = a->name.n + a->klass.n + a->language.n;

	for (size_t i = 0; i < a->n; i++)
		n += a->keys[i].n + (strv_eq(a->keys[i], a->written[i]) ? 0 :
		    a->written[i].n);
	return n;
}

static struct strv put_str(char **at, struct strv s)
{
	struct strv copy = { *at, s.n };

	if (s.n)
		memcpy(*at, s.p, s.n);
	*at += s.n;
	return copy;
}

static struct body *body_new(const struct account *a, struct user *u)
{
	struct body *b = xalloc(sizeof(*b) + 2 * a->n * sizeof(struct strv) +
	    a->secrets.n + strings_of(a));
	char *at = (char *)(b + 1) + 2 * a->n * sizeof(struct strv);

	b->n = a->n;
	b->created = a->created;
	b->keys = (struct strv *)(void *)(b + 1);
	b->written = b->keys + a->n;
	if (a->secrets.n)
		b->secrets = (uint8_t *)put_str(&at, a->secrets).p;
	for (size_t i = 0; i < a->n; i++) {
		b->keys[i] = put_str(&at, a->keys[i]);
		b->written[i] = strv_eq(a->keys[i], a->written[i]) ?
		    b->keys[i] : put_str(&at, a->written[i]);
	}
	u->name = put_str(&at, a->name);
	u->klass = put_str(&at, a->klass);
	u->language = put_str(&at, a->language);
	return b;
}

static void forget_keys(const struct entry *e)
{
	for (size_t i = 0; e->body && i < e->body->n; i++)
		(void)map_del(&by_key, e->body->keys[i]);
}

static void count(const struct user *u, int64_t n)
{
	metric_add(&metrics[u->state], n);
}

struct user *users_put(const struct account *a)
{
	struct user *u = user_by_id(a->id);
	struct entry *e = u ? entry_of(u) : xalloc(sizeof(*e));
	struct body *was = e->body, *body;

	if (u) {
		count(u, -1);
		forget_keys(e);
	} else {
		u = &e->u;
		list_init(&u->bindings);
		(void)map_set_u64(&by_id, a->id, e);
	}
	body = body_new(a, u);	/* a may borrow from the old one */
	free(was);
	e->body = body;
	u->id = a->id;
	u->state = (enum user_state)a->state;
	u->reads_private = a->reads_private;
	u->key = e->body->keys[0];
	u->address = e->body->written[0];
	u->aliases = e->body->keys + 1;
	u->naliases = a->n - 1;
	u->has_secret = e->body->secrets != NULL;
	for (size_t i = 0; i < a->n; i++)
		(void)map_set(&by_key, e->body->keys[i], e);
	if (a->id > last_id)
		last_id = a->id;
	count(u, 1);
	return u;
}

static void entry_free(struct entry *e)
{
	free(e->body);
	free(e);
}

void users_drop(struct user *u)
{
	struct entry *e = entry_of(u);

	bindings_drop_all(u);
	devices_free(u);
	screening_forget(u->id);
	prefs_forget(u->id);
	count(u, -1);
	forget_keys(e);
	(void)map_del_u64(&by_id, u->id);
	e->gone = true;
	if (e->pins == 0)
		entry_free(e);
}

void user_pin(struct user *u)
{
	entry_of(u)->pins++;
}

void user_unpin(struct user *u)
{
	struct entry *e = entry_of(u);

	if (--e->pins == 0 && e->gone)
		entry_free(e);
}

bool user_is_gone(const struct user *u)
{
	return entry_of(u)->gone;
}

uint64_t users_next_id(void)
{
	return ++last_id;
}

void user_account(const struct user *u, struct account *out)
{
	const struct body *b = entry_of(u)->body;

	*out = (struct account){ .id = u->id, .name = u->name,
		.klass = u->klass, .state = u->state, .created = b->created,
		.reads_private = u->reads_private, .language = u->language,
		.n = b->n };
	for (size_t i = 0; i < b->n; i++) {
		out->keys[i] = b->keys[i];
		out->written[i] = b->written[i];
	}
	if (b->secrets)
		out->secrets = (struct strv){ (const char *)b->secrets,
			b->n * ACCOUNT_SECRETS };
}

/* --- find ----------------------------------------------------------------- */

struct user *user_find(struct strv key)
{
	struct entry *e = key.p ? map_get(&by_key, key) : NULL;

	return e ? &e->u : NULL;
}

struct user *user_by_id(uint64_t id)
{
	struct entry *e = map_get_u64(&by_id, id);

	return e ? &e->u : NULL;
}

struct user *users_next(size_t *at)
{
	struct entry *e = map_next(&by_id, at);

	return e ? &e->u : NULL;
}

size_t users_count(void)
{
	return by_id.n;
}

static struct user *find_at(struct strv user, struct strv domain)
{
	struct buf uri, key;
	struct user *u = NULL;

	buf_init(&uri, ADDR_MAX);
	buf_init(&key, ADDR_MAX);
	buf_addz(&uri, "sip:");
	buf_adds(&uri, user);
	buf_addc(&uri, '@');
	buf_adds(&uri, domain);
	if (!uri.full && dir_key(buf_strv(&uri), &key) == ERR_OK)
		u = user_find(buf_strv(&key));
	buf_deinit(&uri);
	buf_deinit(&key);
	return u;
}

struct user *user_by_username(struct strv username)
{
	struct strv domain, user = strv_split(username, '@', &domain);

	return find_at(user, domain.p ? domain : strv(dir_realm()));
}

/* --- secrets -------------------------------------------------------------- */

/* Of address i: 0 for the user part, 1 for user@domain, -1 for neither. */
static int name_of(struct strv key, struct strv username)
{
	struct strv domain, host, user = addr_user(key);

	if (strv_eq(user, username))
		return 0;
	username = strv_split(username, '@', &domain);
	host = addr_host(key);
	if (!host.n)
		host = strv(dir_realm());	/* tel: is at home */
	return domain.p && strv_eq(user, username) &&
	    strv_caseeq(host, domain) ? 1 : -1;
}

bool user_secret(const struct user *u, struct strv username,
    struct user_secret *out)
{
	static const uint8_t none[ACCOUNT_SECRET];
	const struct body *b = entry_of(u)->body;

	for (size_t i = 0; b->secrets && i < b->n; i++) {
		int which = name_of(b->keys[i], username);
		const uint8_t *p = b->secrets + i * ACCOUNT_SECRETS;

		if (which < 0)
			continue;
		p += which * ACCOUNT_SECRET;
		if (memcmp(p, none, sizeof(none)) == 0)
			continue;
		memcpy(out->md5, p, USER_HA1_MD5);
		memcpy(out->sha256, p + USER_HA1_MD5, USER_HA1_SHA256);
		return true;
	}
	return false;
}

/* --- URIs ----------------------------------------------------------------- */

static void number_uris(struct strv key, struct buf *sip, struct buf *tel)
{
	buf_addf(sip, "sip:%.*s@%s;user=phone", STRV_ARG(addr_user(key)),
	    dir_realm());
	buf_adds(tel, key);
}

struct strv user_number(const struct user *u)
{
	for (size_t i = 0; i <= u->naliases; i++) {
		struct strv key = i == 0 ? u->key : u->aliases[i - 1];

		if (addr_is_number(key))
			return key;
	}
	return STRV_NONE;
}

/* The first of each kind; a number alone has a sip: URI as well. */
void user_uris(const struct user *u, struct buf *sip, struct buf *tel)
{
	struct strv number = STRV_NONE, name = STRV_NONE;

	for (size_t i = 0; i <= u->naliases; i++) {
		struct strv key = i == 0 ? u->key : u->aliases[i - 1];

		if (addr_is_number(key) && !number.p)
			number = key;
		else if (!addr_is_number(key) && !name.p)
			name = key;
	}
	buf_clear(sip);
	buf_clear(tel);
	if (number.p)
		number_uris(number, sip, tel);
	if (name.p && (!number.p || !addr_is_number(u->key))) {
		buf_clear(sip);
		buf_adds(sip, name);
	}
}

/* --- life ----------------------------------------------------------------- */

static const struct conf_row policy_rows[] = {
	{ .name = "max-contacts", .type = CONF_INT, .fallback = "16",
	  .min = 1, .max = 16,
	  .help = "devices that one subscriber may register at a time" },
};

static const struct conf_section policy = {
	.name = "policy registration", .rows = policy_rows,
	.n = sizeof(policy_rows) / sizeof(*policy_rows),
	.help = "how many devices register"
};

void users_register(void)
{
	site_register();
	conf_register(&policy);
	metric_register(metrics, sizeof(metrics) / sizeof(*metrics));
	users_ops_register();
	screening_ops_register();
	lists_ops_register();
	ucn_register();
	link_register();
	prefs_register();
	amend_register();
	import_register();
	export_register();
	show_register();
	dir_complete_register();
	devices_register();
}

static void load_one(const struct account *a, void *arg)
{
	(void)arg;
	(void)users_put(a);
}

enum err users_load(void)
{
	int64_t began = now_us();
	enum err e;

	map_init(&by_key);
	map_init(&by_id);
	last_id = 0;
	e = accounts_each(load_one, NULL);
	if (e == ERR_OK)
		e = screening_load();
	if (e == ERR_OK)
		e = prefs_load();
	log_info("subscribers loaded n=%zu ms=%" PRId64, users_count(),
	    (now_us() - began) / 1000);
	return e;
}

void users_unload(void)
{
	struct entry *e;
	size_t at = 0;

	while ((e = map_next(&by_id, &at)) != NULL) {
		devices_free(&e->u);
		bindings_free_all(&e->u);
		entry_free(e);
	}
	devices_unload();
	screening_unload();
	prefs_unload();
	map_deinit(&by_key);
	map_deinit(&by_id);
	for (size_t i = 0; i < 2; i++)
		metric_set(&metrics[i], 0);
}
