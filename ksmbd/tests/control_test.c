// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages between kernel and daemon: offsets as deployed, and lies of every kind. */
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/slab.h>

#include "config.h"
#include "control/control.h"
#include "tests/helpers.h"

#define HANDLE 0x11223344u
#define ROOM   8192

/* A message under construction. */
struct message {
	u32 len;
	u8 data[ROOM];
};

static struct message *new_message(struct kunit *test, u32 len)
{
	struct message *m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, m);
	m->len = len;
	return m;
}

static void set16(struct message *m, u32 at, u16 value)
{
	memcpy(m->data + at, &value, sizeof(value));
}

static void set32(struct message *m, u32 at, u32 value)
{
	memcpy(m->data + at, &value, sizeof(value));
}

static void set_text(struct message *m, u32 at, const char *text)
{
	memcpy(m->data + at, text, strlen(text));
}

static u16 get16(const void *msg, u32 at)
{
	u16 value;

	memcpy(&value, (const u8 *)msg + at, sizeof(value));
	return value;
}

static u32 get32(const void *msg, u32 at)
{
	u32 value;

	memcpy(&value, (const u8 *)msg + at, sizeof(value));
	return value;
}

static u64 get64(const void *msg, u32 at)
{
	u64 value;

	memcpy(&value, (const u8 *)msg + at, sizeof(value));
	return value;
}

static void requests(struct kunit *test)
{
	struct ksmbd_nl_login_request login;
	struct ksmbd_nl_share_request share;
	struct ksmbd_nl_tree_disconnect disconnect;
	struct ksmbd_nl_logout logout;
	const char *msg = (const char *)&login;

	KUNIT_ASSERT_EQ(test, ksmbd_control_put_login(&login, HANDLE, "bob"), 0);
	KUNIT_EXPECT_EQ(test, get32(msg, 0), HANDLE);
	KUNIT_EXPECT_STREQ(test, msg + 4, "bob");
	KUNIT_EXPECT_EQ(test, msg[115], 0);

	msg = (const char *)&share;
	KUNIT_ASSERT_EQ(test, ksmbd_control_put_share(&share, HANDLE, "IPC$"), 0);
	KUNIT_EXPECT_EQ(test, get32(msg, 0), HANDLE);
	KUNIT_EXPECT_STREQ(test, msg + 4, "IPC$");

	ksmbd_control_put_tree_disconnect(&disconnect, 0x123456789abcdef0ull, 7);
	KUNIT_EXPECT_EQ(test, get64(&disconnect, 0), 0x123456789abcdef0ull);
	KUNIT_EXPECT_EQ(test, get64(&disconnect, 8), 7ull);

	msg = (const char *)&logout;
	KUNIT_ASSERT_EQ(test, ksmbd_control_put_logout(&logout, "bob", KSMBD_LOGIN_OK), 0);
	KUNIT_EXPECT_STREQ(test, msg, "bob");
	KUNIT_EXPECT_EQ(test, get32(msg, 48), 1U);
}

static void tree_request(struct kunit *test)
{
	struct ksmbd_tree_ask ask = {
		.account = "bob",
		.share = "data",
		.peer = "192.0.2.7",
		.login_flags = KSMBD_LOGIN_OK | KSMBD_LOGIN_GUEST,
		.session_id = 0x123456789abcdef0ull,
		.tree_id = 3,
	};
	struct ksmbd_nl_tree_request tree;
	const char *msg = (const char *)&tree;

	KUNIT_ASSERT_EQ(test, ksmbd_control_put_tree(&tree, HANDLE, &ask), 0);
	KUNIT_EXPECT_EQ(test, get32(msg, 0), HANDLE);
	KUNIT_EXPECT_EQ(test, get16(msg, 4), 0x11U);
	KUNIT_EXPECT_EQ(test, get16(msg, 6), 2U);
	KUNIT_EXPECT_EQ(test, get64(msg, 8), 0x123456789abcdef0ull);
	KUNIT_EXPECT_EQ(test, get64(msg, 16), 3ull);
	KUNIT_EXPECT_STREQ(test, msg + 24, "bob");
	KUNIT_EXPECT_STREQ(test, msg + 72, "data");
	KUNIT_EXPECT_STREQ(test, msg + 136, "192.0.2.7");
	ask.peer = "2001:db8::1";
	KUNIT_ASSERT_EQ(test, ksmbd_control_put_tree(&tree, HANDLE, &ask), 0);
	KUNIT_EXPECT_EQ(test, get16(msg, 6), 3U);
}

