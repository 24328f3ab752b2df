/* smsc_priv.h - what smsc.c, smscset.c, submit.c and deliver.c share. */

#ifndef SIM_SMSC_PRIV_H
#define SIM_SMSC_PRIV_H

#include "conn.h"
#include "net.h"
#include "smsc.h"

enum receipts { RECEIPTS_OFF, RECEIPTS_TEXT, RECEIPTS_TLV, RECEIPTS_BOTH };
enum id_form { ID_HEX, ID_DECIMAL, ID_UUID, ID_PADDED, ID_SAME };

struct smsc_set {
	int receipts;		/* enum receipts */
	int receipt_state;	/* message_state, SMPP 5.2.28 */
	int message_id, receipt_id;	/* enum id_form */
	int alphabet;		/* of data_coding 0 */
	bool receipt_early;	/* before the response */
	bool receipt_other;	/* on another bind than the submit_sm */
	bool half_open;		/* reads nothing, answers nothing */
	bool wrong_sequence, error_body, response;
	long receipt_delay_ms, response_delay_ms, retry_ms;
	long response_status, response_count;	/* -1: for ever */
	long bind_status, close_after, window;
};

struct status_for {
	struct status_for *next;
	char number[21];
	uint32_t status;
};

struct smsc {
	struct smsc *next;
	char *name, *system_id, *password;
	struct watch listener;
	struct addr at;
	struct smsc_set set;
	struct status_for *status_for;
	struct session *sessions;
	struct deliver *waiting;	/* nobody could receive yet */
	struct deliver **waiting_end;
	struct joiner joiner;
	uint64_t next_id;
	uint32_t next_session;
	uint16_t next_ref;
};

struct session {
	struct session *next;
	struct smsc *smsc;
	struct conn conn;
	uint32_t number;	/* 1, 2, ... within the service centre */
	uint32_t seq;		/* of the last request we sent */
	uint32_t bound;		/* BIND_..., or 0 */
	long pdus, outstanding;	/* requests got; submit_sm not answered */
	struct deliver *sent;	/* deliver_sm not answered, oldest first */
	struct deliver **sent_end;
};

/* --- smsc.c --- */
struct session *session_find(struct smsc *c, uint32_t number);
bool session_receives(const struct session *s);
void session_answer(struct session *s, uint32_t id, uint32_t status,
	uint32_t seq, struct strv body);
void session_close(struct session *s, const char *why);

/* --- smscset.c --- */
void smscset_init(struct smsc *c);
void smscset_command(struct smsc *c, const struct words *w);
const char *smscset_state_name(int state);	/* "DELIVRD" */

/* --- submit.c --- */
void submit_received(struct session *s, const struct pdu *h,
	struct strv body);
void message_id_print(const struct smsc *c, uint64_t id, int form,
	char to[40]);

/* --- deliver.c --- */
void deliver_receipt(struct smsc *c, const struct session *from,
	const struct sm *sm, uint64_t id, const char *response_id);
void deliver_answered(struct session *s, const struct pdu *h);
void deliver_session_closed(struct session *s);
void deliver_session_bound(struct smsc *c);

#endif
