/* hasher.c - passwords, one at a time, so that they cost one processor. */

#include <stdlib.h>

#include "admin/password.h"
#include "base/alloc.h"
#include "loop/work.h"

static void finished(void *arg)
{
	struct hash_job *j = arg;

	j->done(j);
}

static void hash(void *arg)
{
	struct hash_job *j = arg;
	char *password = xstrndup(j->password.p, j->password.n);

	if (j->make)
		(void)password_hash(password, j->fresh);
	else
		j->matches = password_matches(password, j->hash);
	if (j->matches && password_is_old(j->hash))
		(void)password_hash(password, j->fresh);
	explicit_bzero(password, j->password.n);
	free(password);
}

bool hasher_put(struct hash_job *j)
{
	return work_put(WORK_HASH, hash, finished, j);
}
