/* settings.h - the rows of "gateway NAME" as the links use them. */

#ifndef PORT_SMS_SETTINGS_H
#define PORT_SMS_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "core/addr.h"
#include "port/sms/map.h"
#include "wire/dcs.h"
#include "wire/segment.h"

#define SMS_HOSTS	4
#define SMS_HOST_MAX	254	/* with the NUL */

enum sms_id_mode { SMS_ID_AUTO, SMS_ID_STRING, SMS_ID_DEC, SMS_ID_HEX };

/* What the connection depends on: a change of it reconnects. */
struct sms_peer {
	bool enabled, pair, tls, tls_verify;
	size_t nhosts;
	struct {
		char name[SMS_HOST_MAX];
		uint16_t port;
	} hosts[SMS_HOSTS];
	char system_id[16], system_type[13], address_range[41];
	char tls_ca[256];
	char password[256];	/* sealed, only to notice a change */
};

/* What applies to the next message. */
struct sms_conf {
	struct sms_peer peer;
	bool fixed;
	unsigned window, rate;
	int64_t enquire_ms, response_ms, reconnect_min, reconnect_max;

	enum dcs_alphabet alphabet;	/* of data_coding 0 */
	enum gsm7_mode translit;
	bool ucs2;
	enum segment_carriage concat;
	unsigned max_segments;
	bool validity, alerts;
	int64_t validity_max;
	char service_type[6];

	bool receipts, receipt_all, receipt_number, acknowledge;
	enum sms_id_mode id_response, id_receipt;
	bool retry_on_timeout;

	struct sms_numbering numbering;	/* country points to country */
	char country[5];
	char source[21], fallback_source[21], anonymous_source[21];
	bool alpha_source;

	bool nack_unknown, deliver_incomplete, drop_waiting;
	unsigned max_parts;
	int64_t parts_ms;
};

/* Register the section; applied is told of each change after it is in force. */
void sms_settings_register(void (*applied)(const char *name, bool gone));
/* What is set for the gateway; out must stay where it is. */
void sms_settings_load(const char *name, struct sms_conf *out);
/* The site's rules for numbers, with the gateway's country; views of conf. */
void sms_settings_rules(const struct sms_conf *c, struct addr_rules *out);

#endif
