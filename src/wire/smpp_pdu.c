/* smpp_pdu.c - names, and what is in a PDU once it is decoded. */

#include "wire/smpp_priv.h"

static const struct smpp_row tags[] = {
#define TLV(name, text, tag, min, max, form) \
	{ tag, text, min, max, SMPP_##form },
#include "wire/smpp_tlv.def"
#undef TLV
};

const struct smpp_row *smpp_row(uint16_t tag)
{
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
		if (tags[i].tag == tag)
			return &tags[i];
	return NULL;
}

static const struct status {
	uint32_t value;
	const char *name, *text;
} statuses[] = {
#define STATUS(name, value, text) { value, "ESME_" #name, text },
#include "wire/smpp_status.def"
#undef STATUS
};

static const struct status *status_find(uint32_t value)
{
	size_t n = sizeof(statuses) / sizeof(statuses[0]);

	for (size_t i = 0; i < n; i++)
		if (statuses[i].value == value)
			return &statuses[i];
	return NULL;
}

uint32_t smpp_number(struct strv value)
{
	uint32_t v = 0;

	if (value.n > 4)
		return 0;
	for (size_t i = 0; i < value.n; i++)
		v = v << 8 | (uint8_t)value.p[i];
	return v;
}

struct strv smpp_body(const struct smpp_pdu *p)
{
	const struct smpp_tlv *t = smpp_tlv_find(p, SMPP_TLV_MESSAGE_PAYLOAD);

	return p->short_message.n || !t ? p->short_message : t->value;
}

const struct smpp_tlv *smpp_tlv_find(const struct smpp_pdu *p, uint16_t tag)
{
	for (size_t i = 0; i < p->tlv_n; i++)
		if (p->tlv[i].tag == tag)
			return &p->tlv[i];
	return NULL;
}

static bool tlv_add(struct smpp_pdu *p, struct smpp_tlv tlv)
{
	if (p->tlv_n == SMPP_TLV_MAX)
		return false;
	p->tlv[p->tlv_n++] = tlv;
	return true;
}

bool smpp_tlv_add(struct smpp_pdu *p, uint16_t tag, struct strv value)
{
	return tlv_add(p, (struct smpp_tlv){ tag, smpp_number(value), value });
}

bool smpp_tlv_add_num(struct smpp_pdu *p, uint16_t tag, uint32_t num)
{
	return tlv_add(p, (struct smpp_tlv){ tag, num, STRV_NONE });
}

bool smpp_set(char *field, size_t size, struct strv s)
{
	field[0] = 0;
	if (s.n >= size || (s.n && memchr(s.p, 0, s.n)))
		return false;
	if (s.n)
		memcpy(field, s.p, s.n);
	field[s.n] = 0;
	return true;
}

const char *smpp_status_name(uint32_t status)
{
	const struct status *s = status_find(status);

	return s ? s->name :
	    status >= 0x400 && status <= 0x4ff ? "vendor" : "unknown";
}

const char *smpp_status_text(uint32_t status)
{
	const struct status *s = status_find(status);

	return s ? s->text : "not a status of SMPP 3.4";
}

const char *smpp_tlv_name(uint16_t tag)
{
	const struct smpp_row *t = smpp_row(tag);

	return t ? t->text : "unknown";
}
