/* complete.c - candidates for the completion of the user's own shell. */

#include <stdio.h>

#include "cli/hints.h"

/* As it is: who asked quotes by rules of his own. */
static void candidate(const char *word, const char *help, void *arg)
{
	struct word w[2];
	struct arena a;
	bool plain;

	(void)help;
	(void)arg;
	arena_init(&a);
	plain = word[0] != '<' && words_split(strv(word), &a, w, 2) == 1;
	for (size_t i = 0; plain && i < w[0].text.n; i++)
		plain = (unsigned char)w[0].text.p[i] >= ' ' &&
		    w[0].text.p[i] != 0x7f;
	if (plain)
		printf("%.*s\n", STRV_ARG(w[0].text));
	arena_deinit(&a);
}

static void program_options(struct strv partial)
{
	static const char *const names[] = { "--data-dir", "--socket", "-H",
		"--token-file", "--ca", "--fingerprint", "-f", "-c",
		"--keep-going", "--restricted", "--version", "--help" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (partial.n && strncmp(names[i], partial.p, partial.n) == 0)
			printf("%s\n", names[i]);
}

int complete_run(struct session *s, char **argv, size_t n)
{
	struct strv partial;
	struct buf line;

	buf_init(&line, BUF_NO_LIMIT);
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_addc(&line, ' ');
		if (i + 1 < n || argv[i][0])
			words_quote(&line, strv(argv[i]));
	}
	if (n == 1)
		program_options(strv(argv[0]));
	if (n)
		hints(s, buf_strv(&line), &partial, candidate, NULL);
	buf_deinit(&line);
	return EXIT_OK;
}
