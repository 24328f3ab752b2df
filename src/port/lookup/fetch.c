/* fetch.c - HTTP requests from a thread of their own, over libcurl. */

#define LOG_UNIT "lookup"

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/log.h"
#include "loop/loop.h"
#include "port/lookup/fetch.h"

#define WAIT_MS		1000
#define CONNECTIONS	16L

static pthread_t thread;
static CURLM *multi;		/* NULL: not started */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct list put = { &put, &put };	/* under lock */
static struct list busy = { &busy, &busy };	/* the thread's */
/* ended, and posted; the core's and, under lock, the thread's */
static struct list ended = { &ended, &ended };
static atomic_bool ends;

/* --- in the thread -------------------------------------------------------- */

/* Past its limit the answer is none of ours. */
static size_t take(char *p, size_t one, size_t n, void *arg)
{
	struct fetch *f = arg;

	(void)one;
	buf_add(&f->body, p, n);
	return f->body.full ? 0 : n;
}

static void done_in_core(void *arg)
{
	struct list mine = { &mine, &mine };

	(void)arg;
	pthread_mutex_lock(&lock);
	LIST_FOR(at, &ended) {
		list_del(at);
		list_push(&mine, at);
	}
	pthread_mutex_unlock(&lock);
	LIST_FOR(at, &mine) {
		struct fetch *f = LIST_ENTRY(at, struct fetch, hook);

		list_del(at);
		f->done(f);
	}
}

static void release(struct fetch *f)
{
	if (f->easy) {
		(void)curl_multi_remove_handle(multi, f->easy);
		curl_easy_cleanup(f->easy);
	}
	curl_slist_free_all(f->headers);
	curl_slist_free_all(f->resolve);
	f->easy = f->headers = f->resolve = NULL;
}

static void end(struct fetch *f, CURLcode code)
{
	f->status = 0;
	f->why = curl_easy_strerror(code);
	if (code == CURLE_OK && f->easy)
		(void)curl_easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE,
		    &f->status);
	release(f);
	list_del(&f->hook);
	pthread_mutex_lock(&lock);
	list_push(&ended, &f->hook);
	pthread_mutex_unlock(&lock);
	loop_post(done_in_core, NULL);
}

static void set_login(struct fetch *f, CURL *c)
{
	struct buf line;

	if (f->user) {
		curl_easy_setopt(c, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		curl_easy_setopt(c, CURLOPT_USERNAME, f->user);
		curl_easy_setopt(c, CURLOPT_PASSWORD, f->password ?
		    f->password : "");
	}
	f->headers = curl_slist_append(NULL, "Accept: application/json");
	if (!f->bearer)
		return;
	buf_init(&line, 8192);
	buf_addf(&line, "Authorization: Bearer %s", f->bearer);
	f->headers = curl_slist_append(f->headers, line.p);
	explicit_bzero(line.p, line.n);
	buf_deinit(&line);
}

static bool begin(struct fetch *f)
{
	CURL *c = curl_easy_init();

	f->easy = c;
	if (!c)
		return false;
	set_login(f, c);
	if (f->address)
		f->resolve = curl_slist_append(NULL, f->address);
	curl_easy_setopt(c, CURLOPT_URL, f->url);
	curl_easy_setopt(c, CURLOPT_RESOLVE, f->resolve);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, f->headers);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, f->timeout_ms);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, f->timeout_ms);
	curl_easy_setopt(c, CURLOPT_SSLVERSION,
	    (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, f);
	curl_easy_setopt(c, CURLOPT_PRIVATE, f);
	if (f->ca)
		curl_easy_setopt(c, CURLOPT_CAINFO, f->ca);
	return curl_multi_add_handle(multi, c) == CURLM_OK;
}

static void begin_all(void)
{
	struct list mine = { &mine, &mine };

	pthread_mutex_lock(&lock);
	LIST_FOR(at, &put) {
		list_del(at);
		list_push(&mine, at);
	}
	pthread_mutex_unlock(&lock);
	LIST_FOR(at, &mine) {
		struct fetch *f = LIST_ENTRY(at, struct fetch, hook);

		list_del(at);
		list_push(&busy, at);
		if (!begin(f))
			end(f, CURLE_OUT_OF_MEMORY);
	}
}

static void end_all(void)
{
	const CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(multi, &left)) != NULL) {
		char *f = NULL;

		if (m->msg != CURLMSG_DONE)
			continue;
		(void)curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &f);
		end((struct fetch *)(void *)f, m->data.result);
	}
}

static void *run(void *arg)
{
	int running;

	(void)arg;
	while (!atomic_load(&ends)) {
		begin_all();
		(void)curl_multi_perform(multi, &running);
		end_all();
		(void)curl_multi_poll(multi, NULL, 0, WAIT_MS, NULL);
	}
	return NULL;
}

/* --- in the core ---------------------------------------------------------- */

bool fetch_start(void)
{
	static bool once;

	if (!once && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return false;
	once = true;
	multi = curl_multi_init();
	if (!multi)
		return false;
	curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, CONNECTIONS);
	curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, CONNECTIONS);
	atomic_store(&ends, false);
	if (pthread_create(&thread, NULL, run, NULL) == 0)
		return true;
	(void)curl_multi_cleanup(multi);
	multi = NULL;
	return false;
}

static void give_all(struct list *from, void (*given)(struct fetch *f))
{
	LIST_FOR(at, from) {
		struct fetch *f = LIST_ENTRY(at, struct fetch, hook);

		list_del(at);
		release(f);
		given(f);
	}
}

void fetch_stop(void (*given)(struct fetch *f))
{
	if (!multi)
		return;
	atomic_store(&ends, true);
	(void)curl_multi_wakeup(multi);
	(void)pthread_join(thread, NULL);
	give_all(&busy, given);
	give_all(&put, given);
	give_all(&ended, given);	/* the post finds none */
	(void)curl_multi_cleanup(multi);
	multi = NULL;
}

void fetch_put(struct fetch *f)
{
	list_init(&f->hook);
	pthread_mutex_lock(&lock);
	list_push(&put, &f->hook);
	pthread_mutex_unlock(&lock);
	(void)curl_multi_wakeup(multi);
}
