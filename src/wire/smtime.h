/* smtime.h - time in SMPP (v3.4 7.1.1): "YYMMDDhhmmsstnnp". */

#ifndef WIRE_SMTIME_H
#define WIRE_SMTIME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/strv.h"

#define SMTIME_SIZE	17	/* octets with the NUL */

/*
 * A span of seconds, "000000020000000R" for two hours; as a validity_period
 * it counts from the SMSC's clock.  Below 1 second is 1; above 99 years is
 * 99 years.  A month is 30 days, a year 365.
 */
void smtime_relative(int64_t seconds, char out[SMTIME_SIZE]);

/* A moment, in UTC: "261120091500000+".  2000 to 2099; others are cut. */
void smtime_absolute(int64_t utc_ms, char out[SMTIME_SIZE]);

/*
 * Read either form, with any zone.  *utc_ms is the moment, counted from
 * now_ms if relative; 0 if s is empty (the receiver's default).
 * ERR_OK, or ERR_BAD_SYNTAX.
 */
enum err smtime_decode(struct strv s, int64_t now_ms, int64_t *utc_ms);

/* A calendar time; receipts write it in other forms. */
struct smtime {
	int year, month, day, hour, minute, second;
};

/*
 * Read "YYMMDDhhmm" or "YYMMDDhhmmss", or with a year of 4 digits, at the
 * start of s: more may follow the seconds.  false if there is no digit
 * where one must be; ranges are not looked at.
 */
bool smtime_fields(struct strv s, size_t year_digits, struct smtime *t);

/* false if there is no such time, or it is before 1970. */
bool smtime_utc(const struct smtime *t, int64_t *utc_ms);

#endif
