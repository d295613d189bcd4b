// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * User host sockets: the addresses at which this server can be reached. What listens is a list
 * of its own, asked for its addresses anew each time.
 */
#include <errno.h>
#include <ifaddrs.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sock_host.h"
#include "sock_private.h"

#define MBIT	      1000000ull
#define DEFAULT_SPEED (1000 * MBIT)

static pthread_mutex_t listeners_lock = PTHREAD_MUTEX_INITIALIZER;
static LIST_HEAD(listeners); /* under listeners_lock */

void ksmbd_sock_note_listener(struct ksmbd_sock *sock)
{
	pthread_mutex_lock(&listeners_lock);
	list_add_tail(&sock->listening, &listeners);
	pthread_mutex_unlock(&listeners_lock);
}

void ksmbd_sock_forget_listener(struct ksmbd_sock *sock)
{
	pthread_mutex_lock(&listeners_lock);
	list_del_init(&sock->listening);
	pthread_mutex_unlock(&listeners_lock);
}

/* Does a socket bound to @bound take connections to @sa? */
static bool accepts(const struct sockaddr_storage *bound, const struct sockaddr *sa)
{
	const struct sockaddr_in6 *bound6 = (const struct sockaddr_in6 *)bound;
	const struct sockaddr_in *bound4 = (const struct sockaddr_in *)bound;
	const struct sockaddr_in6 *sa6 = (const struct sockaddr_in6 *)sa;
	const struct sockaddr_in *sa4 = (const struct sockaddr_in *)sa;

	if (bound->ss_family == AF_INET6)
		return IN6_IS_ADDR_UNSPECIFIED(&bound6->sin6_addr) || /* both families */
		       (sa->sa_family == AF_INET6 &&
			IN6_ARE_ADDR_EQUAL(&bound6->sin6_addr, &sa6->sin6_addr));
	return sa->sa_family == AF_INET && (bound4->sin_addr.s_addr == htonl(INADDR_ANY) ||
					    bound4->sin_addr.s_addr == sa4->sin_addr.s_addr);
}

static bool is_served(const struct sockaddr *sa)
{
	struct sockaddr_storage bound;
	struct ksmbd_sock *sock;
	bool served = false;
	socklen_t len;

	pthread_mutex_lock(&listeners_lock);
	list_for_each_entry(sock, &listeners, listening) {
		len = sizeof(bound);
		if (!getsockname(sock->fd, (struct sockaddr *)&bound, &len))
			served = accepts(&bound, sa);
		if (served)
			break;
	}
	pthread_mutex_unlock(&listeners_lock);
	return served;
}

/* Not known: of virtual interfaces, or while there is no carrier. */
static u64 speed_of(const char *name)
{
	char path[sizeof("/sys/class/net//speed") + IF_NAMESIZE];
	long mbits = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/sys/class/net/%s/speed", name);
	file = fopen(path, "re");
	if (!file)
		return DEFAULT_SPEED;
	if (fscanf(file, "%ld", &mbits) != 1)
		mbits = 0;
	fclose(file);
	return mbits > 0 && mbits < INT32_MAX ? mbits * MBIT : DEFAULT_SPEED;
}

/* Has it several queues to receive by? */
static bool has_rss(int fd, const char *name)
{
	struct ethtool_channels channels = { .cmd = ETHTOOL_GCHANNELS };
	struct ifreq ifr = { .ifr_data = (void *)&channels };

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	return !ioctl(fd, SIOCETHTOOL, &ifr) && channels.rx_count + channels.combined_count > 1;
}

static bool is_wanted(const struct ifaddrs *ifa)
{
	const unsigned int up = IFF_UP | IFF_RUNNING;
	const struct sockaddr_in6 *sa6 = (const struct sockaddr_in6 *)ifa->ifa_addr;

	if (!ifa->ifa_addr || (ifa->ifa_flags & up) != up)
		return false;
	if (ifa->ifa_addr->sa_family == AF_INET6)
		return !IN6_IS_ADDR_LINKLOCAL(&sa6->sin6_addr);
	return ifa->ifa_addr->sa_family == AF_INET;
}

/* Returns false where there is nothing to tell about an interface that just went away. */
static bool fill_netif(struct ksmbd_netif *netif, const struct ifaddrs *ifa, int fd)
{
	bool v6 = ifa->ifa_addr->sa_family == AF_INET6;
	char name[IF_NAMESIZE];

	/* A second address may have a label: "eth0:1". */
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(ifa->ifa_name, ":"), ifa->ifa_name);
	memset(netif, 0, sizeof(*netif));
	netif->index = if_nametoindex(name);
	netif->family = v6 ? 6 : 4;
	if (v6)
		memcpy(netif->addr, &((struct sockaddr_in6 *)ifa->ifa_addr)->sin6_addr, 16);
	else
		memcpy(netif->addr, &((struct sockaddr_in *)ifa->ifa_addr)->sin_addr, 4);
	netif->speed = speed_of(name);
	netif->rss = has_rss(fd, name);
	return netif->index;
}

static u32 collect(const struct ifaddrs *all, bool loopback, int fd, struct ksmbd_netif *list,
		   u32 max)
{
	const struct ifaddrs *ifa;
	u32 n = 0;

	for (ifa = all; ifa && n < max; ifa = ifa->ifa_next)
		if (is_wanted(ifa) && !(ifa->ifa_flags & IFF_LOOPBACK) == !loopback &&
		    is_served(ifa->ifa_addr) && fill_netif(&list[n], ifa, fd))
			n++;
	return n;
}

int ksmbd_sock_interfaces(struct ksmbd_netif *list, u32 max)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifaddrs *all;
	int n = -errno;

	if (fd >= 0 && !getifaddrs(&all)) {
		n = collect(all, false, fd, list, max);
		if (!n)
			n = collect(all, true, fd, list, max);
		freeifaddrs(all);
	} else if (fd >= 0) {
		n = -errno;
	}
	if (fd >= 0)
		close(fd);
	return n;
}
