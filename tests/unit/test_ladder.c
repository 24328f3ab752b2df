/* test_ladder.c - flow/ladder.h: the sequence chart in plain text. */

#include "flow/ladder.h"
#include "runner.h"

START_TEST(arrows_point_to_their_lanes)
{
	struct ladder l;
	struct buf b;

	buf_init(&b, 65536);
	ladder_init(&l, &b);
	ladder_add(&l, 1000000, LANE_SENDER, LANE_EDGE, STRV("MESSAGE"));
	ladder_add(&l, 1001500, LANE_PF, LANE_PF, STRV("committed"));
	ladder_add(&l, 1002000, LANE_EDGE, LANE_SENDER, STRV("200 OK"));
	ladder_end(&l);
	ck_assert_str_eq(b.p,
	    "      ms  sender       sip-edge     conversation iwf          "
	    "store        far          \n"
	    "     0.0  │───────────▶│            │            │            "
	    "│            │  MESSAGE\n"
	    "     1.5  │            │            ◆            │            "
	    "│            │  committed\n"
	    "     2.0  │◀───────────│            │            │            "
	    "│            │  200 OK\n");
	buf_deinit(&b);
}
END_TEST

START_TEST(no_steps_are_said_in_words)
{
	struct ladder l;
	struct buf b;

	buf_init(&b, 65536);
	ladder_init(&l, &b);
	ladder_end(&l);
	ck_assert(strstr(b.p, "no steps are here") != NULL);
	buf_deinit(&b);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("ladder");
	TCase *tc = tcase_create("draw");

	tcase_add_test(tc, arrows_point_to_their_lanes);
	tcase_add_test(tc, no_steps_are_said_in_words);
	suite_add_tcase(s, tc);
	return s;
}