static void long_names(struct kunit *test)
{
	struct ksmbd_nl_login_request login;
	struct ksmbd_nl_share_request share;
	char name[65];

	memset(name, 'x', sizeof(name));
	name[64] = 0;
	KUNIT_EXPECT_EQ(test, ksmbd_control_put_share(&share, 1, name), -ENAMETOOLONG);
	KUNIT_EXPECT_EQ(test, ksmbd_control_put_share(&share, 1, name + 1), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_control_put_login(&login, 1, name + 16), -ENAMETOOLONG);
	KUNIT_EXPECT_EQ(test, ksmbd_control_put_login(&login, 1, name + 17), 0);
}

static void variable_requests(struct kunit *test)
{
	struct ksmbd_nl_spnego_request spnego;
	struct ksmbd_nl_rpc rpc;

	KUNIT_ASSERT_EQ(test, ksmbd_control_put_rpc(&rpc, 5, KSMBD_NL_RPC_WRITE, 4096), 0);
	KUNIT_EXPECT_EQ(test, get32(&rpc, 0), 5U);
	KUNIT_EXPECT_EQ(test, get32(&rpc, 4), 0x20U);
	KUNIT_EXPECT_EQ(test, get32(&rpc, 8), 4096U);
	KUNIT_EXPECT_EQ(test, ksmbd_control_put_rpc(&rpc, 5, 0, 16384), -EMSGSIZE);
	KUNIT_EXPECT_EQ(test, ksmbd_control_put_rpc(&rpc, 5, 0, U32_MAX), -EMSGSIZE);
	KUNIT_ASSERT_EQ(test, ksmbd_control_put_spnego(&spnego, HANDLE, 300), 0);
	KUNIT_EXPECT_EQ(test, get32(&spnego, 0), HANDLE);
	KUNIT_EXPECT_EQ(test, get16(&spnego, 4), 300U);
	KUNIT_EXPECT_EQ(test, ksmbd_control_put_spnego(&spnego, HANDLE, 65536), -EMSGSIZE);
}

static void checks_sizes(struct kunit *test)
{
	static const struct {
		u32 event, min, max;
	} cases[] = {
		{ KSMBD_NL_LOGIN_RESPONSE, 148, 148 },
		{ KSMBD_NL_SHARE_RESPONSE, 536, 536 + 16384 },
		{ KSMBD_NL_TREE_RESPONSE, 72, 72 },
		{ KSMBD_NL_RPC_RESPONSE, 12, 12 + 16384 },
		{ KSMBD_NL_SPNEGO_RESPONSE, 156, 65528 },
		{ KSMBD_NL_LOGIN_EXT_RESPONSE, 136, 65528 },
	};
	struct message *m = new_message(test, 0);
	u32 i, handle;

	set32(m, 0, HANDLE);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		u32 event = cases[i].event;

		handle = 0;
		KUNIT_EXPECT_EQ(test, ksmbd_control_check(event, m->data, cases[i].min, &handle),
				0);
		KUNIT_EXPECT_EQ(test, handle, HANDLE);
		KUNIT_EXPECT_EQ(test, ksmbd_control_check(event, m->data, cases[i].max, &handle),
				0);
		KUNIT_EXPECT_EQ(test,
				ksmbd_control_check(event, m->data, cases[i].min - 1, &handle),
				-EMSGSIZE);
		KUNIT_EXPECT_EQ(test,
				ksmbd_control_check(event, m->data, cases[i].max + 1, &handle),
				-EMSGSIZE);
	}
	KUNIT_EXPECT_EQ(test, ksmbd_control_check(KSMBD_NL_LOGIN, m->data, 148, &handle),
			-EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, ksmbd_control_check(77, m->data, 148, &handle), -EOPNOTSUPP);
}

static struct message *login_message(struct kunit *test)
{
	struct message *m = new_message(test, 148);
	u32 i;

	set32(m, 0, HANDLE);
	set32(m, 4, 100); /* gid comes first */
	set32(m, 8, 1000);
	set_text(m, 12, "Bob");
	set16(m, 60, KSMBD_NL_USER_OK | KSMBD_NL_USER_EXTENSION);
	set16(m, 62, 16);
	for (i = 0; i < 18; i++)
		m->data[64 + i] = 0xa0 + i;
	return m;
}

static int get_login(const struct message *m, struct ksmbd_login *login)
{
	bool groups;

	return ksmbd_control_get_login(m->data, m->len, HANDLE, login, &groups);
}

