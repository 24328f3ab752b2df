/* ua.c - simulated SIP clients with CPM messaging: start and commands. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "event.h"
#include "ua_priv.h"

static struct ua *all;

static struct ua *find(const char *name)
{
	struct ua *ua = all;

	while (ua && strcmp(ua->name, name) != 0)
		ua = ua->next;
	return ua;
}

void event_message_headers(const struct sipmsg *m)
{
	struct buf b = BUF_EMPTY;

	event_list("headers");
	for (int i = 0; i < m->n; i++) {
		buf_clear(&b);
		buf_addf(&b, "%.*s: %.*s", STRV_ARG(m->h[i].name),
		    STRV_ARG(m->h[i].value));
		event_item(buf_strv(&b));
	}
	event_list_end();
	buf_deinit(&b);
}

static void ua_free(struct ua *ua)
{
	struct ua **at = &all;

	while (*at != ua)
		at = &(*at)->next;
	*at = ua->next;
	timer_stop(&ua->refresh);
	sipnet_close(&ua->net);
	while (ua->requests)
		ua_request_free(ua->requests);
	ua_seen_free(ua);
	buf_deinit(&ua->service_route);
	buf_deinit(&ua->last);
	free(ua->name);
	free(ua->aor);
	free(ua->user);
	free(ua->password);
	free(ua->instance);
	free(ua->number);
	free(ua->domain);
	free(ua);
}

/* sip:user@host;params: the user, and "sip:" with the host */
static bool split_aor(const char *aor, char **user, char **domain)
{
	struct strv s = strv(aor), rest, u, host;
	struct buf b = BUF_EMPTY;

	if (strncmp(aor, "sip:", 4) != 0)
		return false;
	s = (struct strv){ s.p + 4, s.n - 4 };
	u = strv_split(s, '@', &rest);
	if (!rest.p || u.n == 0)
		return false;
	host = strv_split(rest, ';', &rest);
	buf_addf(&b, "sip:%.*s", STRV_ARG(host));
	*user = new_view(u);
	*domain = buf_steal(&b);
	return true;
}

struct start_opts {
	const char *aor, *password, *user, *proxy, *transport, *listen_at;
	const char *instance;
	bool plain;
};

static bool open_net(struct ua *ua, const struct start_opts *o)
{
	bool tcp = strcmp(o->transport, "tcp") == 0;
	struct addr at, proxy;

	if (!tcp && strcmp(o->transport, "udp") != 0) {
		refuse("transport is udp or tcp");
		return false;
	}
	if (!addr_parse(o->listen_at, &at) || !addr_parse(o->proxy, &proxy)) {
		refuse("no address: %s, %s", o->listen_at, o->proxy);
		return false;
	}
	if (!sipnet_open(&ua->net, tcp, &at, &proxy, ua_request_received,
	    ua)) {
		refuse("cannot listen: %s", strerror(errno));
		return false;
	}
	addr_print(&ua->net.local, ua->local);
	return true;
}

static void begin(const char *name, const struct start_opts *o, char *number,
	char *domain)
{
	struct ua *ua = xalloc(sizeof(*ua));
	char uuid[37];

	ua->next = all;
	all = ua;
	ua->name = new_str(name);
	ua->aor = new_str(o->aor);
	ua->number = number;
	ua->domain = domain;
	ua->user = new_str(o->user ? o->user : number);
	ua->password = o->password ? new_str(o->password) : NULL;
	ua->plain = o->plain;
	ua->answer = 200;
	ua->service_route = ua->last = (struct buf)BUF_EMPTY;
	random_uuid(uuid);
	random_uuid(ua->reg_call_id);
	rand_hex(ua->reg_tag, 8);
	if (o->instance) {
		ua->instance = new_str(o->instance);
	} else {
		struct buf b = BUF_EMPTY;

		buf_addf(&b, "urn:uuid:%s", uuid);
		ua->instance = buf_steal(&b);
	}
	if (!open_net(ua, o)) {
		ua_free(ua);
		return;
	}
	event("ua-started");
	event_str("ua", ua->name);
	event_str("local", ua->local);
	event_int("port", addr_port(&ua->net.local));
	event_str("instance", ua->instance);
	event_end();
}

