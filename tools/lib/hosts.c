// SPDX-License-Identifier: GPL-2.0-or-later
#include "tools/lib/hosts.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ADDRESS_SIZE 16
#define ADDRESS_BITS 128
#define MAPPED_BITS  96 /* ::ffff:0:0/96: IPv4 addresses are kept in this form */

/*
 * An address matches when its first @bits bits are @address's. No IPv4 address is in an IPv6
 * network that merely happens to contain the mapped form, unless it is @all: everything.
 */
struct net {
	uint8_t address[ADDRESS_SIZE];
	unsigned int bits;
	bool all;
};

/* @nets[0..@included) are on the list unless one of the rest matches too. */
struct hosts {
	size_t count;
	size_t included;
	struct net nets[];
};

static const uint8_t mapped[MAPPED_BITS / 8] = { [10] = 0xff, [11] = 0xff };

static bool parse_address(const char *text, uint8_t address[ADDRESS_SIZE], bool *v4)
{
	*v4 = inet_pton(AF_INET, text, address + 12) == 1;
	if (*v4) {
		memcpy(address, mapped, sizeof(mapped));
		return true;
	}
	return inet_pton(AF_INET6, text, address) == 1;
}

/* "24" or "255.255.255.0" */
static bool parse_mask(const char *text, bool v4, unsigned int *bits)
{
	unsigned int limit = v4 ? 32 : 128;
	struct in_addr mask;
	char *end;
	unsigned long value;

	if (v4 && strchr(text, '.')) {
		uint32_t host;

		if (inet_pton(AF_INET, text, &mask) != 1)
			return false;
		host = ~ntohl(mask.s_addr);
		if (host & (host + 1)) /* ones after the zeros */
			return false;
		*bits = MAPPED_BITS + 32 - __builtin_popcount(host);
		return true;
	}
	if (*text < '0' || *text > '9')
		return false;
	value = strtoul(text, &end, 10);
	if (*end || value > limit)
		return false;
	*bits = (v4 ? MAPPED_BITS : 0) + value;
	return true;
}

/* "192.168.": one to three leading bytes */
static bool parse_prefix(const char *text, struct net *net)
{
	char whole[32];
	unsigned int dots = 0;
	bool v4;

	for (const char *at = text; *at; at++)
		dots += *at == '.';
	if (dots < 1 || dots > 3 || strlen(text) > 12)
		return false;
	snprintf(whole, sizeof(whole), "%s%s", text, &"0.0.0"[2 * (dots - 1)]);
	net->bits = MAPPED_BITS + 8 * dots;
	return parse_address(whole, net->address, &v4) && v4;
}

static bool parse_net(const char *item, struct net *net)
{
	const char *slash = strchr(item, '/');
	size_t len = slash ? (size_t)(slash - item) : strlen(item);
	char text[INET6_ADDRSTRLEN];
	bool v4;

	memset(net, 0, sizeof(*net));
	net->all = !strcasecmp(item, "ALL");
	if (net->all)
		return true;
	if (!len || len >= sizeof(text))
		return false;
	if (!slash && item[len - 1] == '.')
		return parse_prefix(item, net);
	memcpy(text, item, len);
	text[len] = '\0';
	net->bits = ADDRESS_BITS;
	return parse_address(text, net->address, &v4) &&
	       (!slash || parse_mask(slash + 1, v4, &net->bits));
}

struct hosts *hosts_parse(char *const *items, const char **bad)
{
	size_t count = 0;
	struct hosts *hosts;
	bool except = false;

	*bad = NULL;
	while (items[count])
		count++;
	hosts = calloc(1, sizeof(*hosts) + count * sizeof(hosts->nets[0]));
	if (!hosts)
		return NULL;
	for (; *items; items++) {
		if (!except && !strcasecmp(*items, "EXCEPT")) {
			except = true;
			continue;
		}
		if (!parse_net(*items, &hosts->nets[hosts->count])) {
			*bad = *items;
			free(hosts);
			return NULL;
		}
		hosts->count++;
		hosts->included += !except;
	}
	return hosts;
}

void hosts_free(struct hosts *hosts)
{
	free(hosts);
}

static bool is_mapped(const uint8_t address[ADDRESS_SIZE])
{
	return !memcmp(address, mapped, sizeof(mapped));
}

static bool net_contains(const struct net *net, const uint8_t address[ADDRESS_SIZE])
{
	unsigned int whole = net->bits / 8, rest = net->bits % 8;
	uint8_t mask = 0xff00 >> rest;

	if (!net->all && net->bits < MAPPED_BITS && is_mapped(address))
		return false;
	return !memcmp(net->address, address, whole) &&
	       (!rest || !((net->address[whole] ^ address[whole]) & mask));
}

static bool parse_peer(const char *peer, uint8_t address[ADDRESS_SIZE])
{
	char text[INET6_ADDRSTRLEN];
	bool v4;

	/* "fe80::1%eth0": the scope is no part of the address */
	snprintf(text, sizeof(text), "%.*s", (int)strcspn(peer, "%"), peer);
	return parse_address(text, address, &v4);
}

bool hosts_match(const struct hosts *hosts, const char *peer)
{
	uint8_t address[ADDRESS_SIZE];
	bool found = false;
	size_t i;

	if (!parse_peer(peer, address))
		return false;
	for (i = 0; i < hosts->included && !found; i++)
		found = net_contains(&hosts->nets[i], address);
	for (i = hosts->included; i < hosts->count && found; i++)
		found = !net_contains(&hosts->nets[i], address);
	return found;
}

bool hosts_admit(const struct hosts *allow, const struct hosts *deny, const char *peer)
{
	uint8_t address[ADDRESS_SIZE];

	if (!allow && !deny)
		return true;
	/* Who cannot be told apart is nobody that a list could be meant to let in. */
	if (!parse_peer(peer, address))
		return false;
	if (allow && hosts_match(allow, peer))
		return true;
	return deny && !hosts_match(deny, peer);
}
