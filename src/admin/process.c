/* process.c - memory, processor time and descriptors of this process. */

#include <dirent.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "admin/admin_priv.h"
#include "base/now.h"

static int64_t started;	/* ms */

void process_init(void)
{
	started = now_ms();
}

int64_t process_since(void)
{
	return started;
}

double process_resident(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	long pages = 0;

	if (!f)
		return 0;
	if (fscanf(f, "%*d %ld", &pages) != 1)
		pages = 0;
	(void)fclose(f);
	return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

double process_cpu(void)
{
	struct rusage u;

	if (getrusage(RUSAGE_SELF, &u) < 0)
		return 0;
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	    (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static double open_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	double n = -3;	/* ".", ".." and this one */

	if (!d)
		return 0;
	while (readdir(d))
		n++;
	(void)closedir(d);
	return n;
}

static double max_fds(void)
{
	struct rlimit l;

	return getrlimit(RLIMIT_NOFILE, &l) < 0 ? 0 : (double)l.rlim_cur;
}

void process_each(process_fn *fn, void *arg)
{
	fn("process_cpu_seconds_total", "counter",
	    "Processor time used, user and system.", process_cpu(), arg);
	fn("process_max_fds", "gauge", "Descriptors we may have open.",
	    max_fds(), arg);
	fn("process_open_fds", "gauge", "Descriptors open.", open_fds(), arg);
	fn("process_resident_memory_bytes", "gauge", "Memory in use.",
	    process_resident(), arg);
	fn("process_start_time_seconds", "gauge",
	    "When the daemon started, seconds since the epoch.",
	    (double)started / 1e3, arg);
}
