// SPDX-License-Identifier: GPL-2.0-or-later
/* What only the kernel's sock back end does: listening on one interface. */
#include <linux/errno.h>

#include <kunit/test.h>

#include "host/sock.h"

#include "tests/ports/sock_peer.h"

static void interface_test(struct kunit *test)
{
	struct ksmbd_sock *listener, *sock;
	struct sock_peer *client;
	struct ksmbd_addr addr;
	int i;

	KUNIT_EXPECT_EQ(test, ksmbd_sock_listen("%", 0, &listener), -ENODEV);
	KUNIT_EXPECT_EQ(test, ksmbd_sock_listen("%none/such", 0, &listener), -ENODEV);
	KUNIT_ASSERT_EQ(test, ksmbd_sock_listen("%lo", 0, &listener), 0);
	for (i = 0; i < 2; i++) {
		client = sock_peer_connect(ksmbd_sock_port(listener), i);
		if (!client && i) /* no IPv6 */
			break;
		KUNIT_ASSERT_NOT_NULL(test, client);
		KUNIT_ASSERT_EQ(test, ksmbd_sock_accept(listener, &sock, &addr), 0);
		KUNIT_EXPECT_EQ(test, addr.family, i ? 6 : 4);
		ksmbd_sock_close(sock);
		sock_peer_close(client);
	}
	ksmbd_sock_close(listener);
}

static struct kunit_case cases[] = { KUNIT_CASE(interface_test), {} };

static struct kunit_suite port_sock_iface_suite = {
	.name = "port_sock_iface",
	.test_cases = cases,
};

kunit_test_suite(port_sock_iface_suite);
