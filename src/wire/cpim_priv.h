/* cpim_priv.h - what the two halves of wire/cpim.h's decoder share. */

#ifndef WIRE_CPIM_PRIV_H
#define WIRE_CPIM_PRIV_H

#include "wire/cpim.h"

/* Without spaces, tabs and line ends around it. */
struct strv cpim_trim(struct strv s);

/*
 * With headers[] and content taken from the message, say what they mean: the
 * namespaces and all other members of c.
 */
enum err cpim_fields(struct cpim *c);

#endif
