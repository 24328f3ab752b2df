/* session.c - sessions of the console, in memory. */

#include "admin/session.h"

#include <pthread.h>
#include <stdlib.h>

#include "admin/people.h"
#include "base/alloc.h"
#include "base/jsonw.h"
#include "base/metric.h"
#include "base/now.h"
#include "base/rand.h"
#include "base/utf8.h"
#include "op/event.h"

#define MOST		500	/* sessions; then the one idle longest goes */
#define MOST_OF_ONE	20
#define HAPPENED	128	/* not told yet; those beyond are not */

static struct metric active = GAUGE("parley_admin_sessions", NULL,
    "Sessions of the console.");

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* under lock; the oldest first */
static struct session sessions[MOST];
static size_t n_sessions;

/* --- who watches ------------------------------------------------------------ */

/* What happened, until nobody holds the lock: who listens may ask us. */
static struct happening {
	const char *what;
	struct session s;
} happened[HAPPENED];
static size_t n_happened;	/* under lock */

static void note(const char *what, const struct session *s)
{
	if (n_happened < sizeof(happened) / sizeof(happened[0]))
		happened[n_happened++] = (struct happening){ what, *s };
}

static void publish(const struct happening *h)
{
	char at[NOW_TEXT];
	struct jsonw w;
	struct admin a;
	struct buf b;

	now_text(now_ms(), at);
	buf_init(&b, 4096);
	jsonw_init(&w, &b);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "at", strv(at));
	jsonw_str(&w, "what", strv(h->what));
	jsonw_str(&w, "session", strv(h->s.id));
	jsonw_str(&w, "admin", people_by_id(h->s.admin, &a) ? strv(a.name) :
	    STRV_NONE);
	jsonw_str(&w, "from", strv(h->s.peer));
	jsonw_end(&w);
	event_publish("sessions", buf_strv(&b));
	explicit_bzero(&a, sizeof(a));
	buf_deinit(&b);
}

/* After the lock: one at a time, in order. */
static void tell(void)
{
	struct happening h;
	bool any = true;

	while (any) {
		pthread_mutex_lock(&lock);
		any = n_happened > 0;
		if (any) {
			h = happened[0];
			memmove(&happened[0], &happened[1],
			    --n_happened * sizeof(happened[0]));
		}
		pthread_mutex_unlock(&lock);
		if (any)
			publish(&h);
	}
}

/* --- under lock ------------------------------------------------------------ */

static bool is_over(const struct session *s)
{
	int64_t now = now_mono();

	return now - s->seen >= SESSION_IDLE_MS ||
	    now - s->born >= SESSION_MAX_MS;
}

static void end(size_t i, const char *what)
{
	note(what, &sessions[i]);
	n_sessions--;
	memmove(&sessions[i], &sessions[i + 1],
	    (n_sessions - i) * sizeof(sessions[0]));
	explicit_bzero(&sessions[n_sessions], sizeof(sessions[0]));
	metric_set(&active, (int64_t)n_sessions);
}

static void end_old(void)
{
	for (size_t i = n_sessions; i-- > 0;)
		if (is_over(&sessions[i]))
			end(i, "expired");
}

/* Make room: of this one's own sessions, or of all. */
static void end_idlest(int64_t admin)
{
	size_t worst = n_sessions;

	for (size_t i = 0; i < n_sessions; i++)
		if ((admin == 0 || sessions[i].admin == admin) &&
		    (worst == n_sessions ||
		    sessions[i].seen < sessions[worst].seen))
			worst = i;
	if (worst < n_sessions)
		end(worst, "displaced");
}

static size_t count(int64_t admin)
{
	size_t n = 0;

	for (size_t i = 0; i < n_sessions; i++)
		n += sessions[i].admin == admin;
	return n;
}

static struct session *with_id(struct strv id)
{
	for (size_t i = 0; i < n_sessions; i++)
		if (strv_eq(strv(sessions[i].id), id))
			return &sessions[i];
	return NULL;
}

