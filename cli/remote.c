/* remote.c - a daemon on another machine: HTTPS, a token, whom to trust. */

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/files.h"
#include "cli/remote.h"

#define PORT		"8443"
#define FILE_MAX	65536

/* --- texts --------------------------------------------------------------- */

bool remote_print_read(const char *text, char print[REMOTE_PRINT])
{
	size_t n = 0;

	if (strncasecmp(text, "sha256:", 7) == 0)
		text += 7;
	for (; *text; text++) {
		if (*text == ':')
			continue;
		if (!isxdigit((unsigned char)*text) || n == REMOTE_PRINT - 1)
			return false;
		print[n++] = (char)tolower((unsigned char)*text);
	}
	print[n] = 0;
	return n == REMOTE_PRINT - 1;
}

static bool port_read(const char *text, char port[6])
{
	char *end = NULL;
	long n = isdigit((unsigned char)*text) ? strtol(text, &end, 10) : 0;

	if (n < 1 || n > 65535 || *end)
		return false;
	(void)snprintf(port, 6, "%ld", n);
	return true;
}

bool remote_where_read(const char *text, struct remote *r)
{
	bool six;
	size_t n;

	if (strncmp(text, "https://", 8) == 0)
		text += 8;
	six = *text == '[';
	n = strcspn(text + six, six ? "]" : ":/");
	if (n == 0 || n >= sizeof(r->host))
		return false;
	memcpy(r->host, text + six, n);
	r->host[n] = 0;
	text += six + n;
	if (six && *text++ != ']')
		return false;
	(void)snprintf(r->port, sizeof(r->port), "%s", PORT);
	if (*text == ':') {
		char port[7] = "";

		n = strcspn(++text, "/");
		if (n == 0 || n >= sizeof(port))
			return false;
		memcpy(port, text, n);
		text += n;
		if (!port_read(port, r->port))
			return false;
	}
	if (strcmp(text, "/") != 0 && *text)
		return false;
	(void)snprintf(r->place, sizeof(r->place), six ? "[%s]:%s" : "%s:%s",
	    r->host, r->port);
	return strpbrk(r->host, " \t\r\n[]%") == NULL;
}

/* --- the token ----------------------------------------------------------- */

static bool token_take(struct remote *r, struct strv text, const char *from,
    struct buf *why)
{
	while (text.n && isspace((unsigned char)text.p[text.n - 1]))
		text.n--;
	for (size_t i = 0; i < text.n; i++)
		if (!isgraph((unsigned char)text.p[i]))
			text.n = 0;
	if (text.n == 0 || text.n >= sizeof(r->token)) {
		buf_addf(why, "%s has no token; token add makes one", from);
		return false;
	}
	memcpy(r->token, text.p, text.n);
	r->token[text.n] = 0;
	return true;
}

/* What others can read is no secret. */
static bool token_file(struct remote *r, const char *path, struct buf *why)
{
	int fd = files_read(path, why);
	struct stat st;
	char text[512];
	ssize_t n;
	bool ok = false;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    (st.st_mode & 077)) {
		buf_addf(why, "%s: others may read this token: chmod 600 it, "
		    "or make a new one", path);
	} else {
		n = read(fd, text, sizeof(text));
		ok = token_take(r, (struct strv){ text, n > 0 ? (size_t)n :
		    0 }, path, why);
	}
	explicit_bzero(text, sizeof(text));
	close(fd);
	return ok;
}

static bool token_read(struct remote *r, const char *path, struct buf *why)
{
	const char *given = getenv("PARLEY_TOKEN");

	if (path)
		return token_file(r, path, why);
	if (given)
		return token_take(r, strv(given), "PARLEY_TOKEN", why);
	buf_addz(why, "a token is needed: --token-file FILE, or its text in "
	    "PARLEY_TOKEN");
	return false;
}

/* --- certificates that were trusted: "PLACE PRINT" each ------------------ */

static bool pins_path(char *path, size_t size)
{
	return files_own("XDG_STATE_HOME", ".local/state", "known-hosts",
	    path, size);
}

static void pins_load(struct buf *text)
{
	char path[4096], part[4096];
	ssize_t n;
	int fd = pins_path(path, sizeof(path)) ?
	    open(path, O_RDONLY | O_CLOEXEC) : -1;

	buf_init(text, FILE_MAX);
	while (fd >= 0 && (n = read(fd, part, sizeof(part))) > 0)
		buf_add(text, part, (size_t)n);
	if (fd >= 0)
		close(fd);
}

static void pin_find(struct remote *r)
{
	struct strv rest, line, print;
	struct buf text;

	pins_load(&text);
	rest = buf_strv(&text);
	while (rest.n) {
		line = strv_split(rest, '\n', &rest);
		line = strv_split(line, ' ', &print);
		if (strv_eq(line, strv(r->place)) &&
		    print.n == REMOTE_PRINT - 1)
			memcpy(r->print, print.p, print.n);
	}
	buf_deinit(&text);
}