static void login(struct kunit *test)
{
	struct message *m = login_message(test);
	struct ksmbd_login login;
	bool groups;

	KUNIT_ASSERT_EQ(test, ksmbd_control_get_login(m->data, 148, HANDLE, &login, &groups), 0);
	KUNIT_EXPECT_TRUE(test, groups);
	KUNIT_EXPECT_STREQ(test, login.account, "Bob");
	KUNIT_EXPECT_EQ(test, login.uid, 1000U);
	KUNIT_EXPECT_EQ(test, login.gid, 100U);
	KUNIT_EXPECT_EQ(test, login.flags, (u32)KSMBD_LOGIN_OK);
	KUNIT_EXPECT_TRUE(test, login.has_hash);
	EXPECT_HEX(test, login.nt_hash, 16, "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf");

	/* A guest has no password, and counts as logged in. */
	set16(m, 60, KSMBD_NL_USER_GUEST);
	set16(m, 62, 0);
	KUNIT_ASSERT_EQ(test, ksmbd_control_get_login(m->data, 148, HANDLE, &login, &groups), 0);
	KUNIT_EXPECT_FALSE(test, groups);
	KUNIT_EXPECT_FALSE(test, login.has_hash);
	KUNIT_EXPECT_EQ(test, login.flags, (u32)(KSMBD_LOGIN_OK | KSMBD_LOGIN_GUEST));
	set16(m, 62, 18); /* sixteen and two of padding */
	KUNIT_ASSERT_EQ(test, get_login(m, &login), 0);
	KUNIT_EXPECT_TRUE(test, login.has_hash);
	set16(m, 62, 15);
	KUNIT_ASSERT_EQ(test, get_login(m, &login), 0);
	KUNIT_EXPECT_FALSE(test, login.has_hash);
}

static void login_refused(struct kunit *test)
{
	static const u16 refused[] = { 0, 2, 4, 8, 1 | 8, 0x20, 0x40, 0xff };
	struct message *m = login_message(test);
	struct ksmbd_login login;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(refused); i++) {
		set16(m, 60, refused[i]);
		KUNIT_EXPECT_EQ(test, get_login(m, &login), -ENOENT);
		KUNIT_EXPECT_EQ(test, login.flags, 0U);
	}
}

/* The word counts only where others read a refusal. */
static void login_undecided(struct kunit *test)
{
	struct message *m = login_message(test);
	struct ksmbd_login login;

	memcpy(m->data + 84, "KSX1", 4);
	KUNIT_EXPECT_EQ(test, get_login(m, &login), 0);
	set16(m, 60, KSMBD_NL_USER_BAD_USER);
	KUNIT_EXPECT_EQ(test, get_login(m, &login), -EAGAIN);
	m->data[84]++;
	KUNIT_EXPECT_EQ(test, get_login(m, &login), -ENOENT);
}

static void login_lies(struct kunit *test)
{
	struct message *m = login_message(test);
	struct ksmbd_login login;
	bool groups;

	KUNIT_EXPECT_EQ(test, ksmbd_control_get_login(m->data, 147, HANDLE, &login, &groups),
			-EPROTO);
	KUNIT_EXPECT_EQ(test, ksmbd_control_get_login(m->data, 149, HANDLE, &login, &groups),
			-EPROTO);
	KUNIT_EXPECT_EQ(test, ksmbd_control_get_login(m->data, 0, HANDLE, &login, &groups),
			-EPROTO);
	KUNIT_EXPECT_EQ(test, ksmbd_control_get_login(m->data, 148, HANDLE + 1, &login, &groups),
			-EPROTO);
	set16(m, 62, 19);
	KUNIT_EXPECT_EQ(test, get_login(m, &login), -EPROTO);
	set16(m, 62, 16);
	set32(m, 4, U32_MAX);
	KUNIT_EXPECT_EQ(test, get_login(m, &login), -EPROTO);
	set32(m, 4, 100);
	set32(m, 8, U32_MAX);
	KUNIT_EXPECT_EQ(test, get_login(m, &login), -EPROTO);
	set32(m, 8, 1000);
	KUNIT_EXPECT_EQ(test, get_login(m, &login), 0);
	memset(m->data + 12, 'x', 48);
	KUNIT_EXPECT_EQ(test, get_login(m, &login), -EPROTO);
}

