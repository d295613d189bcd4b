// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Kernel host sockets: the addresses at which this server can be reached. What listens is a list
 * of its own; the interfaces are looked at under the RTNL each time somebody asks.
 */
#include "sock_linux.h"

#include <linux/ethtool.h>
#include <linux/in6.h>
#include <linux/inetdevice.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/string.h>
#include <net/addrconf.h>
#include <net/if_inet6.h>
#include <net/inet_sock.h>
#include <net/net_namespace.h>

#define MBIT	      1000000ull
#define DEFAULT_SPEED (1000 * MBIT)

static DEFINE_MUTEX(listeners_lock);
static LIST_HEAD(listeners); /* under listeners_lock, which is taken under the RTNL */

void ksmbd_sock_note_listener(struct ksmbd_sock *sock)
{
	mutex_lock(&listeners_lock);
	list_add_tail(&sock->listening, &listeners);
	mutex_unlock(&listeners_lock);
}

void ksmbd_sock_forget_listener(struct ksmbd_sock *sock)
{
	mutex_lock(&listeners_lock);
	list_del_init(&sock->listening);
	mutex_unlock(&listeners_lock);
}

/* Does @sk take connections to @addr of @dev? @v6 and @addr as in struct ksmbd_netif. */
static bool accepts(const struct sock *sk, const struct net_device *dev, bool v6, const void *addr)
{
	if (sk->sk_bound_dev_if && sk->sk_bound_dev_if != dev->ifindex)
		return false;
	if (sk->sk_family == AF_INET)
		return !v6 && (!inet_sk(sk)->inet_saddr ||
			       !memcmp(&inet_sk(sk)->inet_saddr, addr, sizeof(__be32)));
#if IS_ENABLED(CONFIG_IPV6)
	if (ipv6_addr_any(&sk->sk_v6_rcv_saddr)) /* both families */
		return true;
	return v6 && !memcmp(&sk->sk_v6_rcv_saddr, addr, sizeof(struct in6_addr));
#else
	return false;
#endif
}

static bool is_served(const struct net_device *dev, bool v6, const void *addr)
{
	struct ksmbd_sock *sock;
	bool served = false;

	mutex_lock(&listeners_lock);
	list_for_each_entry(sock, &listeners, listening) {
		served = accepts(sock->sock->sk, dev, v6, addr);
		if (served)
			break;
	}
	mutex_unlock(&listeners_lock);
	return served;
}

/* Not known: of virtual interfaces, or while there is no carrier. */
static u64 speed_of(struct net_device *dev)
{
	struct ethtool_link_ksettings settings;

	if (__ethtool_get_link_ksettings(dev, &settings) || !settings.base.speed ||
	    settings.base.speed == (u32)SPEED_UNKNOWN)
		return DEFAULT_SPEED;
	return settings.base.speed * MBIT;
}

/* Has it several queues to receive by? */
static bool has_rss(const struct net_device *dev)
{
#ifdef CONFIG_SYSFS
	return dev->real_num_rx_queues > 1;
#else
	return false;
#endif
}

/**
 * struct netif_list - what is being filled
 * @dev, @speed: the interface whose addresses come
 */
struct netif_list {
	struct ksmbd_netif *list;
	u32 max;
	u32 count;
	struct net_device *dev;
	u64 speed;
};

static void add_address(struct netif_list *all, bool v6, const void *addr)
{
	struct ksmbd_netif *netif = &all->list[all->count];

	if (all->count == all->max || !is_served(all->dev, v6, addr))
		return;
	memset(netif, 0, sizeof(*netif));
	netif->index = all->dev->ifindex;
	netif->family = v6 ? 6 : 4;
	memcpy(netif->addr, addr, v6 ? sizeof(struct in6_addr) : sizeof(__be32));
	netif->speed = all->speed;
	netif->rss = has_rss(all->dev);
	all->count++;
}

static void add_v4(struct netif_list *all)
{
	struct in_device *in_dev = __in_dev_get_rtnl(all->dev);
	const struct in_ifaddr *ifa;

	if (!in_dev)
		return;
	in_dev_for_each_ifa_rtnl(ifa, in_dev) add_address(all, false, &ifa->ifa_local);
}

#if IS_ENABLED(CONFIG_IPV6)
/* Copied first: the list's lock is a spinlock, and listeners_lock a mutex. */
#define MAX_V6 16

static void add_v6(struct netif_list *all)
{
	struct inet6_dev *idev = __in6_dev_get(all->dev);
	const struct inet6_ifaddr *ifa;
	struct in6_addr found[MAX_V6];
	u32 n = 0, i;

	if (!idev)
		return;
	read_lock_bh(&idev->lock);
	list_for_each_entry(ifa, &idev->addr_list, if_list) {
		if (n == MAX_V6)
			break;
		if (!(ipv6_addr_type(&ifa->addr) & IPV6_ADDR_LINKLOCAL))
			found[n++] = ifa->addr;
	}
	read_unlock_bh(&idev->lock);
	for (i = 0; i < n; i++)
		add_address(all, true, &found[i]);
}
#else
static void add_v6(struct netif_list *all)
{
}
#endif

static void collect(struct netif_list *all, bool loopback)
{
	struct net_device *dev;

	for_each_netdev(&init_net, dev)
	{
		if (!netif_running(dev) || !netif_carrier_ok(dev) ||
		    !(dev->flags & IFF_LOOPBACK) == loopback)
			continue;
		all->dev = dev;
		all->speed = speed_of(dev);
		add_v4(all);
		add_v6(all);
	}
}

int ksmbd_sock_interfaces(struct ksmbd_netif *list, u32 max)
{
	struct netif_list all = { .list = list, .max = max };

	rtnl_lock();
	collect(&all, false);
	if (!all.count)
		collect(&all, true);
	rtnl_unlock();
	return all.count;
}
