/* rand.h - random bytes from the kernel. */

#ifndef BASE_RAND_H
#define BASE_RAND_H

#include <stddef.h>
#include <stdint.h>

/* Fit for secrets.  Any thread.  Aborts if the kernel has none to give. */
void rand_bytes(void *p, size_t n);
uint64_t rand_u64(void);

/* n/2 random bytes as n lower-case hex digits and a NUL; n is even. */
void rand_hex(char *s, size_t n);

#endif