static void start(const struct words *w)
{
	struct start_opts o = {
		.transport = "udp", .listen_at = "127.0.0.1:0",
	};
	const struct opt opts[] = {
		{ "aor", OPT_TEXT, &o.aor },
		{ "password", OPT_TEXT, &o.password },
		{ "username", OPT_TEXT, &o.user },
		{ "proxy", OPT_TEXT, &o.proxy },
		{ "transport", OPT_TEXT, &o.transport },
		{ "listen", OPT_TEXT, &o.listen_at },
		{ "instance", OPT_TEXT, &o.instance },
		{ "plain", OPT_FLAG, &o.plain },
		{ NULL, OPT_FLAG, NULL },
	};
	char *number, *domain;

	if (find(w->w[2])) {
		refuse("there is a client %s", w->w[2]);
		return;
	}
	if (!words_options(w, 3, opts))
		return;
	if (!o.aor || !o.proxy || !split_aor(o.aor, &number, &domain)) {
		refuse("ua start NAME aor sip:USER@DOMAIN proxy HOST:PORT");
		return;
	}
	begin(w->w[2], &o, number, domain);
}

static void cmd_register(struct ua *ua, const struct words *w)
{
	long expires = 3600;
	const struct opt opts[] = {
		{ "expires", OPT_NUMBER, &expires },
		{ NULL, OPT_FLAG, NULL },
	};

	if (words_options(w, 3, opts))
		ua_register(ua, expires, false);
}

static void cmd_unregister(struct ua *ua, const struct words *w)
{
	bool everything = false;
	const struct opt opts[] = {
		{ "all", OPT_FLAG, &everything },
		{ NULL, OPT_FLAG, NULL },
	};

	if (words_options(w, 3, opts))
		ua_register(ua, 0, everything);
}

static void options_done(struct ua_request *r, const struct sipmsg *m)
{
	ua_response_event(r, m);
}

static void cmd_options(struct ua *ua, const struct words *w)
{
	const char *uri = w->n > 3 ? w->w[3] : ua->domain;
	struct ua_request *r = ua_request_new(ua, "OPTIONS", uri, uri);

	buf_addz(&r->headers, "Accept: application/sdp\r\nContact: ");
	ua_contact(ua, &r->headers);
	buf_addz(&r->headers, "\r\n");
	r->done = options_done;
	ua_request_send(r);
}

static void cmd_auto(struct ua *ua, const struct words *w)
{
	const char *answer = NULL;
	const struct opt opts[] = {
		{ "imdn", OPT_SWITCH, &ua->auto_imdn },
		{ "display", OPT_SWITCH, &ua->auto_display },
		{ "answer", OPT_TEXT, &answer },
		{ NULL, OPT_FLAG, NULL },
	};
	long code = 0;

	if (!words_options(w, 3, opts) || !answer)
		return;
	if (strcmp(answer, "none") != 0 &&
	    (!words_number(answer, &code) || code < 200 || code > 699))
		refuse("answer 200...699 or none");
	else
		ua->answer = (int)code;
}

static void cmd_resend(struct ua *ua, const struct words *w)
{
	(void)w;
	ua_resend(ua);
}

static void cmd_raw(struct ua *ua, const struct words *w)
{
	int fd = w->n == 4 ? open(w->w[3], O_RDONLY | O_CLOEXEC) : -1;
	struct buf b = BUF_EMPTY;
	ssize_t n;

	if (fd < 0) {
		refuse("ua NAME raw FILE");
		return;
	}
	n = read(fd, buf_room(&b, 65536), 65536);
	if (n > 0)
		sipnet_raw(&ua->net, (struct strv){ b.p, (size_t)n });
	close(fd);
	buf_deinit(&b);
}

static void cmd_stop(struct ua *ua, const struct words *w)
{
	(void)w;
	ua_free(ua);
}

static const struct {
	const char *name;
	void (*run)(struct ua *ua, const struct words *w);
} commands[] = {
	{ "message", ua_message },
	{ "register", cmd_register },
	{ "unregister", cmd_unregister },
	{ "options", cmd_options },
	{ "imdn", ua_imdn_command },
	{ "auto", cmd_auto },
	{ "resend-last", cmd_resend },
	{ "raw", cmd_raw },
	{ "stop", cmd_stop },
};

void ua_command(const struct words *w)
{
	struct ua *ua;

	if (w->n >= 3 && strcmp(w->w[1], "start") == 0) {
		start(w);
		return;
	}
	ua = w->n >= 3 ? find(w->w[1]) : NULL;
	if (!ua) {
		refuse("no client %s", w->n > 1 ? w->w[1] : "named");
		return;
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i].name, w->w[2]) == 0) {
			commands[i].run(ua, w);
			return;
		}
	}
	refuse("a client cannot %s", w->w[2]);
}
