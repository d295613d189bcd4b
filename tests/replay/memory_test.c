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
#include "session/limits.h"
#include "session/strangers.h"
#include "smb2/setup_delay.h"
#include "tests/replay/ntlm.h"

#define CONNS	     64
#define STRANGER_MAX (32 << 10)
#define STACK	     (16 << 10)
#define ALLOWED	     (STRANGER_MAX - STACK)
#define LONG_MS	     600000 /* longer than any test */
#define PATIENCE_MS  20000

static int socks[CONNS];

static void no_limits(struct ksmbd_config *values)
{
	values->max_ip_connections = 0;
	values->max_sessions = 0;
	values->restrict_anonymous = 0;
	values->auth_delay = LONG_MS;
}

/* From 127.0.1.@host. */
static int dial(u16 port, u8 host)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr_in from = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	from.sin_addr.s_addr = htonl(0x7F000100 | host);
	if (fd >= 0 && bind(fd, (struct sockaddr *)&from, sizeof(from))) {
		close(fd);
		fd = -1;
	}
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

/* @buf: 2 KiB */
static void take_message(struct kunit *test, int fd, u8 *buf)
{
	u32 len;

	KUNIT_ASSERT_EQ(test, recv(fd, buf, 4, MSG_WAITALL), 4);
	len = get_unaligned_be32(buf);
	KUNIT_ASSERT_LE(test, len, 2048U);
	KUNIT_ASSERT_EQ(test, recv(fd, buf, len, MSG_WAITALL), len);
}

/* A request's header; the body is to be appended. */
static void begin(struct ksmbd_wr *wr, u8 *buf, u32 cap, u16 command, u64 message_id,
		  u64 session_id)
{
	memset(buf, 0, cap);
	ksmbd_wr_init(wr, buf, cap);
	ksmbd_wr_u32(wr, SMB2_PROTO_ID);
	ksmbd_wr_u16(wr, SMB2_HEADER_SIZE);
	ksmbd_wr_u16(wr, 1);
	ksmbd_wr_u32(wr, 0);
	ksmbd_wr_u16(wr, command);
	ksmbd_wr_u16(wr, 64);
	ksmbd_wr_zero(wr, 8);
	ksmbd_wr_u64(wr, message_id);
	ksmbd_wr_zero(wr, 8);
	ksmbd_wr_u64(wr, session_id);
	ksmbd_wr_zero(wr, 16);
}

static void do_nothing(struct kunit *test, int fd)
{
}

static void do_negotiate(struct kunit *test, int fd)
{
	struct ksmbd_wr wr;
	u8 buf[2048];

	begin(&wr, buf, sizeof(buf), SMB2_NEGOTIATE, 0, 0);
	ksmbd_wr_u16(&wr, 36);
	ksmbd_wr_u16(&wr, 1);
	ksmbd_wr_zero(&wr, 32);
	ksmbd_wr_u16(&wr, KSMBD_DIALECT_302);
	send_message(test, fd, buf, wr.len, wr.len);
	take_message(test, fd, buf);
}

/* A leg of a SESSION_SETUP; the message is filled up to @size. */
static void send_setup(struct kunit *test, int fd, u64 message_id, u64 session_id, const u8 *token,
		       u32 len, u32 size)
{
	struct ksmbd_wr wr;
	u8 buf[2048];

	begin(&wr, buf, sizeof(buf), SMB2_SESSION_SETUP, message_id, session_id);
	ksmbd_wr_u16(&wr, 25);
	ksmbd_wr_zero(&wr, 10);
	ksmbd_wr_u16(&wr, SMB2_HEADER_SIZE + 24);
	ksmbd_wr_u16(&wr, len);
	ksmbd_wr_zero(&wr, 8);
	ksmbd_wr_bytes(&wr, token, len);
	if (wr.len < size)
		ksmbd_wr_zero(&wr, size - wr.len);
	send_message(test, fd, buf, wr.len, wr.len);
}

static void do_setup(struct kunit *test, int fd)
{
	u8 buf[2048], token[REPLAY_TOKEN_MAX];

	send_setup(test, fd, 1, 0, token, replay_ntlm_negotiate(token), 0);
	take_message(test, fd, buf);
}

