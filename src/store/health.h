/* health.h - the health checks of the databases. */

#ifndef STORE_HEALTH_H
#define STORE_HEALTH_H

void store_health_register(void);	/* before the first request */

#endif
