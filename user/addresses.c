// SPDX-License-Identifier: GPL-2.0-or-later
/* Where to listen: addresses from options, or from "interfaces". */
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "user/settings.h"

#define LOOPBACK     "127.0.0.1"
#define ADDRESS_TEXT (INET6_ADDRSTRLEN + 1 + IF_NAMESIZE)

struct addresses {
	char **texts;
	size_t count;
};

/* @text NULL: every address */
static bool add_address(struct addresses *list, const char *text)
{
	char **more, *copy = NULL;
	size_t i;

	for (i = 0; text && i < list->count; i++) {
		if (list->texts[i] && !strcmp(list->texts[i], text))
			return true;
	}
	more = reallocarray(list->texts, list->count + 1, sizeof(*more));
	if (more)
		list->texts = more;
	if (more && text)
		copy = strdup(text);
	if (!more || (text && !copy)) {
		complain("out of memory");
		return false;
	}
	list->texts[list->count++] = copy;
	return true;
}

static bool add_interface(struct addresses *list, const struct ifaddrs *all, const char *name)
{
	const struct ifaddrs *at;

	for (at = all; at; at = at->ifa_next) {
		char text[ADDRESS_TEXT];
		socklen_t len = sizeof(struct sockaddr_in6);

		if (!at->ifa_addr || !(at->ifa_flags & IFF_UP) || strcmp(at->ifa_name, name))
			continue;
		if (at->ifa_addr->sa_family == AF_INET)
			len = sizeof(struct sockaddr_in);
		else if (at->ifa_addr->sa_family != AF_INET6)
			continue;
		if (getnameinfo(at->ifa_addr, len, text, sizeof(text), NULL, 0, NI_NUMERICHOST))
			continue;
		if (!add_address(list, text))
			return false;
	}
	return true;
}

/* Own addresses within a network as hosts_parse() takes it. */
static bool add_network(struct addresses *list, const struct ifaddrs *all, const char *item)
{
	char *items[] = { (char *)item, NULL };
	const char *bad;
	struct hosts *net = hosts_parse(items, &bad);
	const struct ifaddrs *at;
	bool ok = true;

	if (!net) {
		complain("warning: interfaces: \"%s\" is no interface, address or network", item);
		return true;
	}
	for (at = all; at && ok; at = at->ifa_next) {
		char text[ADDRESS_TEXT];
		bool v6 = at->ifa_addr && at->ifa_addr->sa_family == AF_INET6;

		if (!at->ifa_addr || (!v6 && at->ifa_addr->sa_family != AF_INET))
			continue;
		if (!getnameinfo(at->ifa_addr,
				 v6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in),
				 text, sizeof(text), NULL, 0, NI_NUMERICHOST) &&
		    hosts_match(net, text))
			ok = add_address(list, text);
	}
	hosts_free(net);
	return ok;
}

static bool is_address(const char *text)
{
	struct in6_addr address;

	return inet_pton(AF_INET, text, &address) == 1 || inet_pton(AF_INET6, text, &address) == 1;
}

/* "192.0.2.1/24" means that address here, not its network: as elsewhere. */
static bool add_item(struct addresses *list, const struct ifaddrs *all, const char *item)
{
	char text[ADDRESS_TEXT];
	size_t len = strcspn(item, "/;");

	if (if_nametoindex(item))
		return add_interface(list, all, item);
	if (len < sizeof(text)) {
		memcpy(text, item, len);
		text[len] = '\0';
		if (is_address(text) && (!item[len] || item[len] == ';'))
			return add_address(list, text);
	}
	return add_network(list, all, item);
}

static bool add_interfaces(struct addresses *list, char *const *interfaces)
{
	struct ifaddrs *all;
	bool ok = true;

	if (getifaddrs(&all)) {
		complain("cannot list the network interfaces");
		return false;
	}
	for (; *interfaces && ok; interfaces++)
		ok = add_item(list, all, *interfaces);
	freeifaddrs(all);
	return ok;
}

char **settings_addresses(const struct options *options, const struct conf *conf, size_t *count)
{
	const struct conf_global *global = &conf->global;
	struct addresses list = { 0 };
	bool ok = true;
	size_t i;

	for (i = 0; i < options->bind_count && ok; i++)
		ok = add_address(&list, options->binds[i]);
	if (ok && !list.count && global->bind_interfaces_only && global->interfaces) {
		ok = add_interfaces(&list, global->interfaces);
		if (ok && !list.count) {
			complain("interfaces: nothing of this machine matches");
			ok = false;
		}
	} else if (ok && !list.count) {
		ok = add_address(&list, options->conf ? NULL : LOOPBACK);
	}
	*count = list.count;
	if (ok)
		return list.texts;
	while (list.count)
		free(list.texts[--list.count]);
	free(list.texts);
	return NULL;
}