static void groups(struct kunit *test)
{
	struct message *m = new_message(test, 144);
	struct ksmbd_login login;

	set32(m, 0, HANDLE);
	set32(m, 4, 2);
	set32(m, 136, 27);
	set32(m, 140, 100);
	KUNIT_ASSERT_EQ(test, ksmbd_control_get_groups(m->data, 144, HANDLE, &login), 0);
	KUNIT_ASSERT_EQ(test, login.ngroups, 2U);
	KUNIT_EXPECT_EQ(test, login.groups[0], 27U);
	KUNIT_EXPECT_EQ(test, login.groups[1], 100U);
	kfree(login.groups);
	KUNIT_EXPECT_EQ(test, ksmbd_control_get_groups(m->data, 144, 1, &login), -EPROTO);
	KUNIT_EXPECT_EQ(test, ksmbd_control_get_groups(m->data, 143, HANDLE, &login), -EPROTO);
	KUNIT_EXPECT_EQ(test, ksmbd_control_get_groups(m->data, 140, HANDLE, &login), -EPROTO);
	KUNIT_EXPECT_EQ(test, ksmbd_control_get_groups(m->data, 148, HANDLE, &login), -EPROTO);
	KUNIT_EXPECT_EQ(test, ksmbd_control_get_groups(m->data, 135, HANDLE, &login), -EPROTO);
	set32(m, 140, U32_MAX);
	KUNIT_EXPECT_EQ(test, ksmbd_control_get_groups(m->data, 144, HANDLE, &login), -EPROTO);
	KUNIT_EXPECT_NULL(test, login.groups);
	set32(m, 4, -1u);
	KUNIT_EXPECT_EQ(test, ksmbd_control_get_groups(m->data, 144, HANDLE, &login), -EPROTO);
	set32(m, 4, 0x40000002); /* times four wraps to eight */
	KUNIT_EXPECT_EQ(test, ksmbd_control_get_groups(m->data, 144, HANDLE, &login), -EPROTO);
	set32(m, 4, 0);
	KUNIT_EXPECT_EQ(test, ksmbd_control_get_groups(m->data, 136, HANDLE, &login), 0);
	KUNIT_EXPECT_EQ(test, login.ngroups, 0U);
}

/* A share with @size bytes of payload. */
static struct message *share_message(struct kunit *test, const void *payload, u32 size)
{
	struct message *m = new_message(test, 536 + size);

	set32(m, 0, HANDLE);
	set32(m, 4, KSMBD_NL_SHARE_AVAILABLE | KSMBD_NL_SHARE_OPLOCKS);
	set16(m, 8, 0744);
	set16(m, 10, 0755);
	set16(m, 12, 01);
	set16(m, 14, 02);
	set16(m, 16, 0xffff);
	set16(m, 18, 100);
	set_text(m, 20, "Data");
	set32(m, 528, size);
	memcpy(m->data + 536, payload, size);
	return m;
}

static int get_share(const struct message *m, struct ksmbd_share_conf *conf)
{
	return ksmbd_control_get_share(m->data, m->len, HANDLE, "asked", conf);
}

static void share(struct kunit *test)
{
	struct message *m = share_message(test, "/srv/data", 9);
	struct ksmbd_share_conf conf;

	KUNIT_ASSERT_EQ(test, get_share(m, &conf), 0);
	KUNIT_EXPECT_STREQ(test, conf.name, "Data");
	KUNIT_EXPECT_STREQ(test, conf.path, "/srv/data");
	KUNIT_EXPECT_NULL(test, conf.veto);
	KUNIT_EXPECT_EQ(test, conf.flags, (u32)(KSMBD_SHARE_AVAILABLE | KSMBD_SHARE_OPLOCKS));
	KUNIT_EXPECT_EQ(test, conf.create_mask, 0744U);
	KUNIT_EXPECT_EQ(test, conf.directory_mask, 0755U);
	KUNIT_EXPECT_EQ(test, conf.force_create_mode, 1U);
	KUNIT_EXPECT_EQ(test, conf.force_directory_mode, 2U);
	KUNIT_EXPECT_EQ(test, conf.force_uid, U32_MAX);
	KUNIT_EXPECT_EQ(test, conf.force_gid, 100U);
	ksmbd_share_conf_release(&conf);
	m->data[20] = 0;
	KUNIT_ASSERT_EQ(test, get_share(m, &conf), 0);
	KUNIT_EXPECT_STREQ(test, conf.name, "asked");
	ksmbd_share_conf_release(&conf);

	set32(m, 4, 0);
	KUNIT_EXPECT_EQ(test, get_share(m, &conf), -ENOENT);
	set32(m, 4, KSMBD_NL_SHARE_AVAILABLE | KSMBD_NL_SHARE_PIPE);
	KUNIT_ASSERT_EQ(test, get_share(m, &conf), 0);
	KUNIT_EXPECT_NULL(test, conf.path);
}

