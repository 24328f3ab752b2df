/* net.c - networks as text, and the addresses in them. */

#include "admin/net.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

struct ip {
	unsigned char b[16];
	int bits;		/* 32 or 128; 0: not an address */
};

static struct ip parse(struct strv s)
{
	struct ip ip = { .bits = 0 };
	char text[INET6_ADDRSTRLEN];

	if (s.n == 0 || s.n >= sizeof(text))
		return ip;
	memcpy(text, s.p, s.n);
	text[s.n] = 0;
	if (inet_pton(AF_INET, text, ip.b) == 1)
		ip.bits = 32;
	else if (inet_pton(AF_INET6, text, ip.b) == 1)
		ip.bits = 128;
	return ip;
}

static bool same_prefix(const struct ip *a, const struct ip *b, int bits)
{
	int whole = bits / 8;
	unsigned char mask = (unsigned char)(0xff00u >> bits % 8);

	return memcmp(a->b, b->b, (size_t)whole) == 0 && (bits % 8 == 0 ||
	    ((a->b[whole] ^ b->b[whole]) & mask) == 0);
}

bool net_listed(struct strv list, struct strv address)
{
	struct ip a = parse(address), net;

	while (a.bits && list.p) {
		struct strv length, one = strv_split(list, ',', &list);
		struct strv name = strv_split(one, '/', &length);
		int bits;

		net = parse(name);
		bits = length.n ? atoi(length.p) : net.bits;
		if (net.bits == a.bits && bits >= 0 && bits <= a.bits &&
		    same_prefix(&a, &net, bits))
			return true;
	}
	return false;
}

void net_of(struct strv address, char out[NET_TEXT])
{
	struct ip a = parse(address);
	int keep = a.bits == 32 ? 3 : 6;
	char text[INET6_ADDRSTRLEN] = "";

	if (a.bits) {
		memset(a.b + keep, 0, sizeof(a.b) - (size_t)keep);
		(void)inet_ntop(a.bits == 32 ? AF_INET : AF_INET6, a.b, text,
		    sizeof(text));
	}
	(void)snprintf(out, NET_TEXT, "%s/%d", text, keep * 8);
}
