/* near.c - edit distance with swapped neighbours, for short words. */

#include "base/near.h"

#define LONGEST 40	/* bytes; longer words are not compared */

struct near near_to(struct strv word)
{
	/* a third of the letters may be wrong, and never all of them */
	unsigned allowed = word.n < 3 ? 1 : (unsigned)(word.n + 2) / 3;

	return (struct near){ word, NULL, allowed + 1 };
}

static unsigned least(unsigned a, unsigned b, unsigned c)
{
	unsigned m = a < b ? a : b;

	return m < c ? m : c;
}

/* Optimal string alignment: insert, delete, replace, swap two neighbours. */
static unsigned distance(struct strv a, struct strv b)
{
	unsigned rows[3][LONGEST + 1];
	unsigned *before = rows[0], *last = rows[1], *row = rows[2], *spare;

	for (unsigned j = 0; j <= b.n; j++)
		last[j] = before[j] = j;
	for (unsigned i = 1; i <= a.n; i++) {
		row[0] = i;
		for (unsigned j = 1; j <= b.n; j++) {
			bool same = a.p[i - 1] == b.p[j - 1];

			row[j] = least(last[j] + 1, row[j - 1] + 1,
			    last[j - 1] + !same);
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] &&
			    a.p[i - 2] == b.p[j - 1] &&
			    before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
		}
		spare = before;
		before = last;
		last = row;
		row = spare;
	}
	return last[b.n];
}

void near_offer(struct near *n, const char *candidate)
{
	struct strv c = strv(candidate);
	unsigned cost;

	if (n->word.n == 0 || n->word.n > LONGEST || c.n > LONGEST)
		return;
	cost = distance(n->word, c);
	/* a beginning is what somebody meant, however much is missing */
	if (c.n > n->word.n && n->word.n > 1 &&
	    memcmp(c.p, n->word.p, n->word.n) == 0)
		cost = 1;
	if (cost >= n->cost || cost >= c.n)
		return;
	n->cost = cost;
	n->best = candidate;
}
