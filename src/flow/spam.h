/* spam.h - the spam folder: what screening kept, released or thrown away. */

#ifndef FLOW_SPAM_H
#define FLOW_SPAM_H

void spam_register(void);	/* operations */

#endif