/* Old and new daemons, with and without a NUL at the end. */
static void share_conventions(struct kunit *test)
{
	static const struct {
		u32 sent, said;
	} cases[] = { { 9, 9 }, { 9, 0 }, { 10, 10 }, { 10, 9 }, { 10, 0 } };
	struct ksmbd_share_conf conf;
	struct message *m;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		m = share_message(test, "/srv/data", cases[i].sent);
		set32(m, 528, cases[i].said);
		KUNIT_ASSERT_EQ(test, get_share(m, &conf), 0);
		KUNIT_EXPECT_STREQ(test, conf.path, "/srv/data");
		ksmbd_share_conf_release(&conf);
	}
	m = share_message(test, "/srv/data", 10);
	set32(m, 528, 8); /* its neighbour is not a NUL, and there are two */
	KUNIT_EXPECT_EQ(test, get_share(m, &conf), -EPROTO);
	set32(m, 528, 11);
	KUNIT_EXPECT_EQ(test, get_share(m, &conf), -EPROTO);
	set32(m, 528, U32_MAX);
	KUNIT_EXPECT_EQ(test, get_share(m, &conf), -EPROTO);
	m = share_message(test, "/srv/data", 9);
	set32(m, 528, 8);
	KUNIT_EXPECT_EQ(test, get_share(m, &conf), -EPROTO);
}

static void share_veto(struct kunit *test)
{
	struct message *m = share_message(test, "\0a*\0\0.tmp\0/srv", 15);
	struct ksmbd_share_conf conf;

	set32(m, 532, 9); /* NUL a * NUL NUL . t m p */
	KUNIT_ASSERT_EQ(test, get_share(m, &conf), 0);
	EXPECT_BYTES(test, conf.veto, "a*\0.tmp\0\0", 9);
	KUNIT_EXPECT_STREQ(test, conf.path, "/srv");
	ksmbd_share_conf_release(&conf);
	set32(m, 532, 8);
	KUNIT_EXPECT_EQ(test, get_share(m, &conf), -EPROTO);
	set32(m, 532, 14); /* no path */
	KUNIT_EXPECT_EQ(test, get_share(m, &conf), -EPROTO);
	set32(m, 532, 15);
	KUNIT_EXPECT_EQ(test, get_share(m, &conf), -EPROTO);
	set32(m, 532, U32_MAX);
	KUNIT_EXPECT_EQ(test, get_share(m, &conf), -EPROTO);
	/* A list that ends with a NUL of its own. */
	m = share_message(test, "x\0\0/srv", 7);
	set32(m, 532, 2);
	KUNIT_ASSERT_EQ(test, get_share(m, &conf), 0);
	EXPECT_BYTES(test, conf.veto, "x\0\0", 3);
	ksmbd_share_conf_release(&conf);
}

static void share_lies(struct kunit *test)
{
	static const struct {
		const char *path;
		u32 size;
	} bad[] = { { "", 0 }, { "", 1 }, { "srv", 3 }, { "/a\0/b", 5 }, { "/a\0\0", 4 } };
	struct ksmbd_share_conf conf;
	struct message *m;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		m = share_message(test, bad[i].path, bad[i].size);
		KUNIT_EXPECT_EQ(test, get_share(m, &conf), -EPROTO);
		KUNIT_EXPECT_NULL(test, conf.path);
	}
	m = share_message(test, "/srv", 4);
	KUNIT_EXPECT_EQ(test, ksmbd_control_get_share(m->data, 535, HANDLE, "", &conf), -EPROTO);
	KUNIT_EXPECT_EQ(test, ksmbd_control_get_share(m->data, m->len, 1, "", &conf), -EPROTO);
	memset(m->data + 20, 'x', 64);
	KUNIT_EXPECT_EQ(test, get_share(m, &conf), -EPROTO);
	m = share_message(test, "/", 1);
	memset(m->data + 537, 'x', 4096);
	m->len = 536 + 4096;
	set32(m, 528, 4096);
	KUNIT_EXPECT_EQ(test, get_share(m, &conf), -EPROTO);
}

static void tree_response(struct kunit *test)
{
	struct ksmbd_tree_ask ask = { .status = 77 };
	struct message *m = new_message(test, 72);

	set32(m, 0, HANDLE);
	set16(m, 4, KSMBD_TREE_HOST_DENIED);
	set16(m, 6, KSMBD_TREE_WRITABLE);
	KUNIT_EXPECT_EQ(test, ksmbd_control_get_tree(m->data, 71, HANDLE, &ask), -EPROTO);
	KUNIT_EXPECT_EQ(test, ksmbd_control_get_tree(m->data, 73, HANDLE, &ask), -EPROTO);
	KUNIT_EXPECT_EQ(test, ksmbd_control_get_tree(m->data, 72, 1, &ask), -EPROTO);
	KUNIT_EXPECT_EQ(test, ask.status, 77U);
	KUNIT_ASSERT_EQ(test, ksmbd_control_get_tree(m->data, 72, HANDLE, &ask), 0);
	KUNIT_EXPECT_EQ(test, ask.status, (u32)KSMBD_TREE_HOST_DENIED);
	KUNIT_EXPECT_EQ(test, ask.flags, (u32)KSMBD_TREE_WRITABLE);
}