bool remote_trust(struct remote *r, const char *print, struct buf *why)
{
	char path[4096], line[400];
	int n, fd = pins_path(path, sizeof(path)) ? open(path, O_WRONLY |
	    O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
	bool ok;

	n = snprintf(line, sizeof(line), "%s %s\n", r->place, print);
	ok = fd >= 0 && write(fd, line, (size_t)n) == n;
	if (fd >= 0)
		ok = close(fd) == 0 && ok;
	if (ok)
		(void)snprintf(r->print, sizeof(r->print), "%s", print);
	else
		buf_addf(why, "this could not be kept in %s: %s", path,
		    strerror(errno));
	return ok;
}

/* --- whom to trust ------------------------------------------------------- */

static bool print_of(SSL *ssl, char print[REMOTE_PRINT])
{
	X509 *cert = SSL_get1_peer_certificate(ssl);
	unsigned char digest[32];
	unsigned n = 0;
	bool ok = cert && X509_digest(cert, EVP_sha256(), digest, &n) == 1 &&
	    n == sizeof(digest);

	if (ok)
		for (size_t i = 0; i < sizeof(digest); i++)
			(void)snprintf(print + 2 * i, 3, "%02x", digest[i]);
	X509_free(cert);
	return ok;
}

bool remote_trusted(const struct remote *r, SSL *ssl, char seen[REMOTE_PRINT],
    struct buf *why)
{
	long result = SSL_get_verify_result(ssl);
	char print[REMOTE_PRINT], path[4096] = "";

	seen[0] = 0;
	if (!print_of(ssl, print)) {
		buf_addf(why, "%s shows no certificate", r->place);
		return false;
	}
	if (r->print[0] && strcmp(print, r->print) == 0)
		return true;
	if (!r->named && result == X509_V_OK)
		return true;
	if (r->named) {
		buf_addf(why, "the certificate of %s is not the one that was "
		    "named: it has the fingerprint %s", r->place, print);
	} else if (r->authority) {
		buf_addf(why, "the certificate of %s is not to be trusted: %s",
		    r->place, X509_verify_cert_error_string(result));
	} else if (r->print[0]) {
		(void)pins_path(path, sizeof(path));
		buf_addf(why, "the certificate of %s is NOT the one that was "
		    "trusted before: somebody may be in between. It has the "
		    "fingerprint %s. If it was renewed on purpose, take the "
		    "line of %s out of %s", r->place, print, r->place, path);
	} else {
		memcpy(seen, print, sizeof(print));
		buf_addf(why, "no authority vouches for the certificate of %s "
		    "(%s)", r->place, X509_verify_cert_error_string(result));
	}
	return false;
}

static bool ctx_make(struct remote *r, const char *ca, struct buf *why)
{
	X509_VERIFY_PARAM *param;
	unsigned char ip[16];

	r->ctx = SSL_CTX_new(TLS_client_method());
	if (!r->ctx) {
		buf_addz(why, "TLS cannot be used on this machine");
		return false;
	}
	(void)SSL_CTX_set_min_proto_version(r->ctx, TLS1_2_VERSION);
	SSL_CTX_set_mode(r->ctx, SSL_MODE_ENABLE_PARTIAL_WRITE |
	    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	/* the outcome is looked at after the handshake, before anything goes
	 * out: remote_trusted() */
	SSL_CTX_set_verify(r->ctx, SSL_VERIFY_NONE, NULL);
	param = SSL_CTX_get0_param(r->ctx);
	if (inet_pton(AF_INET, r->host, ip) == 1 ||
	    inet_pton(AF_INET6, r->host, ip) == 1)
		(void)X509_VERIFY_PARAM_set1_ip_asc(param, r->host);
	else
		(void)X509_VERIFY_PARAM_set1_host(param, r->host, 0);
	if (ca && SSL_CTX_load_verify_locations(r->ctx, ca, NULL) == 1)
		return true;
	if (!ca)
		(void)SSL_CTX_set_default_verify_paths(r->ctx);
	else
		buf_addf(why, "%s: no certificates of authorities can be read "
		    "there", ca);
	return !ca;
}

bool remote_open(struct remote *r, const struct remote_wish *wish,
    struct buf *why)
{
	bool ok = true;

	*r = (struct remote){ .authority = wish->ca != NULL,
	    .named = wish->fingerprint != NULL };
	if (!remote_where_read(wish->where, r)) {
		buf_addf(why, "\"%s\" is no place of a daemon: "
		    "https://HOST:PORT", wish->where);
		ok = false;
	} else if (wish->fingerprint &&
	    !remote_print_read(wish->fingerprint, r->print)) {
		buf_addz(why, "a fingerprint is SHA-256 in hex: 64 digits");
		ok = false;
	}
	ok = ok && token_read(r, wish->token_file, why) &&
	    ctx_make(r, wish->ca, why);
	if (ok && !r->named && !r->authority)
		pin_find(r);
	if (!ok)
		remote_free(r);
	return ok;
}

void remote_free(struct remote *r)
{
	SSL_CTX_free(r->ctx);
	explicit_bzero(r, sizeof(*r));
}
