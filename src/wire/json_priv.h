/* json_priv.h - what the two halves of wire/json.h share. */

#ifndef WIRE_JSON_PRIV_H
#define WIRE_JSON_PRIV_H

#include "wire/json.h"

/* NULL: text is one JSON value; otherwise what is wrong, at byte *at. */
const char *json_check(struct strv text, size_t *at);

#endif
