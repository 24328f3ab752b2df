/* features.c - which devices a caller's preferences allow (RFC 3840, 3841). */

#include "port/sip/features.h"

#include "base/hex.h"
#include "port/sip/lines.h"

/* The next byte of s, %XX undone and in lower case; -1: the end. */
static int next_byte(struct strv *s)
{
	int c, high = -1, low = -1;

	if (s->n == 0)
		return -1;
	if (s->p[0] == '%' && s->n >= 3) {
		high = hex_digit(s->p[1]);
		low = hex_digit(s->p[2]);
	}
	c = (unsigned char)s->p[0];
	if (high >= 0 && low >= 0) {
		c = high << 4 | low;
		s->p += 2;
		s->n -= 2;
	}
	s->p++;
	s->n--;
	return c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c;
}

static bool same(struct strv a, struct strv b)
{
	int c;

	do {
		c = next_byte(&a);
		if (c != next_byte(&b))
			return false;
	} while (c >= 0);
	return true;
}

/* Asked is what is registered, or a subclass of it. */
static bool member_is(struct strv asked, struct strv registered)
{
	struct strv group = STRV(".group");

	if (same(asked, registered))
		return true;
	if (asked.n <= group.n)
		return false;
	if (!strv_caseeq((struct strv){ asked.p + asked.n - group.n,
	    group.n }, group))
		return false;
	asked.n -= group.n;
	return same(asked, registered);
}

/* Some member of the list asked is in the list registered. */
static bool lists_meet(struct strv asked, struct strv registered)
{
	struct strv a, r, rest;

	while (lines_item(&asked, ',', &a)) {
		rest = registered;
		while (lines_item(&rest, ',', &r))
			if (member_is(a, r))
				return true;
	}
	return false;
}

/* false: the tag is not stated. */
static bool find(struct strv features, struct strv tag, struct strv *value)
{
	struct strv item, name;

	while (lines_item(&features, ';', &item)) {
		lines_param(item, &name, value);
		if (strv_caseeq(name, tag))
			return true;
	}
	return false;
}

bool features_have(struct strv features, struct strv tag, struct strv member)
{
	struct strv value;

	if (!find(features, tag, &value))
		return false;
	return !member.p || lists_meet(member, value);
}

bool features_cpm(struct strv features)
{
	struct strv cpm = STRV("urn:urn-7:3gpp-service.ims.icsi.oma.cpm.");
	struct strv value, item;

	if (!find(features, STRV("+g.3gpp.icsi-ref"), &value))
		return false;
	while (lines_item(&value, ',', &item)) {
		struct strv want = cpm;

		while (want.n > 0 && next_byte(&item) == (unsigned char)
		    want.p[0])
			want.p++, want.n--;
		if (want.n == 0)
			return true;
	}
	return false;
}

enum match { MATCH, MISMATCH, UNSTATED };

static enum match param_match(struct strv features, struct strv name,
    struct strv asked)
{
	struct strv value;

	if (!find(features, name, &value))
		return UNSTATED;
	if (!asked.p || !value.p)
		return asked.p == value.p ||
		    strv_caseeq(asked, STRV("TRUE")) ||
		    strv_caseeq(value, STRV("TRUE")) ? MATCH : MISMATCH;
	return lists_meet(asked, value) ? MATCH : MISMATCH;
}

struct asked {
	bool require, explicitly;
	unsigned matches, mismatches, unstated;
};

static void look(struct strv features, struct strv predicate,
    struct asked *out)
{
	struct strv item, name, value;
	bool first = true;

	*out = (struct asked){ 0 };
	while (lines_item(&predicate, ';', &item)) {
		if (first || item.n == 0) {	/* the * in front */
			first = false;
			continue;
		}
		lines_param(item, &name, &value);
		if (strv_caseeq(name, STRV("require"))) {
			out->require = true;
			continue;
		}
		if (strv_caseeq(name, STRV("explicit"))) {
			out->explicitly = true;
			continue;
		}
		switch (param_match(features, name, value)) {
		case MATCH:
			out->matches++;
			break;
		case MISMATCH:
			out->mismatches++;
			break;
		case UNSTATED:
			out->unstated++;
			break;
		}
	}
}

static bool accepts(struct strv features, struct strv predicate)
{
	struct asked a;

	look(features, predicate, &a);
	if (!a.require)
		return true;
	return a.mismatches == 0 && (a.unstated == 0 || !a.explicitly);
}

/* RFC 3841 7.2.2: only a contact that states every tag can be rejected. */
static bool rejects(struct strv features, struct strv predicate)
{
	struct asked a;

	look(features, predicate, &a);
	return a.matches > 0 && a.mismatches == 0 && a.unstated == 0;
}

bool features_allow(struct strv features, struct strv lines)
{
	struct strv name, value, predicate;

	while (lines_next(&lines, &name, &value)) {
		bool accept = strv_caseeq(name, STRV("Accept-Contact"));

		if (!accept && !strv_caseeq(name, STRV("Reject-Contact")))
			continue;
		while (lines_item(&value, ',', &predicate))
			if (accept ? !accepts(features, predicate) :
			    rejects(features, predicate))
				return false;
	}
	return true;
}

/* Tags that describe what a device can do, not which one it is. */
static bool is_capability(struct strv name)
{
	static const struct strv words[] = {
		STRV("audio"), STRV("automata"), STRV("video"), STRV("text"),
		STRV("isfocus"), STRV("application"), STRV("methods"),
		STRV("message")
	};

	if (strv_caseeq(name, STRV("+sip.instance")))
		return false;
	if (name.n > 1 && name.p[0] == '+')
		return true;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strv_caseeq(name, words[i]))
			return true;
	return false;
}

static void add_tag(struct buf *out, struct strv name, struct strv value)
{
	buf_addc(out, ';');
	buf_adds(out, name);
	if (!value.p)
		return;
	buf_addz(out, "=\"");
	buf_adds(out, value);
	buf_addc(out, '"');
}

/* The list of one tag with the members of another added. */
static void unite(struct buf *out, struct strv has, struct strv more)
{
	struct strv item;

	buf_adds(out, has);
	while (lines_item(&more, ',', &item)) {
		if (lists_meet(item, has))
			continue;
		if (out->n > 0)
			buf_addc(out, ',');
		buf_adds(out, item);
	}
}

void features_merge(struct buf *merged, struct strv features)
{
	struct buf next, list;
	struct strv rest = buf_strv(merged), item, name, value, other;

	buf_init(&next, merged->limit);
	buf_init(&list, merged->limit);
	while (lines_item(&rest, ';', &item)) {
		if (item.n == 0)
			continue;
		lines_param(item, &name, &value);
		buf_clear(&list);
		if (value.p && find(features, name, &other) && other.p) {
			unite(&list, value, other);
			value = buf_strv(&list);
		}
		add_tag(&next, name, value);
	}
	while (lines_item(&features, ';', &item)) {
		lines_param(item, &name, &value);
		if (is_capability(name) && !find(buf_strv(&next), name, &other))
			add_tag(&next, name, value);
	}
	buf_clear(merged);
	buf_adds(merged, buf_strv(&next));
	buf_deinit(&list);
	buf_deinit(&next);
}
