// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a stranger's connection costs, over TCP as in life: house rule 8. Counted is what the
 * engine and the socket back end allocate; a kernel's thread has a stack of 16 KiB besides.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <kit/kit.h>
#include <linux/delay.h>
#include <linux/kernel.h>

#include "main.h"
#include "tests/replay/replay.h"

#define CONNS	     64
#define STRANGER_MAX (32 << 10)
#define STACK	     (16 << 10)
#define MESSAGE_MAX  (20 << 10) /* as in frame.c */

static int socks[CONNS];

static void no_limits(struct ksmbd_config *values)
{
	values->max_ip_connections = 0;
	values->restrict_anonymous = 0;
}

static int dial(u16 port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* Sends a message's length word and @given bytes of it. */
static void send_message(struct kunit *test, int fd, const void *data, u32 len, u32 given)
{
	u8 word[4];

	put_unaligned_be32(len, word);
	KUNIT_ASSERT_EQ(test, send(fd, word, sizeof(word), MSG_NOSIGNAL), 4);
	KUNIT_ASSERT_EQ(test, send(fd, data, given, MSG_NOSIGNAL), given);
}

static void take_message(struct kunit *test, int fd)
{
	u8 buf[2048];
	u32 len;

	KUNIT_ASSERT_EQ(test, recv(fd, buf, 4, MSG_WAITALL), 4);
	len = get_unaligned_be32(buf);
	KUNIT_ASSERT_LE(test, len, (u32)sizeof(buf));
	KUNIT_ASSERT_EQ(test, recv(fd, buf, len, MSG_WAITALL), len);
}

/* A request's header; the body is to be appended. */
static void begin(struct ksmbd_wr *wr, u8 *buf, u32 cap, u16 command, u64 message_id)
{
	memset(buf, 0, cap);
	ksmbd_wr_init(wr, buf, cap);
	ksmbd_wr_u32(wr, SMB2_PROTO_ID);
	ksmbd_wr_u16(wr, SMB2_HEADER_SIZE);
	ksmbd_wr_u16(wr, 1);
	ksmbd_wr_u32(wr, 0);
	ksmbd_wr_u16(wr, command);
	ksmbd_wr_u16(wr, 8);
	ksmbd_wr_zero(wr, 8);
	ksmbd_wr_u64(wr, message_id);
	ksmbd_wr_zero(wr, 32);
}

static void do_nothing(struct kunit *test, int fd)
{
}

static void do_negotiate(struct kunit *test, int fd)
{
	struct ksmbd_wr wr;
	u8 buf[256];

	begin(&wr, buf, sizeof(buf), SMB2_NEGOTIATE, 0);
	ksmbd_wr_u16(&wr, 36);
	ksmbd_wr_u16(&wr, 1);
	ksmbd_wr_zero(&wr, 32);
	ksmbd_wr_u16(&wr, KSMBD_DIALECT_302);
	send_message(test, fd, buf, wr.len, wr.len);
	take_message(test, fd);
}

static void do_setup(struct kunit *test, int fd)
{
	u8 buf[512], token[REPLAY_TOKEN_MAX];
	u32 len = replay_ntlm_negotiate(token);
	struct ksmbd_wr wr;

	begin(&wr, buf, sizeof(buf), SMB2_SESSION_SETUP, 1);
	ksmbd_wr_u16(&wr, 25);
	ksmbd_wr_zero(&wr, 10);
	ksmbd_wr_u16(&wr, SMB2_HEADER_SIZE + 24);
	ksmbd_wr_u16(&wr, len);
	ksmbd_wr_zero(&wr, 8);
	ksmbd_wr_bytes(&wr, token, len);
	send_message(test, fd, buf, wr.len, wr.len);
	take_message(test, fd);
}

/* The largest message that a stranger may send, without its end. */
static void do_most(struct kunit *test, int fd)
{
	static u8 buf[MESSAGE_MAX];
	struct ksmbd_wr wr;

	begin(&wr, buf, sizeof(buf), SMB2_SESSION_SETUP, 2);
	send_message(test, fd, buf, MESSAGE_MAX, MESSAGE_MAX - 1);
}

/* Until nothing more comes for a while. */
static long settled_bytes(long at_least)
{
	long before = -1, now = kit_alloc_bytes();
	u32 i;

	for (i = 0; i < 1000 && (now < at_least || now != before); i++) {
		msleep(5);
		before = now;
		now = kit_alloc_bytes();
	}
	return now;
}

static void before_login(struct kunit *test)
{
	static const struct {
		const char *what;
		void (*step)(struct kunit *test, int fd);
		u32 at_least;
		u32 at_most;
	} stages[] = {
		{ "connected", do_nothing, sizeof(struct ksmbd_conn), STRANGER_MAX - STACK },
		{ "negotiated", do_negotiate, sizeof(struct ksmbd_conn), STRANGER_MAX - STACK },
		{ "challenged", do_setup, sizeof(struct ksmbd_conn), STRANGER_MAX - STACK },
		{ "as much as it may", do_most, MESSAGE_MAX, STRANGER_MAX },
	};
	long base, bytes;
	u32 i, n;
	u16 port;

	for (n = 0; n < CONNS; n++)
		socks[n] = -1;
	KUNIT_ASSERT_EQ(test, hook_configure(no_limits), 0);
	KUNIT_ASSERT_EQ(test, ksmbd_server_listen("127.0.0.1", 0, &port), 0);
	kit_alloc_track(true);
	base = kit_alloc_bytes();
	for (n = 0; n < CONNS; n++) {
		socks[n] = dial(port);
		KUNIT_ASSERT_GE(test, socks[n], 0);
	}
	for (i = 0; i < ARRAY_SIZE(stages); i++) {
		for (n = 0; n < CONNS; n++)
			stages[i].step(test, socks[n]);
		bytes = (settled_bytes(base + CONNS * stages[i].at_least) - base) / CONNS;
		printf("# a stranger's connection, %s: %ld bytes\n", stages[i].what, bytes);
		KUNIT_EXPECT_GE(test, bytes, stages[i].at_least);
		KUNIT_EXPECT_LT(test, bytes, stages[i].at_most);
	}
}

static void leave(struct kunit *test)
{
	u32 n;

	for (n = 0; n < CONNS; n++)
		if (socks[n] >= 0)
			close(socks[n]);
	kit_alloc_track(false);
	ksmbd_server_unlisten();
	replay_exit(test);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(before_login),
	{},
};

static struct kunit_suite suite = {
	.name = "replay_memory",
	.suite_init = replay_suite_init,
	.suite_exit = replay_suite_exit,
	.exit = leave,
	.test_cases = cases,
};

kunit_test_suite(suite);