static void rpc_response(struct kunit *test)
{
	static const struct {
		u32 status;
		int err;
	} cases[] = { { 0, 0 },	      { 1, -ENOENT }, { 5, -EACCES },	     { 6, -EBADF },
		      { 8, -ENOMEM }, { 13, -EPIPE }, { 0x40, -EOPNOTSUPP }, { 0x57, -EINVAL },
		      { 0x7c, -EIO }, { 0xea, 0 },    { U32_MAX, -EIO } };
	struct message *m = new_message(test, 12 + 5);
	struct ksmbd_control_rpc rpc;
	u32 i;

	set32(m, 0, 9);
	set32(m, 8, 5);
	memcpy(m->data + 12, "hello", 5);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		set32(m, 4, cases[i].status);
		KUNIT_EXPECT_EQ(test, ksmbd_control_get_rpc(m->data, 17, 9, &rpc), cases[i].err);
		KUNIT_EXPECT_EQ(test, rpc.len, 5U);
		KUNIT_EXPECT_EQ(test, rpc.more, cases[i].status == 0xea);
		EXPECT_BYTES(test, rpc.data, "hello", 5);
	}
	set32(m, 4, 0);
	KUNIT_EXPECT_EQ(test, ksmbd_control_get_rpc(m->data, 17, 8, &rpc), -EPROTO);
	KUNIT_EXPECT_EQ(test, ksmbd_control_get_rpc(m->data, 16, 9, &rpc), -EPROTO);
	KUNIT_EXPECT_EQ(test, ksmbd_control_get_rpc(m->data, 18, 9, &rpc), -EPROTO);
	KUNIT_EXPECT_EQ(test, ksmbd_control_get_rpc(m->data, 11, 9, &rpc), -EPROTO);
	set32(m, 8, U32_MAX);
	KUNIT_EXPECT_EQ(test, ksmbd_control_get_rpc(m->data, 17, 9, &rpc), -EPROTO);
}

static void spnego_response(struct kunit *test)
{
	struct message *inner = login_message(test), *m = new_message(test, 156 + 16 + 4);
	struct ksmbd_control_spnego spnego;

	set32(m, 0, HANDLE);
	memcpy(m->data + 4, inner->data, 148);
	set16(m, 152, 16);
	set16(m, 154, 4);
	memset(m->data + 156, 'k', 16);
	memset(m->data + 172, 't', 4);
	KUNIT_ASSERT_EQ(test, ksmbd_control_get_spnego(m->data, 176, HANDLE, &spnego), 0);
	KUNIT_EXPECT_STREQ(test, spnego.login.account, "Bob");
	KUNIT_EXPECT_TRUE(test, spnego.groups);
	KUNIT_ASSERT_EQ(test, spnego.key_len, 16U);
	EXPECT_BYTES(test, spnego.key, "kkkkkkkkkkkkkkkk", 16);
	KUNIT_ASSERT_EQ(test, spnego.token_len, 4U);
	EXPECT_BYTES(test, spnego.token, "tttt", 4);
	/* A ticket's end of life before them. */
	memmove(m->data + 164, m->data + 156, 20);
	memset(m->data + 156, 0xee, 8);
	KUNIT_ASSERT_EQ(test, ksmbd_control_get_spnego(m->data, 184, HANDLE, &spnego), 0);
	EXPECT_BYTES(test, spnego.key, "kkkkkkkkkkkkkkkk", 16);
	EXPECT_BYTES(test, spnego.token, "tttt", 4);

	KUNIT_EXPECT_EQ(test, ksmbd_control_get_spnego(m->data, 175, HANDLE, &spnego), -EPROTO);
	KUNIT_EXPECT_EQ(test, ksmbd_control_get_spnego(m->data, 177, HANDLE, &spnego), -EPROTO);
	KUNIT_EXPECT_EQ(test, ksmbd_control_get_spnego(m->data, 155, HANDLE, &spnego), -EPROTO);
	KUNIT_EXPECT_EQ(test, ksmbd_control_get_spnego(m->data, 176, 1, &spnego), -EPROTO);
	set16(m, 152, 0xffff);
	set16(m, 154, 0xffff);
	KUNIT_EXPECT_EQ(test, ksmbd_control_get_spnego(m->data, 176, HANDLE, &spnego), -EPROTO);
	set16(m, 152, 16);
	set16(m, 154, 4);
	set16(m, 4 + 60, KSMBD_NL_USER_BAD_USER);
	KUNIT_EXPECT_EQ(test, ksmbd_control_get_spnego(m->data, 176, HANDLE, &spnego), -ENOENT);
	KUNIT_EXPECT_NULL(test, spnego.key);
}

