/* primary.h - the device with the SIM: SMS while it has no IP. */

#ifndef FLOW_PRIMARY_H
#define FLOW_PRIMARY_H

void primary_register(void);	/* "policy primary" */

#endif
