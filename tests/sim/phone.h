/* phone.h - old phones behind a service centre: they show and answer texts. */

#ifndef SIM_PHONE_H
#define SIM_PHONE_H

#include "smsc.h"

/* "phone start NUMBER smsc NAME ..." and "phone stop NUMBER". */
void phone_command(const struct words *w);

/* A whole message arrived for a number, with or without a phone. */
void phone_receive(struct smsc *c, const struct whole *w);

#endif