static void startup(struct kunit *test)
{
	struct message *m = new_message(test, 744);
	struct ksmbd_startup *s;

	set32(m, 4, KSMBD_NL_OPTION_MANDATORY);
	set_text(m, 8, "SMB3_00");
	set_text(m, 24, "SMB3_02");
	set_text(m, 40, "NETBIOS");
	set_text(m, 56, "GROUP");
	set_text(m, 120, "A server");
	set16(m, 184, 4450);
	set16(m, 186, 12);
	set32(m, 188, 3);
	set32(m, 192, 111);
	set32(m, 196, 1 << 20);
	set32(m, 200, 2 << 20);
	set32(m, 204, 3 << 20);
	set32(m, 212, 1001);
	set32(m, 216, 1002);
	set32(m, 220, 1003);
	set32(m, 224, 99);
	set32(m, 232, 55);
	m->data[236] = 1;
	set32(m, 237, 8);
	KUNIT_ASSERT_EQ(test, ksmbd_control_get_startup(m->data, 744, &s), 0);
	KUNIT_EXPECT_EQ(test, (int)s->config.signing, (int)KSMBD_SIGNING_MANDATORY);
	KUNIT_EXPECT_EQ(test, s->config.min_dialect, KSMBD_DIALECT_300);
	KUNIT_EXPECT_EQ(test, s->config.max_dialect, KSMBD_DIALECT_302);
	KUNIT_EXPECT_STREQ(test, s->config.netbios_name, "NETBIOS");
	KUNIT_EXPECT_STREQ(test, s->config.workgroup, "GROUP");
	KUNIT_EXPECT_STREQ(test, s->config.server_string, "A server");
	KUNIT_EXPECT_EQ(test, s->port, 4450U);
	KUNIT_EXPECT_EQ(test, s->ipc_timeout, 12U);
	KUNIT_EXPECT_EQ(test, s->config.deadtime_ms, 3 * 60000ULL);
	KUNIT_EXPECT_EQ(test, s->config.max_open_files, 111U);
	KUNIT_EXPECT_EQ(test, s->config.max_write, 1U << 20);
	KUNIT_EXPECT_EQ(test, s->config.max_read, 2U << 20);
	KUNIT_EXPECT_EQ(test, s->config.max_trans, 3U << 20);
	KUNIT_EXPECT_EQ(test, s->config.sub_auth[0], 1001U);
	KUNIT_EXPECT_EQ(test, s->config.sub_auth[2], 1003U);
	KUNIT_EXPECT_EQ(test, s->config.max_credits, 99U);
	KUNIT_EXPECT_EQ(test, s->config.max_connections, 55U);
	KUNIT_EXPECT_EQ(test, s->config.max_ip_connections, 8U);
	KUNIT_EXPECT_TRUE(test, s->bind_interfaces_only);
	KUNIT_EXPECT_EQ(test, s->ninterfaces, 0U);
	ksmbd_startup_free(s);
}

static void startup_defaults(struct kunit *test)
{
	struct message *m = new_message(test, 744);
	struct ksmbd_config *want = kunit_kzalloc(test, sizeof(*want), GFP_KERNEL);
	struct ksmbd_startup *s;

	KUNIT_ASSERT_NOT_NULL(test, want);
	ksmbd_config_defaults(want);
	want->signing = KSMBD_SIGNING_DISABLED;
	want->guest_ok = true;
	want->multichannel = false;
	KUNIT_ASSERT_EQ(test, ksmbd_control_get_startup(m->data, 744, &s), 0);
	KUNIT_EXPECT_EQ(test, s->port, 445U);
	EXPECT_BYTES(test, &s->config, want, sizeof(*want));
	ksmbd_startup_free(s);

	/* What others may have at that place is not our extension. */
	set32(m, 676, 0x12345678);
	set32(m, 680, 1);
	set32(m, 684, 60);
	set32(m, 688, 5);
	set32(m, 692, 4);
	set32(m, 704, 7);
	set32(m, 708, 8);
	set32(m, 712, 9);
	KUNIT_ASSERT_EQ(test, ksmbd_control_get_startup(m->data, 744, &s), 0);
	EXPECT_BYTES(test, &s->config, want, sizeof(*want));
	ksmbd_startup_free(s);
	set32(m, 676, KSMBD_NL_STARTUP_EXT_MAGIC);
	KUNIT_ASSERT_EQ(test, ksmbd_control_get_startup(m->data, 744, &s), 0);
	KUNIT_EXPECT_EQ(test, s->config.restrict_anonymous, 1U);
	KUNIT_EXPECT_EQ(test, s->config.auth_timeout, 60U);
	KUNIT_EXPECT_EQ(test, s->config.max_sessions, 5U);
	KUNIT_EXPECT_EQ(test, s->config.max_conn_sessions, 7U);
	KUNIT_EXPECT_EQ(test, s->config.max_trees, 8U);
	KUNIT_EXPECT_EQ(test, s->config.max_waiting, 9U);
	KUNIT_EXPECT_EQ(test, s->config.encryption, KSMBD_ENCRYPTION_REQUIRED);
	ksmbd_startup_free(s);
}

