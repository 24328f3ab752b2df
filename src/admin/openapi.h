/* openapi.h - what openapi.c is made of. */

#ifndef ADMIN_OPENAPI_H
#define ADMIN_OPENAPI_H

#include "base/jsonw.h"
#include "op/op.h"

/* The schema of one argument, as a member of that name. */
void openapi_arg(struct jsonw *w, const char *name, const struct op_arg *a);

#endif