/* A wrong password, in a message as large as it may be. */
static void fail_login(struct kunit *test, int fd, u64 message_id)
{
	u8 buf[2048], token[2 * REPLAY_TOKEN_MAX];
	u32 off;

	send_setup(test, fd, message_id, 0, token, replay_ntlm_negotiate(token), 0);
	take_message(test, fd, buf);
	off = get_unaligned_le16(buf + SMB2_HEADER_SIZE + 4);
	send_setup(test, fd, message_id + 1, get_unaligned_le64(buf + 40), token,
		   replay_ntlm_authenticate(token, buf + off + 24, "wrong"),
		   KSMBD_STRANGER_MESSAGE);
}

/* Begins an ASN.1 value of @len bytes. */
static void der(struct ksmbd_wr *wr, u8 tag, u32 len)
{
	ksmbd_wr_u8(wr, tag);
	ksmbd_wr_u8(wr, 0x82);
	ksmbd_wr_u8(wr, len >> 8);
	ksmbd_wr_u8(wr, (u8)len);
}

#define MECHS	 21  /* as many as are kept */
#define NTLM_MAX 512 /* NEGOTIATE: the same */
#define DER	 4

/* What takes up most of a half-made session. */
static u32 large_token(u8 *token, u32 cap)
{
	static const u8 spnego[] = { 6, 6, 0x2B, 6, 1, 5, 5, 2 };
	static const u8 ntlmssp[] = { 6, 10, 0x2B, 6, 1, 4, 1, 0x82, 0x37, 2, 2, 10 };
	u32 mechs = MECHS * sizeof(ntlmssp), list = 2 * DER + mechs + 2 * DER + NTLM_MAX, i;
	struct ksmbd_wr wr;
	u8 ntlm[NTLM_MAX] = {};

	replay_ntlm_negotiate(ntlm);
	ksmbd_wr_init(&wr, token, cap);
	der(&wr, 0x60, sizeof(spnego) + 2 * DER + list);
	ksmbd_wr_bytes(&wr, spnego, sizeof(spnego));
	der(&wr, 0xA0, DER + list);
	der(&wr, 0x30, list);
	der(&wr, 0xA0, DER + mechs);
	der(&wr, 0x30, mechs);
	for (i = 0; i < MECHS; i++)
		ksmbd_wr_bytes(&wr, ntlmssp, sizeof(ntlmssp));
	der(&wr, 0xA2, DER + NTLM_MAX);
	der(&wr, 0x04, NTLM_MAX);
	ksmbd_wr_bytes(&wr, ntlm, NTLM_MAX);
	return wr.len;
}

/*
 * All of it at once: failed logins that wait, one session that was begun besides do_setup()'s, as
 * large as can be, and the largest message that needs no place, without its end.
 */
static void do_most(struct kunit *test, int fd)
{
	u8 buf[2048], token[1024];
	struct ksmbd_wr wr;
	u64 message_id = 2;
	u32 i, len;

	for (i = 0; i < KSMBD_SETUP_DELAYED_MAX; i++, message_id += 2)
		fail_login(test, fd, message_id);
	len = large_token(token, sizeof(token));
	send_setup(test, fd, message_id++, 0, token, len, 0);
	take_message(test, fd, buf);
	KUNIT_EXPECT_EQ(test, get_unaligned_le32(buf + 8),
			ksmbd_status_u32(STATUS_MORE_PROCESSING_REQUIRED));
	/* One more is one too many. */
	send_setup(test, fd, message_id++, 0, token, len, 0);
	take_message(test, fd, buf);
	KUNIT_EXPECT_EQ(test, get_unaligned_le32(buf + 8),
			ksmbd_status_u32(STATUS_REQUEST_NOT_ACCEPTED));
	begin(&wr, buf, sizeof(buf), SMB2_SESSION_SETUP, message_id, 0);
	send_message(test, fd, buf, KSMBD_STRANGER_MESSAGE, KSMBD_STRANGER_MESSAGE - 1);
}

/*
 * What is allocated once it is at least so much and less than @below, and nothing more comes for a
 * while. On a slow machine that may take time; what it is in the end is what counts.
 */
static long settled_bytes(long at_least, long below)
{
	long before, now = kit_alloc_bytes();
	u32 ms, same = 0;

	for (ms = 0; ms < PATIENCE_MS && same < 30; ms += 5) {
		msleep(5);
		before = now;
		now = kit_alloc_bytes();
		same = now >= at_least && now < below && now == before ? same + 1 : 0;
	}
	return now;
}

