/* linktest.h - a gateway's link tried step by step, on a connection apart. */

#ifndef PORT_SMS_LINKTEST_H
#define PORT_SMS_LINKTEST_H

#include "loop/resolve.h"
#include "loop/stream.h"
#include "loop/timer.h"
#include "loop/watch.h"
#include "port/sms/settings.h"
#include "wire/smpp.h"

enum sms_stage {
	STAGE_RESOLVE, STAGE_CONNECT, STAGE_TLS, STAGE_BIND, STAGE_ECHO,
	STAGE_SUBMIT, STAGE_UNBIND, STAGE_N
};
enum sms_result { STAGE_WAITING, STAGE_RUNNING, STAGE_OK, STAGE_FAILED,
	STAGE_SKIPPED };

const char *sms_stage_name(enum sms_stage s);	/* "resolve" */
const char *sms_result_name(enum sms_result r);	/* "ok" */

struct sms_step {
	enum sms_result result;
	int64_t began;		/* now_us() */
	int64_t ms;
	char detail[200];	/* what was found */
	char remedy[200];	/* what to do, of a failure */
};

/*
 * The sessions of the gateway are not touched.  Takes a minute at the most.
 * A message that comes on this connection is not taken: the service centre
 * keeps it (ESME_RX_T_APPN) for a real session.
 */
struct sms_linktest {
	/* set by the owner, from zero */
	char name[33];
	struct sms_conf conf;		/* a bind and how texts are sent */
	char password[16];		/* wiped at the end */
	uint32_t mode;			/* the bind command */
	bool submit;			/* send the message: */
	struct smpp_addr src, dst;
	char text[SMPP_TEXT_MAX + 1];	/* octets as they travel */
	size_t ntext;
	uint8_t data_coding;
	/* Once, from the loop; everything is closed. */
	void (*ended)(struct sms_linktest *t, bool ok);
	/* A step ended. */
	void (*stepped)(struct sms_linktest *t);
	void *arg;

	/* to be read */
	struct sms_step steps[STAGE_N];
	enum sms_stage at;

	/* linktest.c's */
	bool over;
	size_t host, address;
	struct resolve *resolve;
	struct resolved found;
	int fd;				/* while it connects; -1 */
	struct watch watch;
	struct secure *secure;
	struct stream *stream;
	struct timer timer, whole;
	uint32_t seq;
};

void sms_linktest_start(struct sms_linktest *t);
/* Ends it now: no ended() follows.  Fine when it is over. */
void sms_linktest_stop(struct sms_linktest *t);

/* linktest_ops.c */
void sms_linktest_register(void);
void sms_linktest_stop_all(void);

#endif