static void startup_interfaces(struct kunit *test)
{
	static const char list[] = "\0eth0\0\0lo\0abcdefghijklmno";
	struct message *m = new_message(test, 744 + sizeof(list));
	struct ksmbd_startup *s;
	u32 size;

	memcpy(m->data + 744, list, sizeof(list));
	for (size = sizeof(list) - 1; size <= sizeof(list); size++) {
		set32(m, 740, size);
		KUNIT_ASSERT_EQ(test, ksmbd_control_get_startup(m->data, 744 + size, &s), 0);
		KUNIT_ASSERT_EQ(test, s->ninterfaces, 3U);
		KUNIT_EXPECT_STREQ(test, s->interfaces[0], "eth0");
		KUNIT_EXPECT_STREQ(test, s->interfaces[1], "lo");
		KUNIT_EXPECT_STREQ(test, s->interfaces[2], "abcdefghijklmno");
		ksmbd_startup_free(s);
	}
	m->data[744 + size - 2] = 'p'; /* sixteen characters */
	set32(m, 740, size - 1);
	KUNIT_EXPECT_EQ(test, ksmbd_control_get_startup(m->data, 744 + size - 1, &s), -EINVAL);
	KUNIT_EXPECT_NULL(test, s);
}

static void startup_lies(struct kunit *test)
{
	struct message *m = new_message(test, 744);
	struct ksmbd_startup *s;

	KUNIT_EXPECT_EQ(test, ksmbd_control_get_startup(m->data, 743, &s), -EINVAL);
	KUNIT_EXPECT_EQ(test, ksmbd_control_get_startup(m->data, 0, &s), -EINVAL);
	KUNIT_EXPECT_EQ(test, ksmbd_control_get_startup(m->data, 745, &s), -EINVAL);
	set32(m, 740, 1);
	KUNIT_EXPECT_EQ(test, ksmbd_control_get_startup(m->data, 744, &s), -EINVAL);
	set32(m, 740, U32_MAX);
	KUNIT_EXPECT_EQ(test, ksmbd_control_get_startup(m->data, 744, &s), -EINVAL);
	set32(m, 740, 0);
	set32(m, 4, 4);
	KUNIT_EXPECT_EQ(test, ksmbd_control_get_startup(m->data, 744, &s), -EINVAL);
	set32(m, 4, -1u);
	KUNIT_EXPECT_EQ(test, ksmbd_control_get_startup(m->data, 744, &s), -EINVAL);
	set32(m, 4, 0);
	set_text(m, 8, "SMB3_11");
	set_text(m, 24, "SMB2_10");
	KUNIT_EXPECT_EQ(test, ksmbd_control_get_startup(m->data, 744, &s), -EINVAL);
	/* Full fields, no NUL in any of them. */
	memset(m->data + 8, 'x', 176);
	KUNIT_ASSERT_EQ(test, ksmbd_control_get_startup(m->data, 744, &s), 0);
	KUNIT_EXPECT_EQ(test, strlen(s->config.netbios_name), 15UL);
	KUNIT_EXPECT_EQ(test, strlen(s->config.workgroup), 63UL);
	KUNIT_EXPECT_EQ(test, strlen(s->config.server_string), 63UL);
	ksmbd_startup_free(s);
	ksmbd_startup_free(NULL);
}

static struct kunit_case control_cases[] = {
	KUNIT_CASE(requests),
	KUNIT_CASE(tree_request),
	KUNIT_CASE(long_names),
	KUNIT_CASE(variable_requests),
	KUNIT_CASE(checks_sizes),
	KUNIT_CASE(login),
	KUNIT_CASE(login_refused),
	KUNIT_CASE(login_undecided),
	KUNIT_CASE(login_lies),
	KUNIT_CASE(groups),
	KUNIT_CASE(share),
	KUNIT_CASE(share_conventions),
	KUNIT_CASE(share_veto),
	KUNIT_CASE(share_lies),
	KUNIT_CASE(tree_response),
	KUNIT_CASE(rpc_response),
	KUNIT_CASE(spnego_response),
	KUNIT_CASE(startup),
	KUNIT_CASE(startup_defaults),
	KUNIT_CASE(startup_interfaces),
	KUNIT_CASE(startup_lies),
	{},
};

static struct kunit_suite control_suite = {
	.name = "ksmbd-control",
	.test_cases = control_cases,
};
kunit_test_suite(control_suite);
