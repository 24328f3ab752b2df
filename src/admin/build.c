/* build.c - which build of the program this is: the linker's build id. */

#include <link.h>
#include <stdio.h>
#include <string.h>

#include "admin/figures.h"
#include "base/hex.h"

#define ALIGN4(n)	(((n) + 3) & ~(size_t)3)

/* Of the notes of one segment: "GNU", type NT_GNU_BUILD_ID. */
static bool note_find(const char *p, size_t n, char out[BUILD_ID])
{
	while (n >= sizeof(ElfW(Nhdr))) {
		const ElfW(Nhdr) *h = (const void *)p;
		size_t name = sizeof(*h), id = name + ALIGN4(h->n_namesz);
		size_t end = id + ALIGN4(h->n_descsz);

		if (end > n)
			return false;
		if (h->n_type == NT_GNU_BUILD_ID && h->n_namesz == 4 &&
		    memcmp(p + name, "GNU", 4) == 0 &&
		    h->n_descsz <= (BUILD_ID - 1) / 2) {
			hex_encode((const unsigned char *)p + id,
			    h->n_descsz, out);
			return true;
		}
		p += end;
		n -= end;
	}
	return false;
}

/* The first object is the program itself. */
static int look(struct dl_phdr_info *info, size_t size, void *out)
{
	(void)size;
	for (size_t i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *h = &info->dlpi_phdr[i];

		if (h->p_type == PT_NOTE &&
		    note_find((const char *)(info->dlpi_addr + h->p_vaddr),
		    h->p_filesz, out))
			break;
	}
	return 1;
}

const char *build_id(void)
{
	static char id[BUILD_ID] = "unknown";
	static bool looked;

	if (!looked)
		(void)dl_iterate_phdr(look, id);
	looked = true;
	return id;
}