/* --- any thread ------------------------------------------------------------ */

/* Of a header, so it may be anything. */
static void take_text(char *to, size_t size, struct strv s)
{
	if (s.n >= size)
		s.n = size - 1;
	while (s.n && !utf8_valid(s))
		s.n--;
	if (s.n)
		memcpy(to, s.p, s.n);
	to[s.n] = 0;
}

void session_new(int64_t admin, struct strv peer, struct strv agent,
    char cookie[SECRET_TEXT], struct session *out)
{
	struct session s = { .admin = admin };

	secret_new(cookie);
	secret_hash(strv(cookie), s.hash);
	rand_hex(s.id, sizeof(s.id) - 1);
	rand_hex(s.csrf, sizeof(s.csrf) - 1);
	take_text(s.peer, sizeof(s.peer), peer);
	take_text(s.agent, sizeof(s.agent), agent);
	s.created = s.used = now_ms();
	s.born = s.seen = s.proved = now_mono();
	*out = s;
	pthread_mutex_lock(&lock);
	end_old();
	if (count(admin) >= MOST_OF_ONE)
		end_idlest(admin);
	if (n_sessions == MOST)
		end_idlest(0);
	sessions[n_sessions++] = s;
	note("login", &s);
	metric_set(&active, (int64_t)n_sessions);
	pthread_mutex_unlock(&lock);
	tell();
}

bool session_find(struct strv cookie, struct session *out)
{
	unsigned char hash[SECRET_HASH];
	bool yes = false;

	secret_hash(cookie, hash);
	pthread_mutex_lock(&lock);
	end_old();
	for (size_t i = 0; i < n_sessions && !yes; i++) {
		if (memcmp(sessions[i].hash, hash, sizeof(hash)) != 0)
			continue;
		sessions[i].seen = now_mono();
		sessions[i].used = now_ms();
		*out = sessions[i];
		yes = true;
	}
	pthread_mutex_unlock(&lock);
	tell();
	return yes;
}

bool session_prove(const char *id, char cookie[SECRET_TEXT],
    struct session *out)
{
	struct session *s;

	secret_new(cookie);
	pthread_mutex_lock(&lock);
	s = with_id(strv(id));
	if (s) {
		secret_hash(strv(cookie), s->hash);
		s->proved = now_mono();
		*out = *s;
	}
	pthread_mutex_unlock(&lock);
	return s != NULL;
}

bool session_is_fresh(const struct session *s)
{
	return now_mono() - s->proved < SESSION_FRESH_MS;
}

bool session_end(struct strv id, int64_t admin)
{
	struct session *s;

	pthread_mutex_lock(&lock);
	end_old();
	s = with_id(id);
	if (s && admin && s->admin != admin)
		s = NULL;
	if (s)
		end((size_t)(s - sessions), "ended");
	pthread_mutex_unlock(&lock);
	tell();
	return s != NULL;
}

void session_end_all(int64_t admin, const char *keep)
{
	pthread_mutex_lock(&lock);
	for (size_t i = n_sessions; i-- > 0;)
		if (sessions[i].admin == admin &&
		    strcmp(sessions[i].id, keep) != 0)
			end(i, "ended");
	pthread_mutex_unlock(&lock);
	tell();
}

void session_each(int64_t admin, session_fn *fn, void *arg)
{
	pthread_mutex_lock(&lock);
	end_old();
	for (size_t i = 0; i < n_sessions; i++)
		if (admin == 0 || sessions[i].admin == admin)
			fn(&sessions[i], arg);
	pthread_mutex_unlock(&lock);
}

void sessions_tell(void)
{
	pthread_mutex_lock(&lock);
	end_old();
	pthread_mutex_unlock(&lock);
	tell();
}

void sessions_unload(void)
{
	pthread_mutex_lock(&lock);
	explicit_bzero(sessions, sizeof(sessions));
	n_sessions = n_happened = 0;
	pthread_mutex_unlock(&lock);
}

void sessions_register(void)
{
	metric_register(&active, 1);
}
