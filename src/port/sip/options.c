/* options.c - OPTIONS: what the edge, or a user's devices, can do (8.1). */

#define LOG_UNIT "sip"
#include "base/log.h"
#include "core/addr.h"
#include "dir/bindings.h"
#include "dir/users.h"
#include "port/sip/features.h"
#include "port/sip/sip_priv.h"

#define COMMON \
	"Allow: " SIP_ALLOW "\r\n" \
	"Accept: " SIP_ACCEPT "\r\n" \
	"Accept-Encoding: identity, deflate, gzip\r\n" \
	"Supported: path, outbound, recipient-list-message\r\n"

#define OUR_TAGS \
	";+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi." \
	"oma.cpm.msg,urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.deferred\""

static void of_edge(struct request *r)
{
	struct buf lines;

	buf_init(&lines, 2048);
	buf_addz(&lines, COMMON "Contact: <");
	if (!listener_local(r, NULL, &lines))
		buf_addf(&lines, "sip:%s", dir_realm());
	buf_addz(&lines, ">" OUR_TAGS "\r\n");
	request_answer(r, 200, NULL, lines.p);
	buf_deinit(&lines);
}

static void of_devices(struct request *r, const struct user *u)
{
	struct buf lines, tags, sip, tel;

	buf_init(&lines, 16384);
	buf_init(&tags, 8192);
	buf_init(&sip, ADDR_MAX);
	buf_init(&tel, ADDR_MAX);
	LIST_FOR(h, &u->bindings)
		features_merge(&tags, BINDING_OF(h)->features);
	user_uris(u, &sip, &tel);
	buf_addf(&lines, COMMON "Contact: <%s>%s\r\n", sip.p, tags.p);
	request_answer(r, 200, NULL, lines.p);
	buf_deinit(&lines);
	buf_deinit(&tags);
	buf_deinit(&sip);
	buf_deinit(&tel);
}

static struct user *asked_user(const struct request *r)
{
	url_t url = *r->sip->sip_request->rq_url;
	struct user *u = NULL;
	struct buf uri, key;

	buf_init(&uri, ADDR_MAX);
	buf_init(&key, ADDR_MAX);
	if (url.url_type != url_tel && listener_is_us(&url)) {
		url.url_host = dir_realm();
		url.url_port = NULL;
	}
	request_url(&url, &uri);
	if (dir_key(buf_strv(&uri), &key) == ERR_OK)
		u = user_find(buf_strv(&key));
	buf_deinit(&uri);
	buf_deinit(&key);
	return u;
}

void options_in(struct request *r)
{
	const url_t *url = r->sip->sip_request->rq_url;
	const sip_max_forwards_t *mf = r->sip->sip_max_forwards;
	struct identity id;
	struct user *u;
	bool known;

	if (!url->url_user && listener_is_us(url)) {
		of_edge(r);
		return;
	}
	if (mf && mf->mf_count == 0) {
		request_refuse(r, 483, NULL, NULL, "Max-Forwards is 0");
		return;
	}
	/* Who is registered with what is told to no stranger. */
	known = trust_identify(r, &id);
	buf_deinit(&id.key);
	if (!known)
		return;
	u = asked_user(r);
	if (!u)
		request_refuse(r, 404, NULL, NULL, "unknown user");
	else if (!user_is_online(u))
		request_refuse(r, 480, NULL, NULL, "no device is registered");
	else
		of_devices(r, u);
}
