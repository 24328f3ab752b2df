/* fuzz_manifest.c - the manifest of a backup: read, and names stay inside. */

#include <assert.h>

#include "fuzz.h"
#include "store/backup_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct backup_list l;
	struct buf why;

	buf_init(&why, 1000);
	backup_list_init(&l);
	if (backup_manifest_read((struct strv){ (const char *)data, size },
	    &l, &why) == ERR_OK)
		for (size_t i = 0; i < l.n; i++) {
			assert(l.all[i].size >= 0);
			assert(l.all[i].name[0] != '/');
			assert(!strstr(l.all[i].name, ".."));
		}
	else
		assert(why.n > 0);
	backup_list_deinit(&l);
	buf_deinit(&why);
	return 0;
}
