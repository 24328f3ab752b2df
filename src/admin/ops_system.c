/* ops_system.c - what runs here: the program, its host, what it uses. */

#include <curl/curl.h>
#include <gnutls/gnutls.h>
#include <inttypes.h>
#include <libxml/xmlversion.h>
#include <microhttpd.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <zlib.h>

#include "admin/admin_priv.h"
#include "admin/figures.h"
#include "base/jsonw.h"
#include "base/now.h"
#include "conf/conf.h"
#include "config.h"
#include "op/probe.h"
#include "store/db.h"

#define LISTENERS	64

/* --- the process ------------------------------------------------------------- */

static void process_one(const char *name, const char *kind, const char *help,
    double value, void *arg)
{
	static const struct {
		const char *metric, *field;
	} fields[] = {
		{ "process_resident_memory_bytes", "memory" },
		{ "process_open_fds", "descriptors" },
		{ "process_max_fds", "max_descriptors" },
	};

	(void)kind;
	(void)help;
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (strcmp(name, fields[i].metric) == 0)
			op_field_int(arg, fields[i].field, (int64_t)value);
}

/* --- the disk ---------------------------------------------------------------- */

static void disk_one(struct jsonw *w, const char *path)
{
	struct statvfs fs;

	if (statvfs(path, &fs) != 0)
		return;
	jsonw_object(w, NULL);
	jsonw_str(w, "path", strv(path));
	jsonw_int(w, "free", (int64_t)(fs.f_bavail * fs.f_frsize));
	jsonw_int(w, "size", (int64_t)(fs.f_blocks * fs.f_frsize));
	jsonw_int(w, "free_files", (int64_t)fs.f_favail);
	jsonw_end(w);
}

/* Each may be a file system of its own; those that are not there are not. */
static void disks(struct jsonw *w)
{
	static const char *const below[] = { "", "/backup", "/cdr", "/tls" };
	char path[4200];

	for (size_t i = 0; i < sizeof(below) / sizeof(*below); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", db_dir(),
		    below[i]);
		disk_one(w, path);
	}
}

static int64_t size_of(const char *name, const char *more)
{
	char path[4200];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/%s.db%s", db_dir(), name,
	    more);
	return stat(path, &st) == 0 ? st.st_size : 0;
}

static void databases(struct jsonw *w)
{
	for (enum db_which i = 0; i < DB_N; i++) {
		jsonw_object(w, NULL);
		jsonw_str(w, "name", strv(db_name(i)));
		jsonw_int(w, "schema", db_schema(i));
		jsonw_int(w, "size", size_of(db_name(i), ""));
		jsonw_int(w, "log", size_of(db_name(i), "-wal"));
		jsonw_end(w);
	}
}

/* --- listeners --------------------------------------------------------------- */

static void listener_one(struct jsonw *w, const char *section,
    const char *name, struct strv transport)
{
	const char *address = conf_text(section, name, "address");
	const struct probe *p = probe_find(section);
	struct buf says;

	if (!address[0])
		return;
	buf_init(&says, 1024);
	jsonw_object(w, NULL);
	jsonw_str(w, "name", strv(name[0] ? name : section));
	jsonw_str(w, "transport", transport);
	jsonw_str(w, "address", strv(address));
	jsonw_bool(w, "open", !p || p->run(name, &says) == PROBE_UP);
	jsonw_end(w);
	buf_deinit(&says);
}

static void listeners(struct jsonw *w)
{
	static const char *const servers[] = { "admin", "link", "xcap" };
	const char *names[LISTENERS];
	size_t n = conf_section_find(STRV("listener")) ?
	    conf_names("listener", names, LISTENERS) : 0;

	for (size_t i = 0; i < n && i < LISTENERS; i++)
		listener_one(w, "listener", names[i],
		    strv(conf_text("listener", names[i], "transport")));
	for (size_t i = 0; i < sizeof(servers) / sizeof(*servers); i++)
		if (conf_section_find(strv(servers[i])))
			listener_one(w, servers[i], "", STRV("https"));
}

/* --- libraries --------------------------------------------------------------- */

static void libraries(struct jsonw *w)
{
	const struct {
		const char *name, *version, *licence;
	} all[] = {
		{ "SQLite", db_engine(), "public domain" },
		{ "libmicrohttpd", MHD_get_version(), "LGPL-2.1-or-later" },
		{ "GnuTLS", gnutls_check_version(NULL), "LGPL-2.1-or-later" },
		{ "OpenSSL", OpenSSL_version(OPENSSL_VERSION_STRING),
		  "Apache-2.0" },
		{ "curl", curl_version_info(CURLVERSION_NOW)->version,
		  "curl" },
		{ "libxml2", LIBXML_DOTTED_VERSION, "MIT" },
		{ "zlib", zlibVersion(), "Zlib" },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		jsonw_object(w, NULL);
		jsonw_str(w, "name", strv(all[i].name));
		jsonw_str(w, "version", strv(all[i].version));
		jsonw_str(w, "licence", strv(all[i].licence));
		jsonw_end(w);
	}
}

/* --- all of it --------------------------------------------------------------- */

static void array(struct op_call *c, const char *name,
    void (*fill)(struct jsonw *w))
{
	struct jsonw w;
	struct buf b;

	buf_init(&b, BUF_NO_LIMIT);
	jsonw_init(&w, &b);
	jsonw_array(&w, NULL);
	fill(&w);
	jsonw_end(&w);
	op_field_json(c, name, buf_strv(&b));
	buf_deinit(&b);
}

static void system_run(struct op_call *c)
{
	int64_t since = process_since();
	struct utsname u;

	op_field(c, "version", STRV(PARLEY_VERSION));
	op_field(c, "build", strv(build_id()));
	op_field_time(c, "since", since);
	op_field_int(c, "uptime", (now_ms() - since) / 1000);
	if (uname(&u) == 0) {
		op_field(c, "host", strv(u.nodename));
		op_fieldf(c, "kernel", "%s %s %s", u.sysname, u.release,
		    u.machine);
	}
	op_field_int(c, "pid", getpid());
	op_field_int(c, "processors", sysconf(_SC_NPROCESSORS_ONLN));
	process_each(process_one, c);
	array(c, "directories", disks);
	array(c, "databases", databases);
	array(c, "listeners", listeners);
	array(c, "libraries", libraries);
	op_done(c);
}

static const struct op ops[] = {
	{ "show system", "GET", "/system", CAP_VIEW, OP_CORE, NULL,
	  "the program, since when it runs, what it uses of the machine, "
	  "where it listens, its libraries and their licences", system_run,
	  "version build since:time uptime:s host~ kernel~ pid:int "
	  "processors:int memory:bytes descriptors:int max_descriptors:int "
	  "directories:[path free:bytes size:bytes free_files:int] "
	  "databases:[name schema:int size:bytes log:bytes] "
	  "listeners:[name transport address open:bool] "
	  "libraries:[name version licence]" },
};

void ops_system(void)
{
	op_register(ops, sizeof(ops) / sizeof(ops[0]));
}
