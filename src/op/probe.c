/* probe.c - the register of probes. */

#include <assert.h>

#include "op/probe.h"

#define PROBES 16

static const struct probe *all[PROBES];
static size_t n_all;

void probe_register(const struct probe *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		assert(n_all < PROBES);
		all[n_all++] = &rows[i];
	}
}

const struct probe *probe_find(const char *section)
{
	for (size_t i = 0; i < n_all; i++)
		if (strcmp(all[i]->section, section) == 0)
			return all[i];
	return NULL;
}
