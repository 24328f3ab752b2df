/* rand.c - random bytes from the kernel. */

#include <assert.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/hex.h"
#include "base/rand.h"

/* one system call serves many ids; kept per thread, so no lock */
static _Thread_local uint8_t pool[256];
static _Thread_local size_t left;

void rand_bytes(void *p, size_t n)
{
	uint8_t *out = p;

	while (n-- > 0) {
		if (left == 0) {
			if (getrandom(pool, sizeof(pool), 0) !=
			    (ssize_t)sizeof(pool))
				abort();
			left = sizeof(pool);
		}
		*out++ = pool[--left];
		pool[left] = 0;
	}
}

uint64_t rand_u64(void)
{
	uint64_t v;

	rand_bytes(&v, sizeof(v));
	return v;
}

void rand_hex(char *s, size_t n)
{
	uint8_t b[32];

	assert(n % 2 == 0 && n / 2 <= sizeof(b));
	rand_bytes(b, n / 2);
	hex_encode(b, n / 2, s);
}
