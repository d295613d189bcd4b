// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/config_values.h"
#include "tools/lib/hosts.h"
#include "tools/lib/netlink/startup.h"

#define ADDRESS_TEXT (INET6_ADDRSTRLEN + 1 + IF_NAMESIZE)

struct names {
	char **list;
	size_t count;
	struct report *report;
};

static bool add_name(struct names *names, const char *name)
{
	char **more;
	size_t i;

	for (i = 0; i < names->count; i++) {
		if (!strcmp(names->list[i], name))
			return true;
	}
	more = reallocarray(names->list, names->count + 2, sizeof(*more));
	if (more) {
		names->list = more;
		more[names->count + 1] = NULL;
		more[names->count] = strdup(name);
		if (more[names->count]) {
			names->count++;
			return true;
		}
	}
	return report_failure(names->report, NULL, 0, "out of memory");
}

/* The interfaces with an address on @net; *@found: there are some. */
static bool add_matching(struct names *names, const struct ifaddrs *all, const struct hosts *net,
			 bool *found)
{
	bool ok = true;

	for (; all && ok; all = all->ifa_next) {
		int family = all->ifa_addr ? all->ifa_addr->sa_family : AF_UNSPEC;
		char text[ADDRESS_TEXT];

		if (family != AF_INET && family != AF_INET6)
			continue;
		if (!getnameinfo(all->ifa_addr,
				 family == AF_INET ? sizeof(struct sockaddr_in) :
						     sizeof(struct sockaddr_in6),
				 text, sizeof(text), NULL, 0, NI_NUMERICHOST) &&
		    hosts_match(net, text)) {
			*found = true;
			ok = add_name(names, all->ifa_name);
		}
	}
	return ok;
}

static bool add_network(struct names *names, const struct ifaddrs *all, const struct hosts *net,
			const char *item)
{
	char address[ADDRESS_TEXT], *bare[] = { address, NULL };
	size_t len = strcspn(item, "/");
	struct hosts *host = NULL;
	bool ok, found = false;
	const char *bad;

	/* "192.0.2.1/24" is that address of this machine, if it has it. */
	if (item[len] && len < sizeof(address)) {
		memcpy(address, item, len);
		address[len] = '\0';
		host = hosts_parse(bare, &bad);
	}
	ok = !host || add_matching(names, all, host, &found);
	hosts_free(host);
	if (ok && !found)
		ok = add_matching(names, all, net, &found);
	if (ok && !found)
		report_warning(names->report, NULL, 0,
			       "interfaces: nothing of this machine matches \"%s\" now", item);
	return ok;
}

static bool add_item(struct names *names, const struct ifaddrs *all, const char *item)
{
	char *items[] = { (char *)item, NULL };
	struct hosts *net;
	const char *bad;
	bool ok;

	if (if_nametoindex(item))
		return add_name(names, item);
	net = hosts_parse(items, &bad);
	if (net) {
		ok = add_network(names, all, net, item);
		hosts_free(net);
		return ok;
	}
	if (strlen(item) < IF_NAMESIZE && !strpbrk(item, "/*?"))
		return add_name(names, item);
	report_warning(names->report, NULL, 0,
		       "interfaces: \"%s\" is no interface, address or network", item);
	return true;
}

char **startup_interfaces(char *const *items, struct report *report)
{
	struct names names = { .report = report };
	struct ifaddrs *all;
	bool ok = true;

	if (getifaddrs(&all)) {
		report_error(report, NULL, 0, "cannot list the network interfaces");
		return NULL;
	}
	for (; *items && ok; items++)
		ok = add_item(&names, all, *items);
	freeifaddrs(all);
	if (ok && names.count)
		return names.list;
	if (ok)
		report_error(report, NULL, 0, "interfaces: nothing of this machine matches");
	value_list_free(names.list);
	return NULL;
}
