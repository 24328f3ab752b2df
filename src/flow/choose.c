/* choose.c - what a device gets: a pure decision on gathered facts. */

#include <ctype.h>

#include "flow/choose.h"

/* --- conditions ----------------------------------------------------------- */

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '_';
}

bool choose_has(struct strv features, struct strv word)
{
	for (size_t i = 0; word.n && i + word.n <= features.n; i++) {
		const char *p = features.p + i;

		if (strncasecmp(p, word.p, word.n) == 0 &&
		    (i == 0 || !is_word(p[-1])) &&
		    (i + word.n == features.n || !is_word(p[word.n])))
			return true;
	}
	return false;
}

static bool device_fits(const struct choose_device *d,
    const struct prefs_rule *r)
{
	if (!r->device.p)
		return true;
	if (strv_eq(r->device, STRV("primary")))
		return d->primary;
	if (strv_eq(r->device, STRV("secondary")))
		return !d->primary;
	return strv_eq(r->device, d->instance) ||
	    (d->name.n && strv_caseeq(r->device, d->name));
}

static bool type_fits(const struct choose_message *m,
    const struct prefs_rule *r)
{
	struct strv list = m->types;

	if (!r->types.p)
		return true;
	while (list.n > 0)
		if (prefs_type_in(strv_split(list, ' ', &list), r->types))
			return true;
	return false;
}

static bool time_fits(const struct prefs_rule *r, unsigned minute)
{
	for (size_t i = 0; i < r->ntimes; i++)
		if (screen_inside(&r->times[i], minute))
			return true;
	return r->ntimes == 0;
}

static bool fits(const struct choose_message *m,
    const struct choose_device *d, const struct prefs_rule *r,
    unsigned minute)
{
	return device_fits(d, r) && type_fits(m, r) && m->size > r->over &&
	    (!r->has.p || choose_has(d->features, r->has)) &&
	    (!r->lacks.p || !choose_has(d->features, r->lacks)) &&
	    time_fits(r, minute);
}

/* --- who is asked --------------------------------------------------------- */

static bool ask_class(const struct choose_message *m,
    const struct choose_device *d, const struct choose_rules *r, bool firm,
    struct chosen *out)
{
	for (size_t i = 0; i < r->n_of_class; i++) {
		const struct prefs_class_rule *k = &r->of_class[i];

		if (k->firm != firm || (k->klass.n &&
		    !strv_eq(k->klass, r->klass)) ||
		    !fits(m, d, &k->rule, r->minute))
			continue;
		*out = (struct chosen){ k->rule.give, &k->rule, k };
		return true;
	}
	return false;
}

static bool ask_own(const struct choose_message *m,
    const struct choose_device *d, const struct choose_rules *r,
    struct chosen *out)
{
	for (size_t i = 0; r->own && i < r->own->n; i++) {
		const struct prefs_rule *rule = &r->own->rules[i];

		if (!fits(m, d, rule, r->minute))
			continue;
		*out = (struct chosen){ rule->give, rule, NULL };
		return true;
	}
	return false;
}

struct chosen choose(const struct choose_message *m,
    const struct choose_device *d, const struct choose_rules *r)
{
	struct chosen out = { GIVE_WHOLE, NULL, NULL };

	if (!ask_class(m, d, r, true, &out) && !ask_own(m, d, r, &out))
		(void)ask_class(m, d, r, false, &out);
	return out;
}
