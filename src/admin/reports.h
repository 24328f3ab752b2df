/* reports.h - what browsers report of the content security policy. */

#ifndef ADMIN_REPORTS_H
#define ADMIN_REPORTS_H

#include "admin/errand.h"

#define REPORTS_PATH	API "/csp-reports"
#define REPORTS_BODY	((size_t)16 << 10)	/* bytes */

void reports_register(void);
/*
 * Answers x.  Anybody may send one, as browsers send no credentials with
 * it, so each kind is logged once and REPORTS_RATE a minute are read.
 */
#define REPORTS_RATE	60
void reports_take(struct errand *x);

#endif