/* All connections, from addresses of their own or from one. What is allocated counts from here. */
static void dial_all(struct kunit *test, bool apart)
{
	u16 port;
	u32 n;

	KUNIT_ASSERT_EQ(test, hook_configure(no_limits), 0);
	KUNIT_ASSERT_EQ(test, ksmbd_server_listen("127.0.0.1", 0, &port), 0);
	kit_alloc_track(true);
	for (n = 0; n < CONNS; n++) {
		socks[n] = dial(port, apart ? 1 + n : 1);
		KUNIT_ASSERT_GE(test, socks[n], 0);
	}
}

static void hang_up(void)
{
	u32 n;

	for (n = 0; n < CONNS; n++) {
		if (socks[n] >= 0)
			close(socks[n]);
		socks[n] = -1;
	}
}

static void before_login(struct kunit *test)
{
	static const struct {
		const char *what;
		void (*step)(struct kunit *test, int fd);
		u32 at_least;
	} stages[] = {
		{ "connected", do_nothing, sizeof(struct ksmbd_conn) },
		{ "negotiated", do_negotiate, sizeof(struct ksmbd_conn) },
		{ "challenged", do_setup, sizeof(struct ksmbd_conn) },
		{ "as much as it may", do_most, 2 * KSMBD_STRANGER_MESSAGE },
	};
	long bytes;
	u32 i, n;

	dial_all(test, true);
	for (i = 0; i < ARRAY_SIZE(stages); i++) {
		for (n = 0; n < CONNS; n++)
			stages[i].step(test, socks[n]);
		bytes = settled_bytes(CONNS * stages[i].at_least, CONNS * ALLOWED) / CONNS;
		printf("# a stranger's connection, %s: %ld bytes\n", stages[i].what, bytes);
		KUNIT_EXPECT_GE(test, bytes, stages[i].at_least);
		KUNIT_EXPECT_LT(test, bytes, ALLOWED);
	}
}

/* Larger messages are a few at a time, of one address as of all. */
static void large_messages(struct kunit *test, bool apart, u32 places)
{
	const long least = places * KSMBD_STRANGER_LARGE, most = least + CONNS * 8192;
	static u8 buf[KSMBD_STRANGER_LARGE];
	struct ksmbd_wr wr;
	long bytes;
	u32 n;

	dial_all(test, apart);
	begin(&wr, buf, sizeof(buf), SMB2_NEGOTIATE, 0, 0);
	for (n = 0; n < CONNS; n++)
		send_message(test, socks[n], buf, KSMBD_STRANGER_LARGE, KSMBD_STRANGER_LARGE - 1);
	bytes = settled_bytes(least, most);
	printf("# large messages of strangers: %ld bytes\n", bytes);
	KUNIT_EXPECT_GE(test, bytes, least);
	KUNIT_EXPECT_LT(test, bytes, most);
	/* Who has a place makes room by going: in the end everybody was heard. */
	hang_up();
	KUNIT_EXPECT_LT(test, settled_bytes(0, KSMBD_STRANGER_LARGE), (long)KSMBD_STRANGER_LARGE);
}

static void large_from_one_address(struct kunit *test)
{
	large_messages(test, false, KSMBD_STRANGER_ADDRESS_MAX);
}

static void large_from_many_addresses(struct kunit *test)
{
	BUILD_BUG_ON(CONNS < KSMBD_STRANGER_PLACES);
	large_messages(test, true, KSMBD_STRANGER_PLACES);
}

/* The next case counts from nothing again: the last connection has gone by then. */
static void leave(struct kunit *test)
{
	u32 ms;

	hang_up();
	for (ms = 0; ms < PATIENCE_MS; ms++) {
		ksmbd_limits_exit();
		if (!kit_alloc_outstanding())
			break;
		msleep(1);
	}
	KUNIT_EXPECT_EQ(test, kit_alloc_outstanding(), 0L);
	kit_alloc_track(false);
	ksmbd_server_unlisten();
	replay_exit(test);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(before_login),
	KUNIT_CASE(large_from_one_address),
	KUNIT_CASE(large_from_many_addresses),
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
