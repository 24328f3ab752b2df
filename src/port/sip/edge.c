/* edge.c - the SIP agent: it opens, is opened anew, and ends. */

#include <stdio.h>

#define LOG_UNIT "sip"
#include "base/log.h"
#include "base/now.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "port/sip/edge_priv.h"
#include "port/sip/sip_priv.h"

#include <sofia-sip/su_log.h>

#define STOP_MS		4000	/* what is in flight may still end */
#define STATS_MS	1000	/* how often Sofia's own counts are read */
#define RETRY_TURNS	15	/* of those, until a listener is tried again */
#define T4_MS		1000	/* an answered push is kept so long */

static nta_agent_t *agent;
static nta_leg_t *leg;
static bool running, rebuild_due;
static struct timer stats_timer, stop_timer;
static void (*stopped)(void);

nta_agent_t *edge_agent(void)
{
	return agent;
}

nta_leg_t *edge_leg(void)
{
	return leg;
}

/* --- the agent -------------------------------------------------------------- */

/* What nta answered or dropped before we saw it. */
static void look_after(void *arg)
{
	static usize_t bad, refused, repeats;
	static unsigned turns;
	usize_t now_bad = 0, now_refused = 0, now_repeats = 0, n;

	(void)arg;
	if (!agent)
		return;
	nta_agent_get_stats(agent,
	    NTATAG_S_BAD_MESSAGE_REF(now_bad),
	    NTATAG_S_BAD_REQUEST_REF(now_refused),
	    NTATAG_S_RETRY_REQUEST_REF(now_repeats), TAG_END());
	if (now_bad < bad || now_refused < refused || now_repeats < repeats)
		/* a new agent counts from 0 */
		bad = refused = repeats = 0;
	/* most are in both; one that is far too large is in the second alone */
	n = now_bad - bad > now_refused - refused ? now_bad - bad :
	    now_refused - refused;
	if (n > 0) {
		metric_add(&sip_metrics[M_DROPPED], (int64_t)n);
		log_info("unreadable SIP messages refused or dropped n=%zu",
		    (size_t)n);
	}
	metric_add(&sip_metrics[M_RETRANSMITS],
	    (int64_t)(now_repeats - repeats));
	bad = now_bad;
	refused = now_refused;
	repeats = now_repeats;
	request_expire();
	if (++turns % RETRY_TURNS == 0)
		listeners_open();	/* an address may be there by now */
	timer_set(&stats_timer, STATS_MS);
}

static bool agent_open(void)
{
	fixes_accepted(silent_watch);
	agent = nta_agent_create(loop_su_root(), (url_string_t *)-1,
	    request_in, NULL,
	    NTATAG_UA(0),
	    /* No server transactions: they cost 10 kB for T1X64 each. */
	    NTATAG_STATELESS(1),
	    NTATAG_SERVER_RPORT(1),
	    NTATAG_USE_NAPTR(0),
	    NTATAG_USE_SRV(0),
	    /* Bad headers come to request.c, which refuses all of them. */
	    NTATAG_BAD_REQ_MASK(0),
	    NTATAG_BAD_RESP_MASK(~0U),
	    /* request.c refuses at half of it and says from whom */
	    NTATAG_MAXSIZE(2 * sip_settings.max_message),
	    NTATAG_SIP_T1X64(sip_settings.transaction_ms),
	    NTATAG_SIP_T4(T4_MS),
	    TAG_END());
	if (!agent)
		return false;
	leg = nta_leg_tcreate(agent, NULL, NULL, NTATAG_NO_DIALOG(1),
	    TAG_END());
	return leg != NULL;
}

static void agent_close(void)
{
	if (!agent)
		return;
	request_orphan();
	push_orphan();
	silent_forget();
	fixes_forget();
	nta_leg_destroy(leg);
	nta_agent_destroy(agent);
	listeners_closed();
	leg = NULL;
	agent = NULL;
}

static bool open_all(void)
{
	if (!agent_open()) {
		log_err("no SIP agent could be made; out of memory?");
		return false;
	}
	listeners_open();
	return true;
}

/* A listener cannot be taken out of an agent: all of them open anew. */
static void rebuild(void *arg)
{
	(void)arg;
	rebuild_due = false;
	if (!running)
		return;
	log_info("listeners are opened anew; clients reconnect");
	agent_close();
	open_all();
}

void edge_rebuild(void)
{
	if (!running || rebuild_due)
		return;
	rebuild_due = true;
	loop_defer(rebuild, NULL);
}

bool edge_is_open(void)
{
	return running && !rebuild_due;
}

/* --- life -------------------------------------------------------------------- */

/* Sofia's words are for those who look for a fault in it. */
static void sofia_log(void *stream, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));
static void sofia_log(void *stream, const char *fmt, va_list ap)
{
	char line[512];

	(void)stream;
	if (!log_wants(LOG_DEBUG_, LOG_UNIT))
		return;
	vsnprintf(line, sizeof(line), fmt, ap);
	log_debug("sofia: %s", line);
}

static void quiet_sofia(void)
{
	extern su_log_t nta_log[], tport_log[];

	su_log_redirect(NULL, sofia_log, NULL);
	su_log_redirect(su_log_default, sofia_log, NULL);
	su_log_redirect(nta_log, sofia_log, NULL);
	su_log_redirect(tport_log, sofia_log, NULL);
	su_log_set_level(nta_log, 1);
	su_log_set_level(tport_log, 1);
}

enum err edge_start(void)
{
	quiet_sofia();
	timer_init(&stats_timer, "sip agent", look_after, NULL);
	request_init();
	push_init();
	if (!login_start())
		return ERR_STORAGE;
	running = true;
	if (!open_all())
		return ERR_STORAGE;
	timer_set(&stats_timer, STATS_MS);
	return ERR_OK;
}

static bool busy(void)
{
	return request_open() > 0 || push_open() > 0;
}

static void stop_check(void *arg)
{
	int64_t *until = arg;

	if (busy() && now_mono() < *until) {
		timer_set(&stop_timer, 20);
		return;
	}
	running = false;
	timer_cancel(&stats_timer);
	agent_close();
	stopped();
}

void edge_stop(void (*done)(void))
{
	static int64_t until;

	stopped = done;
	until = now_mono() + STOP_MS;
	timer_init(&stop_timer, "sip stop", stop_check, &until);
	timer_set(&stop_timer, 0);
}

void edge_fini(void)
{
	listeners_free();
	trust_fini();
	login_stop();
	request_fini();
}
