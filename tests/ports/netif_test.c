// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Conformance of a sock back end: at which addresses the server can be reached.
 */
#include <errno.h>
#include <string.h>

#include <kunit/test.h>

#include "host/sock.h"

#define MAX_NETIFS 64

static const u8 localhost[16] = { 127, 0, 0, 1 };

static bool is_loopback(const struct ksmbd_netif *netif)
{
	static const u8 v6[16] = { [15] = 1 };

	return netif->family == 4 ? netif->addr[0] == 127 : !memcmp(netif->addr, v6, 16);
}

/* What only the loopback interface serves, is there. */
static void loopback_test(struct kunit *test)
{
	struct ksmbd_netif list[MAX_NETIFS];
	struct ksmbd_sock *listener;

	memset(list, 0xee, sizeof(list));
	KUNIT_ASSERT_EQ(test, ksmbd_sock_listen("127.0.0.1", 0, &listener), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_sock_interfaces(list, MAX_NETIFS), 1);
	KUNIT_EXPECT_NE(test, list[0].index, 0U);
	KUNIT_EXPECT_EQ(test, list[0].family, 4);
	KUNIT_EXPECT_EQ(test, memcmp(list[0].addr, localhost, 16), 0);
	KUNIT_EXPECT_NE(test, list[0].speed, 0ULL);
	KUNIT_EXPECT_FALSE(test, list[0].rdma);
	KUNIT_EXPECT_EQ(test, ksmbd_sock_interfaces(list, 0), 0);
	ksmbd_sock_close(listener);
	/* Nobody listens: nothing can be reached. */
	KUNIT_EXPECT_EQ(test, ksmbd_sock_interfaces(list, MAX_NETIFS), 0);
}

/* All addresses: without those of the loopback interface, where there are others. */
static void all_test(struct kunit *test)
{
	struct ksmbd_netif list[MAX_NETIFS];
	struct ksmbd_sock *listener;
	int i, k, n, local = 0;

	KUNIT_ASSERT_EQ(test, ksmbd_sock_listen(NULL, 0, &listener), 0);
	n = ksmbd_sock_interfaces(list, MAX_NETIFS);
	KUNIT_ASSERT_GE(test, n, 0);
	for (i = 0; i < n; i++) {
		local += is_loopback(&list[i]);
		KUNIT_EXPECT_NE(test, list[i].index, 0U);
		KUNIT_EXPECT_GE(test, list[i].speed, 1000000ULL);
		KUNIT_EXPECT_TRUE(test, list[i].family == 4 || list[i].family == 6);
		KUNIT_EXPECT_FALSE(test, list[i].family == 6 && list[i].addr[0] == 0xfe &&
						 (list[i].addr[1] & 0xc0) == 0x80);
		for (k = 0; k < i; k++)
			KUNIT_EXPECT_FALSE(test, list[k].family == list[i].family &&
							 !memcmp(list[k].addr, list[i].addr, 16));
	}
	KUNIT_EXPECT_TRUE(test, local == 0 || local == n);
	if (n > 1)
		KUNIT_EXPECT_EQ(test, ksmbd_sock_interfaces(list, 1), 1);
	ksmbd_sock_close(listener);
}

/* Each of two listeners counts, and neither's address twice. */
static void several_test(struct kunit *test)
{
	struct ksmbd_sock *first, *second, *third;
	struct ksmbd_netif list[MAX_NETIFS];

	KUNIT_ASSERT_EQ(test, ksmbd_sock_listen("127.0.0.1", 0, &first), 0);
	KUNIT_ASSERT_EQ(test, ksmbd_sock_listen("127.0.0.1", 0, &second), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_sock_interfaces(list, MAX_NETIFS), 1);
	if (!ksmbd_sock_listen("::1", 0, &third)) {
		KUNIT_EXPECT_EQ(test, ksmbd_sock_interfaces(list, MAX_NETIFS), 2);
		KUNIT_EXPECT_EQ(test, list[0].index, list[1].index);
		KUNIT_EXPECT_NE(test, list[0].family, list[1].family);
		ksmbd_sock_close(third);
	}
	ksmbd_sock_close(first);
	KUNIT_EXPECT_EQ(test, ksmbd_sock_interfaces(list, MAX_NETIFS), 1);
	ksmbd_sock_close(second);
}

static struct kunit_case cases[] = { KUNIT_CASE(loopback_test),
				     KUNIT_CASE(all_test),
				     KUNIT_CASE(several_test),
				     {} };

static struct kunit_suite port_netif_suite = {
	.name = "port_netif",
	.test_cases = cases,
};

kunit_test_suite(port_netif_suite);
