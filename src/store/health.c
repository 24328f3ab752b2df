/* health.c - is there room on the disk, and does the writer write? */

#include <inttypes.h>
#include <sys/statvfs.h>

#include "op/health.h"
#include "store/health.h"
#include "store/writer.h"

#define WARN_BYTES	(INT64_C(1) << 30)
#define LEAST_BYTES	(INT64_C(64) << 20)
#define WARN_FILES	1000	/* inodes; a file system may have none */

static enum health check_disk(struct buf *says, struct buf *remedy)
{
	struct statvfs fs;
	int64_t left;

	if (statvfs(db_dir(), &fs) != 0) {
		buf_addf(says, "%s cannot be looked at", db_dir());
		return HEALTH_CRITICAL;
	}
	left = (int64_t)fs.f_bavail * (int64_t)fs.f_frsize;
	buf_addf(says, "%" PRId64 " MB are free in %s", left >> 20, db_dir());
	if (left >= WARN_BYTES && fs.f_files &&
	    (int64_t)fs.f_favail < WARN_FILES) {
		buf_addf(says, ", and room for %" PRId64 " files",
		    (int64_t)fs.f_favail);
		buf_addz(remedy, "remove files there that are not needed: "
		    "the file system can hold few more");
		return HEALTH_WARN;
	}
	if (left >= WARN_BYTES)
		return HEALTH_OK;
	buf_addz(remedy, "free some space there, or shorten policy delivery "
	    "retention and trace max-size");
	return left < LEAST_BYTES ? HEALTH_CRITICAL : HEALTH_WARN;
}

static enum health check_store(struct buf *says, struct buf *remedy)
{
	if (writer_is_failing()) {
		buf_addz(says, "the newest transaction was rolled back: new "
		    "messages are refused");
		buf_addz(remedy, "look for \"store\" in the log: disk full, or "
		    "a fault of the disk");
		return HEALTH_CRITICAL;
	}
	if (writer_busy()) {
		buf_addz(says, "more waits to be written than may: new "
		    "messages are refused for now");
		buf_addz(remedy, "parley show stats parley_db shows how long a "
		    "commit takes on this disk");
		return HEALTH_WARN;
	}
	buf_addz(says, "commits succeed");
	return HEALTH_OK;
}

static const struct health_check checks[] = {
	{ .name = "disk", .ready = true, .run = check_disk },
	{ .name = "store", .ready = true, .run = check_store },
};

void store_health_register(void)
{
	health_register(checks, sizeof(checks) / sizeof(*checks));
}
