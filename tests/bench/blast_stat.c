/* blast_stat.c - time, histograms, what a process used, the result line. */

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "blast.h"

enum { SUB_BITS = 6, SUB = 1 << SUB_BITS, MAX_FAMILY = 256 };

int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* --- histogram ----------------------------------------------------------- */

static unsigned bucket(uint64_t us)
{
	unsigned top;

	if (us < SUB)
		return (unsigned)us;
	top = 63 - (unsigned)__builtin_clzll(us);
	return (top - SUB_BITS + 1) * SUB +
	    (unsigned)(us >> (top - SUB_BITS)) - SUB;
}

static double bucket_us(unsigned i)
{
	unsigned shift;

	if (i < SUB)
		return i + 0.5;
	shift = i / SUB - 1;
	return ((double)(i % SUB + SUB) + 0.5) * (double)(1ULL << shift);
}

void hist_add(struct hist *h, int64_t us)
{
	unsigned i = bucket(us < 0 ? 0 : (uint64_t)us);
	unsigned last = sizeof(h->n) / sizeof(h->n[0]) - 1;

	h->n[i < last ? i : last]++;
	h->total++;
	if (us > h->max_us)
		h->max_us = us;
}

double hist_ms(const struct hist *h, double part)
{
	double want = (double)h->total * part, seen = 0;

	for (unsigned i = 0; i < sizeof(h->n) / sizeof(h->n[0]); i++) {
		seen += h->n[i];
		if (seen >= want && seen > 0)
			return bucket_us(i) / 1000;
	}
	return 0;
}

/* --- processes ----------------------------------------------------------- */

static bool slurp(int pid, const char *file, char *out, size_t size)
{
	char path[64];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	f = fopen(path, "r");
	if (!f)
		return false;
	n = fread(out, 1, size - 1, f);
	out[n] = 0;
	fclose(f);
	return n > 0;
}

/* The command may hold blanks and brackets: count from the last one. */
static bool stat_fields(int pid, int *parent, int64_t *ticks)
{
	char text[1024], *p;
	unsigned long user, system;

	if (!slurp(pid, "stat", text, sizeof(text)))
		return false;
	p = strrchr(text, ')');
	if (!p || sscanf(p + 1, " %*c %d %*d %*d %*d %*d %*u %*u %*u %*u"
	    " %*u %lu %lu", parent, &user, &system) != 3)
		return false;
	*ticks = (int64_t)(user + system);
	return true;
}

static long status_kb(int pid, const char *file, const char *key)
{
	char text[4096], *p;

	if (!slurp(pid, file, text, sizeof(text)))
		return 0;
	p = strstr(text, key);
	return p ? strtol(p + strlen(key), NULL, 10) : 0;
}

static bool listed(const int *list, unsigned n, int pid)
{
	for (unsigned i = 0; i < n; i++)
		if (list[i] == pid)
			return true;
	return false;
}

static unsigned add(int *list, unsigned n, int pid)
{
	if (n < MAX_FAMILY && pid > 0 && !listed(list, n, pid))
		list[n++] = pid;
	return n;
}

/* Parents have lower numbers than their children but for a wrap-around. */
static unsigned family(const char *pids, int *list)
{
	DIR *dir = opendir("/proc");
	struct dirent *d;
	unsigned n = 0;
	char *next;

	for (; *pids; pids = *next ? next + 1 : next)
		n = add(list, n, (int)strtol(pids, &next, 10));
	while (dir && (d = readdir(dir)) != NULL) {
		int parent = 0, p = atoi(d->d_name);
		int64_t ticks;

		if (p > 0 && stat_fields(p, &parent, &ticks) &&
		    listed(list, n, parent))
			n = add(list, n, p);
	}
	if (dir)
		closedir(dir);
	return n;
}

struct usage usage_of(const char *pids)
{
	struct usage u = { 0 };
	int list[MAX_FAMILY], parent;
	unsigned n = pids ? family(pids, list) : 0;
	int64_t ticks;

	for (unsigned i = 0; i < n; i++) {
		if (stat_fields(list[i], &parent, &ticks))
			u.cpu_us += ticks * 1000000 / sysconf(_SC_CLK_TCK);
		/* processes that share memory: each page is counted once */
		u.rss_kb += n == 1 ? status_kb(list[0], "status", "VmRSS:") :
		    status_kb(list[i], "smaps_rollup", "Pss:");
	}
	u.peak_kb = n == 1 ? status_kb(list[0], "status", "VmHWM:") :
	    u.rss_kb;
	return u;
}

/* --- the result ---------------------------------------------------------- */

static void print_hist(const char *prefix, const struct hist *h)
{
	printf(",\"%sp50_ms\":%.3f,\"%sp99_ms\":%.3f,\"%smax_ms\":%.3f",
	    prefix, hist_ms(h, 0.5), prefix, hist_ms(h, 0.99), prefix,
	    (double)h->max_us / 1000);
}

static void print_errors(const struct result *r)
{
	const char *comma = "";

	printf(",\"errors\":{");
	for (int i = 0; i < 700; i++) {
		if (!r->status[i])
			continue;
		printf("%s\"%d\":%u", comma, i, r->status[i]);
		comma = ",";
	}
	printf("}");
}

static void print_process(const struct options *o, const struct result *r)
{
	int64_t cpu = r->after.cpu_us - r->before.cpu_us;

	if (!o->pids)
		return;
	printf(",\"cpu_us\":%.1f,\"cpu_share\":%.2f,\"rss_kb\":%ld"
	    ",\"rss_start_kb\":%ld,\"rss_peak_kb\":%ld",
	    r->done ? (double)cpu / (double)r->done : 0.0,
	    r->elapsed_s > 0 ? (double)cpu / 1e6 / r->elapsed_s : 0.0,
	    r->after.rss_kb, r->before.rss_kb, r->after.peak_kb);
}

void result_print(const struct options *o, const struct result *r)
{
	double s = r->elapsed_s > 0 ? r->elapsed_s : 1;

	printf("{\"case\":\"%s\",\"peer\":\"%s\"", o->kase, o->peer);
	if (*o->label)
		printf(",\"setup\":\"%s\"", o->label);
	printf(",\"durable\":%s,\"rate\":%.1f", o->durable ? "true" : "false",
	    (double)r->done / s);
	if (o->rate > 0)
		printf(",\"offered\":%.0f", o->rate);
	else
		printf(",\"window\":%u", o->window);
	print_hist("", &r->answer);
	if (r->whole.total)
		print_hist("whole_", &r->whole);
	printf(",\"done\":%llu,\"seconds\":%.2f,\"transactions\":%.1f",
	    (unsigned long long)r->done, r->elapsed_s,
	    (double)r->transactions / s);
	print_errors(r);
	printf(",\"retransmissions\":%llu,\"repeated\":%llu,\"lost\":%llu"
	    ",\"overrun\":%llu,\"total\":%llu",
	    (unsigned long long)r->retransmissions,
	    (unsigned long long)r->repeated, (unsigned long long)r->lost,
	    (unsigned long long)r->overrun, (unsigned long long)r->total);
	print_process(o, r);
	if (r->lag_p99_ms >= 0)
		printf(",\"loop_lag_p99_ms\":%.3f,\"loop_lag_max_ms\":%.3f",
		    r->lag_p99_ms, r->lag_max_ms);
	printf(",\"body\":%u,\"users\":%u}\n", o->body, o->users);
	fflush(stdout);
}
