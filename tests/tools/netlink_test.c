// SPDX-License-Identifier: GPL-2.0-or-later
/* The daemon's answers to messages as a kernel sends them, byte by byte where it matters. */
#include <kunit/test.h>

#include <stdlib.h>

#include "tests/tools/messages.h"
#include "tools/lib/config_values.h"
#include "tools/lib/netlink/answer.h"
#include "tools/lib/netlink/flags.h"
#include "tools/lib/netlink/startup.h"
#include "uapi/ksmbd_netlink.h"

#define HANDLE 0x01020304

static struct messages said;

/* A daemon with one configuration, and the buffer of its last reply. */
struct talk {
	struct service *service;
	struct answers *answers;
	struct answer_reply reply;
};

static const char shares[] = "[global]\nmap to guest = bad user\n"
			     "[Plain]\npath=/tmp\nread only=no\nveto files=/a b/*.tmp/\n"
			     "create mask=0640\ndirectory mask=0750\nforce create mode=0400\n"
			     "[guests]\npath=/\nguest ok=yes\ncrossmnt=no\n"
			     "[few]\npath=/\nvalid users=ann\nadmin users=ann\n";

static struct conf *read_conf(const char *text)
{
	struct conf_reader *reader;
	struct conf *conf;

	messages_init(&said);
	reader = conf_reader_create(&said.report);
	conf_reader_for_kernel(reader);
	conf_reader_text(reader, "t", text, strlen(text));
	conf = conf_reader_finish(reader);
	conf_reader_free(reader);
	BUG_ON(!conf);
	return conf;
}

static void install(struct talk *talk, const char *text)
{
	struct conf *conf = read_conf(text);
	struct passdb *db = passdb_create();
	u8 hash[PASSDB_HASH_SIZE] = { 0x5a, 1, 2 };

	passdb_set(db, "Ann", hash);
	service_install(talk->service, conf, db);
	conf_put(conf);
	passdb_put(db);
}

static void begin(struct talk *talk, const char *text)
{
	talk->service = service_create();
	talk->answers = answers_create(talk->service);
	talk->reply.data = malloc(ANSWER_MAX_SIZE);
	install(talk, text);
}

static void end(struct talk *talk)
{
	answers_free(talk->answers);
	service_free(talk->service);
	free(talk->reply.data);
}

/* Send a message from an odd address, as it may come; the buffer has old bytes in it. */
static int ask(struct talk *talk, u16 event, const void *data, size_t size)
{
	char *moved = malloc(size + 1);
	int ret;

	memset(talk->reply.data, 0xee, ANSWER_MAX_SIZE);
	memcpy(moved + 1, data, size);
	ret = answers_event(talk->answers, event, moved + 1, size, &talk->reply);
	free(moved);
	return ret;
}

static const struct ksmbd_nl_login_response *login(struct kunit *test, struct talk *talk,
						   const char *name)
{
	struct ksmbd_nl_login_request request = { .handle = HANDLE };

	strscpy((char *)request.account, name, sizeof(request.account));
	KUNIT_ASSERT_EQ(test, ask(talk, KSMBD_NL_LOGIN, &request, sizeof(request)), 0);
	KUNIT_ASSERT_EQ(test, talk->reply.event, KSMBD_NL_LOGIN_RESPONSE);
	KUNIT_ASSERT_EQ(test, talk->reply.size, 148);
	return (const void *)talk->reply.data;
}

static void answers_logins(struct kunit *test)
{
	const struct ksmbd_nl_login_response *response;
	struct talk talk;

	begin(&talk, shares);
	response = login(test, &talk, "ANN");
	KUNIT_EXPECT_EQ(test, response->handle, HANDLE);
	KUNIT_EXPECT_EQ(test, response->status & ~KSMBD_NL_USER_EXTENSION, KSMBD_NL_USER_OK);
	KUNIT_EXPECT_STREQ(test, (const char *)response->account, "Ann");
	KUNIT_EXPECT_EQ(test, response->hash_size, 16);
	KUNIT_EXPECT_EQ(test, response->hash[0], 0x5a);
	KUNIT_EXPECT_NE(test, response->uid, 0);
	KUNIT_EXPECT_PTR_EQ(test, memchr_inv(response->reserved, 0, sizeof(response->reserved)),
			    NULL);
	/* offsets of the interface: hash at 64, status at 60 */
	KUNIT_EXPECT_EQ(test, talk.reply.data[64], 0x5a);
	KUNIT_EXPECT_EQ(test, talk.reply.data[62], 16);
	response = login(test, &talk, "stranger");
	KUNIT_EXPECT_EQ(test, response->status & ~KSMBD_NL_USER_EXTENSION,
			KSMBD_NL_USER_OK | KSMBD_NL_USER_GUEST);
	KUNIT_EXPECT_EQ(test, response->hash_size, 0);
	KUNIT_EXPECT_STREQ(test, (const char *)response->account, "nobody");
	install(&talk, "");
	response = login(test, &talk, "stranger");
	KUNIT_EXPECT_EQ(test, response->status, KSMBD_NL_USER_BAD_USER);
	response = login(test, &talk, "\xff");
	KUNIT_EXPECT_EQ(test, response->status, KSMBD_NL_USER_BAD_USER);
	end(&talk);
}

static void answers_groups(struct kunit *test)
{
	struct ksmbd_nl_login_request request = { .handle = HANDLE, .account = "ann" };
	const struct ksmbd_nl_groups_response *response;
	struct talk talk;

	begin(&talk, shares);
	KUNIT_ASSERT_EQ(test, ask(&talk, KSMBD_NL_LOGIN_EXT, &request, sizeof(request)), 0);
	KUNIT_EXPECT_EQ(test, talk.reply.event, KSMBD_NL_LOGIN_EXT_RESPONSE);
	response = (const void *)talk.reply.data;
	KUNIT_EXPECT_EQ(test, response->handle, HANDLE);
	KUNIT_EXPECT_EQ(test, talk.reply.size, 136 + 4 * response->ngroups);
	strscpy((char *)request.account, "\xff", sizeof(request.account));
	KUNIT_ASSERT_EQ(test, ask(&talk, KSMBD_NL_LOGIN_EXT, &request, sizeof(request)), 0);
	KUNIT_EXPECT_EQ(test, talk.reply.size, 136);
	KUNIT_EXPECT_EQ(test, response->ngroups, 0);
	end(&talk);
}

static const struct ksmbd_nl_share_response *share(struct kunit *test, struct talk *talk,
						   const char *name)
{
	struct ksmbd_nl_share_request request = { .handle = HANDLE };
	const struct ksmbd_nl_share_response *response = (const void *)talk->reply.data;

	strscpy((char *)request.share_name, name, sizeof(request.share_name));
	KUNIT_ASSERT_EQ(test, ask(talk, KSMBD_NL_SHARE, &request, sizeof(request)), 0);
	KUNIT_ASSERT_EQ(test, talk->reply.event, KSMBD_NL_SHARE_RESPONSE);
	KUNIT_EXPECT_EQ(test, talk->reply.size, 536 + response->payload_size);
	KUNIT_EXPECT_EQ(test, response->handle, HANDLE);
	return response;
}

static void answers_shares(struct kunit *test)
{
	const struct ksmbd_nl_share_response *response;
	struct talk talk;

	begin(&talk, shares);
	response = share(test, &talk, "PLAIN");
	KUNIT_EXPECT_STREQ(test, (const char *)response->share_name, "Plain");
	KUNIT_EXPECT_EQ(test,
			response->flags & (KSMBD_NL_SHARE_WRITEABLE | KSMBD_NL_SHARE_READONLY),
			KSMBD_NL_SHARE_WRITEABLE);
	KUNIT_EXPECT_EQ(test, response->create_mask, 0640);
	KUNIT_EXPECT_EQ(test, response->directory_mask, 0750);
	KUNIT_EXPECT_EQ(test, response->force_create_mode, 0400);
	KUNIT_EXPECT_EQ(test, response->force_uid, 0xffff);
	KUNIT_EXPECT_EQ(test, response->force_gid, 0xffff);
	/* the list has no NUL of its own at the end; the path comes behind one */
	KUNIT_EXPECT_EQ(test, response->veto_list_size, 9);
	KUNIT_ASSERT_EQ(test, response->payload_size, 9 + 1 + 5);
	KUNIT_EXPECT_EQ(test, memcmp(response->payload, "a b\0*.tmp\0/tmp", 15), 0);
	response = share(test, &talk, "guests");
	KUNIT_EXPECT_EQ(test, response->veto_list_size, 0);
	KUNIT_EXPECT_STREQ(test, (const char *)response->payload, "/");
	KUNIT_EXPECT_EQ(test, response->flags & KSMBD_NL_SHARE_CROSSMNT, 0);
	KUNIT_EXPECT_NE(test, response->flags & KSMBD_NL_SHARE_GUEST_OK, 0);
	response = share(test, &talk, "ipc$");
	KUNIT_EXPECT_NE(test, response->flags & KSMBD_NL_SHARE_PIPE, 0);
	response = share(test, &talk, "none");
	KUNIT_EXPECT_EQ(test, response->flags, 0);
	KUNIT_EXPECT_EQ(test, talk.reply.size, 536);
	end(&talk);
}

static void refuses_ids_that_do_not_fit(struct kunit *test)
{
	struct conf_share one = { .path = "/", .force_uid = CONF_NO_ID, .force_gid = 65534 };

	KUNIT_EXPECT_NULL(test, answer_share_problem(&one));
	one.force_gid = 65535;
	KUNIT_EXPECT_NOT_NULL(test, answer_share_problem(&one));
	one.force_gid = CONF_NO_ID;
	one.force_uid = 70000;
	KUNIT_EXPECT_NOT_NULL(test, answer_share_problem(&one));
}

static const struct ksmbd_nl_tree_response *tree(struct kunit *test, struct talk *talk,
						 const char *name, u16 account_flags, u64 id)
{
	struct ksmbd_nl_tree_request request = {
		.handle = HANDLE,
		.account_flags = account_flags,
		.session_id = 7,
		.connect_id = id,
		.account = "Ann",
		.peer_addr = "127.0.0.1",
	};

	strscpy((char *)request.share, name, sizeof(request.share));
	KUNIT_ASSERT_EQ(test, ask(talk, KSMBD_NL_TREE_CONNECT, &request, sizeof(request)), 0);
	KUNIT_ASSERT_EQ(test, talk->reply.event, KSMBD_NL_TREE_RESPONSE);
	KUNIT_ASSERT_EQ(test, talk->reply.size, 72);
	return (const void *)talk->reply.data;
}

static void answers_trees(struct kunit *test)
{
	struct ksmbd_nl_tree_disconnect gone = { .session_id = 7, .connect_id = 1 };
	const struct ksmbd_nl_tree_response *response;
	struct talk talk;

	begin(&talk, shares);
	share(test, &talk, "few");
	response = tree(test, &talk, "few", KSMBD_NL_USER_OK, 1);
	KUNIT_EXPECT_EQ(test, response->handle, HANDLE);
	KUNIT_EXPECT_EQ(test, response->status, 0);
	KUNIT_EXPECT_EQ(test, response->connection_flags, FLAGS_TREE_READ_ONLY | FLAGS_TREE_ADMIN);
	KUNIT_EXPECT_EQ(test, service_uses(talk.service, "few"), 1);
	response = tree(test, &talk, "nothing", KSMBD_NL_USER_OK, 2);
	KUNIT_EXPECT_EQ(test, response->status, 2);
	response = tree(test, &talk, "few", KSMBD_NL_USER_GUEST, 2);
	KUNIT_EXPECT_EQ(test, response->status, 3);
	/* a kernel that began anew: its number replaces the old one's */
	response = tree(test, &talk, "few", KSMBD_NL_USER_OK, 1);
	KUNIT_EXPECT_EQ(test, response->status, 0);
	KUNIT_EXPECT_EQ(test, service_uses(talk.service, "few"), 1);
	KUNIT_EXPECT_EQ(test, ask(&talk, KSMBD_NL_TREE_DISCONNECT, &gone, sizeof(gone)), 0);
	KUNIT_EXPECT_EQ(test, talk.reply.event, 0);
	KUNIT_EXPECT_EQ(test, service_uses(talk.service, "few"), 0);
	end(&talk);
}

/* The kernel keeps what it was told of a share: it must ask again after a reload. */
static void tells_of_changed_shares(struct kunit *test)
{
	const struct ksmbd_nl_tree_response *response;
	struct talk talk;

	begin(&talk, shares);
	response = tree(test, &talk, "plain", KSMBD_NL_USER_OK, 1);
	KUNIT_EXPECT_NE(test, response->connection_flags & FLAGS_TREE_UPDATE, 0);
	share(test, &talk, "plain");
	response = tree(test, &talk, "plain", KSMBD_NL_USER_OK, 2);
	KUNIT_EXPECT_EQ(test, response->connection_flags, FLAGS_TREE_WRITABLE);
	install(&talk, shares);
	response = tree(test, &talk, "plain", KSMBD_NL_USER_OK, 3);
	KUNIT_EXPECT_NE(test, response->connection_flags & FLAGS_TREE_UPDATE, 0);
	response = tree(test, &talk, "IPC$", KSMBD_NL_USER_OK, 4);
	KUNIT_EXPECT_NE(test, response->connection_flags & FLAGS_TREE_UPDATE, 0);
	share(test, &talk, "ipc$");
	response = tree(test, &talk, "IPC$", KSMBD_NL_USER_OK, 5);
	KUNIT_EXPECT_EQ(test, response->connection_flags & FLAGS_TREE_UPDATE, 0);
	end(&talk);
}

static void takes_late_answers_back(struct kunit *test)
{
	struct ksmbd_nl_tree_request request = {
		.session_id = 7,
		.connect_id = 1,
		.account = "Ann",
		.share = "few",
		.peer_addr = "::1",
	};
	struct talk talk;

	begin(&talk, shares);
	KUNIT_ASSERT_EQ(test, ask(&talk, KSMBD_NL_TREE_CONNECT, &request, sizeof(request)), 0);
	KUNIT_EXPECT_EQ(test, service_uses(talk.service, "few"), 1);
	answers_undo(talk.answers, KSMBD_NL_TREE_CONNECT, &request, &talk.reply);
	KUNIT_EXPECT_EQ(test, service_uses(talk.service, "few"), 0);
	end(&talk);
}

static const struct ksmbd_nl_rpc *rpc(struct kunit *test, struct talk *talk, u32 flags,
				      const u8 *data, u32 size)
{
	const struct ksmbd_nl_rpc *response = (const void *)talk->reply.data;
	struct ksmbd_nl_rpc *request = calloc(1, sizeof(*request) + size);

	request->handle = 5;
	request->flags = flags;
	request->payload_size = size;
	if (size)
		memcpy(request->payload, data, size);
	KUNIT_ASSERT_EQ(test, ask(talk, KSMBD_NL_RPC, request, sizeof(*request) + size), 0);
	free(request);
	KUNIT_ASSERT_EQ(test, talk->reply.event, KSMBD_NL_RPC_RESPONSE);
	KUNIT_EXPECT_EQ(test, talk->reply.size, 12 + response->payload_size);
	KUNIT_EXPECT_EQ(test, response->handle, 5);
	return response;
}

/* A bind to srvsvc with NDR. */
static const u8 bind[] = {
	5,    0,    11,	  3,	0x10, 0,    0,	  0,	72,   0,    0,	  0,	1,    0,    0,
	0,    0xb8, 0x10, 0xb8, 0x10, 0,    0,	  0,	0,    1,    0,	  0,	0,    0,    0,
	1,    0,    0xc8, 0x4f, 0x32, 0x4b, 0x70, 0x16, 0xd3, 0x01, 0x12, 0x78, 0x5a, 0x47, 0xbf,
	0x6e, 0xe1, 0x88, 3,	0,    0,    0,	  0x04, 0x5d, 0x88, 0x8a, 0xeb, 0x1c, 0xc9, 0x11,
	0x9f, 0xe8, 0x08, 0x00, 0x2b, 0x10, 0x48, 0x60, 2,    0,    0,	  0,
};

/* Messages that end something, and what they end: by number, whatever else is said. */
static void knows_what_ends(struct kunit *test)
{
	struct ksmbd_nl_tree_disconnect leave = { .session_id = 7, .connect_id = 1 };
	struct ksmbd_nl_tree_request enter = { .session_id = 7, .connect_id = 1 };
	struct ksmbd_nl_rpc close = { .handle = 5, .flags = KSMBD_NL_RPC_CLOSE };
	struct ksmbd_nl_rpc open = { .handle = 5, .flags = KSMBD_NL_RPC_OPEN };

#define ENDS(end_event, end, event, begin) \
	answer_ends(end_event, &(end), sizeof(end), event, &(begin), sizeof(begin))
	KUNIT_EXPECT_TRUE(test,
			  ENDS(KSMBD_NL_TREE_DISCONNECT, leave, KSMBD_NL_TREE_CONNECT, enter));
	KUNIT_EXPECT_TRUE(test, ENDS(KSMBD_NL_RPC, close, KSMBD_NL_RPC, open));
	KUNIT_EXPECT_FALSE(test, ENDS(KSMBD_NL_RPC, open, KSMBD_NL_RPC, close));
	KUNIT_EXPECT_FALSE(test, ENDS(KSMBD_NL_RPC, close, KSMBD_NL_TREE_CONNECT, enter));
	KUNIT_EXPECT_FALSE(test, ENDS(KSMBD_NL_LOGOUT, enter, KSMBD_NL_TREE_CONNECT, enter));
	KUNIT_EXPECT_FALSE(test, answer_ends(KSMBD_NL_TREE_DISCONNECT, &leave, sizeof(leave),
					     KSMBD_NL_TREE_CONNECT, &enter, 23));
	KUNIT_EXPECT_FALSE(test, answer_ends(KSMBD_NL_RPC, &close, 11, KSMBD_NL_RPC, &open, 12));
	KUNIT_EXPECT_FALSE(test, answer_ends(0xffff, &close, 12, 0xffff, &open, 12));
	enter.connect_id = 2;
	open.handle = 6;
	KUNIT_EXPECT_FALSE(test,
			   ENDS(KSMBD_NL_TREE_DISCONNECT, leave, KSMBD_NL_TREE_CONNECT, enter));
	KUNIT_EXPECT_FALSE(test, ENDS(KSMBD_NL_RPC, close, KSMBD_NL_RPC, open));
#undef ENDS
}

static void answers_pipes(struct kunit *test)
{
	const u32 srvsvc = KSMBD_NL_RPC_SRVSVC;
	const struct ksmbd_nl_rpc *response;
	struct talk talk;

	begin(&talk, shares);
	response = rpc(test, &talk, srvsvc | KSMBD_NL_RPC_READ, NULL, 0);
	KUNIT_EXPECT_EQ(test, response->flags, KSMBD_NL_RPC_EBAD_FID);
	response = rpc(test, &talk, KSMBD_NL_RPC_LSARPC | KSMBD_NL_RPC_OPEN, NULL, 0);
	KUNIT_EXPECT_EQ(test, response->flags, KSMBD_NL_RPC_EBAD_FUNC);
	response = rpc(test, &talk, srvsvc | KSMBD_NL_RPC_OPEN, NULL, 0);
	KUNIT_EXPECT_EQ(test, response->flags, KSMBD_NL_RPC_OK);
	response = rpc(test, &talk, srvsvc | KSMBD_NL_RPC_READ, NULL, 0);
	KUNIT_EXPECT_EQ(test, response->flags, KSMBD_NL_RPC_OK);
	KUNIT_EXPECT_EQ(test, response->payload_size, 0);
	response = rpc(test, &talk, srvsvc | KSMBD_NL_RPC_WRITE, bind, sizeof(bind));
	KUNIT_EXPECT_EQ(test, response->flags, KSMBD_NL_RPC_OK);
	KUNIT_EXPECT_EQ(test, response->payload_size, 0);
	response = rpc(test, &talk, srvsvc | KSMBD_NL_RPC_READ, NULL, 0);
	KUNIT_EXPECT_EQ(test, response->flags, KSMBD_NL_RPC_OK);
	KUNIT_ASSERT_GT(test, response->payload_size, 24);
	KUNIT_EXPECT_EQ(test, response->payload[2], 12); /* bind_ack */
	/* opened again by a kernel that began anew: an empty pipe */
	rpc(test, &talk, srvsvc | KSMBD_NL_RPC_OPEN, NULL, 0);
	response = rpc(test, &talk, srvsvc | KSMBD_NL_RPC_IOCTL, bind, sizeof(bind));
	KUNIT_EXPECT_EQ(test, response->flags, KSMBD_NL_RPC_OK);
	KUNIT_EXPECT_EQ(test, response->payload[2], 12);
	response = rpc(test, &talk, srvsvc | KSMBD_NL_RPC_CLOSE, NULL, 0);
	KUNIT_EXPECT_EQ(test, response->flags, KSMBD_NL_RPC_OK);
	response = rpc(test, &talk, srvsvc | KSMBD_NL_RPC_READ, NULL, 0);
	KUNIT_EXPECT_EQ(test, response->flags, KSMBD_NL_RPC_EBAD_FID);
	response = rpc(test, &talk, srvsvc | KSMBD_NL_RPC_RAP, NULL, 0);
	KUNIT_EXPECT_EQ(test, response->flags, KSMBD_NL_RPC_ENOTIMPLEMENTED);
	end(&talk);
}

static void restricts_guests(struct kunit *test)
{
	const u32 open = KSMBD_NL_RPC_SRVSVC | KSMBD_NL_RPC_OPEN;
	struct talk talk;

	begin(&talk, shares);
	KUNIT_EXPECT_EQ(test, rpc(test, &talk, open | KSMBD_NL_RPC_RESTRICTED, NULL, 0)->flags,
			KSMBD_NL_RPC_OK);
	install(&talk, "");
	KUNIT_EXPECT_EQ(test, rpc(test, &talk, open | KSMBD_NL_RPC_RESTRICTED, NULL, 0)->flags,
			KSMBD_NL_RPC_EACCESS_DENIED);
	KUNIT_EXPECT_EQ(test, rpc(test, &talk, open, NULL, 0)->flags, KSMBD_NL_RPC_OK);
	end(&talk);
}

static void refuses_tickets(struct kunit *test)
{
	static const u8 request[] = { 1, 2, 3, 4, 2, 0, 0x60, 0x00 };
	const struct ksmbd_nl_spnego_response *response;
	struct talk talk;

	begin(&talk, shares);
	KUNIT_EXPECT_EQ(test, ask(&talk, KSMBD_NL_SPNEGO, request, 7), -EBADMSG);
	KUNIT_ASSERT_EQ(test, ask(&talk, KSMBD_NL_SPNEGO, request, sizeof(request)), 0);
	response = (const void *)talk.reply.data;
	KUNIT_EXPECT_EQ(test, talk.reply.size, 156);
	KUNIT_EXPECT_EQ(test, response->handle, 0x04030201);
	KUNIT_EXPECT_EQ(test, response->login.status & KSMBD_NL_USER_OK, 0);
	KUNIT_EXPECT_EQ(test, response->session_key_size, 0);
	end(&talk);
}

static const struct {
	u16 event;
	u16 size; /* the smallest that is taken */
} sizes[] = {
	{ KSMBD_NL_HEARTBEAT, 4 }, { KSMBD_NL_LOGIN, 116 },	   { KSMBD_NL_LOGIN_EXT, 116 },
	{ KSMBD_NL_SHARE, 132 },   { KSMBD_NL_TREE_CONNECT, 264 }, { KSMBD_NL_TREE_DISCONNECT, 80 },
	{ KSMBD_NL_LOGOUT, 116 },  { KSMBD_NL_RPC, 12 },	   { KSMBD_NL_SPNEGO, 6 },
};

static void checks_sizes(struct kunit *test)
{
	static const u8 zeros[300];
	static u8 text[300];
	struct talk talk;
	size_t i;

	begin(&talk, shares);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		KUNIT_EXPECT_EQ_MSG(test, ask(&talk, sizes[i].event, zeros, sizes[i].size - 1),
				    -EBADMSG, "event %u", sizes[i].event);
		KUNIT_EXPECT_EQ_MSG(test, ask(&talk, sizes[i].event, zeros, sizes[i].size), 0,
				    "event %u", sizes[i].event);
		KUNIT_EXPECT_EQ_MSG(test, ask(&talk, sizes[i].event, zeros, sizes[i].size + 8), 0,
				    "a later kernel's event %u", sizes[i].event);
	}
	memset(text, 'x', sizeof(text)); /* no NUL anywhere */
	KUNIT_EXPECT_EQ(test, ask(&talk, KSMBD_NL_TREE_CONNECT, text, 264), -EBADMSG);
	KUNIT_EXPECT_EQ(test, ask(&talk, KSMBD_NL_RPC, text, 300), -EBADMSG);
	KUNIT_EXPECT_EQ(test, ask(&talk, KSMBD_NL_STARTING_UP, zeros, 300), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, ask(&talk, 999, zeros, 300), -EOPNOTSUPP);
	KUNIT_EXPECT_TRUE(test, answer_is_quick(KSMBD_NL_TREE_DISCONNECT, zeros, 80));
	KUNIT_EXPECT_FALSE(test, answer_is_quick(KSMBD_NL_LOGIN, zeros, 116));
	end(&talk);
}

static void describes_the_server(struct kunit *test)
{
	static const u32 sub_auth[3] = { 11, 22, 33 };
	char *interfaces[] = { "lo", "eth0", NULL };
	struct conf *conf = read_conf("[global]\nserver min protocol=SMB2_10\n"
				      "server signing=mandatory\nnetbios name=ME\nworkgroup=WG\n"
				      "tcp port=4450\nipc timeout=7\ndeadtime=3\n"
				      "max open files=55\nsmb2 max read=1M\nmax connections=0\n"
				      "max ip connections=9\nbind interfaces only=yes\n"
				      "durable handles=yes\nsmb3 encryption=off\n"
				      "restrict anonymous=1\nauth timeout=12\n"
				      "max active sessions=77\nsmbd max io size=1M\n"
				      "max connection sessions=5\nmax session trees=6\n"
				      "max waiting requests=7\n");
	struct ksmbd_nl_startup *startup;
	const u8 *bytes;
	size_t size;

	startup = startup_create(&conf->global, sub_auth, interfaces, &size, &said.report);
	KUNIT_ASSERT_NOT_NULL(test, startup);
	bytes = (const void *)startup;
	KUNIT_EXPECT_EQ(test, size, 744 + 8);
	KUNIT_EXPECT_EQ(test, startup->flags,
			KSMBD_NL_GLOBAL_DURABLE_HANDLES | KSMBD_NL_GLOBAL_ENCRYPTION_OFF |
				KSMBD_NL_GLOBAL_MULTICHANNEL);
	KUNIT_EXPECT_EQ(test, startup->signing, 3);
	KUNIT_EXPECT_STREQ(test, (const char *)bytes + 8, "SMB2_10");
	KUNIT_EXPECT_STREQ(test, (const char *)bytes + 24, "SMB3_11");
	KUNIT_EXPECT_STREQ(test, (const char *)bytes + 40, "ME");
	KUNIT_EXPECT_STREQ(test, (const char *)bytes + 56, "WG");
	KUNIT_EXPECT_EQ(test, startup->tcp_port, 4450);
	KUNIT_EXPECT_EQ(test, startup->ipc_timeout, 7);
	KUNIT_EXPECT_EQ(test, startup->deadtime, 3);
	KUNIT_EXPECT_EQ(test, startup->file_max, 55);
	KUNIT_EXPECT_EQ(test, startup->max_read, 1 << 20);
	KUNIT_EXPECT_EQ(test, startup->max_write, 4 << 20);
	KUNIT_EXPECT_EQ(test, startup->smbd_max_io_size, 1 << 20);
	KUNIT_EXPECT_EQ(test, startup->fake_fscaps, 64);
	KUNIT_EXPECT_EQ(test, startup->sub_auth[2], 33);
	KUNIT_EXPECT_EQ(test, startup->max_connections, 65536);
	KUNIT_EXPECT_EQ(test, bytes[236], 1);
	KUNIT_EXPECT_EQ(test, bytes[237], 9);
	KUNIT_EXPECT_EQ(test, startup->ext.magic, KSMBD_NL_STARTUP_EXT_MAGIC);
	KUNIT_EXPECT_EQ(test, startup->ext.restrict_anonymous, 1);
	KUNIT_EXPECT_EQ(test, startup->ext.auth_timeout, 12);
	KUNIT_EXPECT_EQ(test, startup->ext.max_sessions, 77);
	KUNIT_EXPECT_EQ(test, startup->ext.max_conn_sessions, 5);
	KUNIT_EXPECT_EQ(test, startup->ext.max_trees, 6);
	KUNIT_EXPECT_EQ(test, startup->ext.max_waiting, 7);
	KUNIT_EXPECT_EQ(test, startup->ext.encryption, 1);
	KUNIT_EXPECT_EQ(test, startup->interfaces_size, 8);
	KUNIT_EXPECT_EQ(test, memcmp(startup->interfaces, "lo\0eth0", 8), 0);
	free(startup);
	startup = startup_create(&conf->global, sub_auth, NULL, &size, &said.report);
	KUNIT_EXPECT_EQ(test, size, 744);
	free(startup);
	conf_put(conf);
}

static void finds_interfaces(struct kunit *test)
{
	char *good[] = { "127.0.0.0/8", "lo", "127.0.0.1/8", "later0", "no/thing", NULL };
	char *bad[] = { "192.0.2.77", NULL };
	char **names;

	messages_init(&said);
	names = startup_interfaces(good, &said.report);
	KUNIT_ASSERT_NOT_NULL(test, names);
	KUNIT_EXPECT_STREQ(test, names[0], "lo");
	KUNIT_EXPECT_STREQ(test, names[1], "later0");
	KUNIT_EXPECT_NULL(test, names[2]);
	KUNIT_EXPECT_EQ(test, said.report.warnings, 1);
	value_list_free(names);
	KUNIT_EXPECT_NULL(test, startup_interfaces(bad, &said.report));
	KUNIT_EXPECT_EQ(test, said.report.errors, 1);
}

static struct kunit_case netlink_cases[] = {
	KUNIT_CASE(answers_logins),
	KUNIT_CASE(answers_groups),
	KUNIT_CASE(answers_shares),
	KUNIT_CASE(refuses_ids_that_do_not_fit),
	KUNIT_CASE(answers_trees),
	KUNIT_CASE(tells_of_changed_shares),
	KUNIT_CASE(takes_late_answers_back),
	KUNIT_CASE(knows_what_ends),
	KUNIT_CASE(answers_pipes),
	KUNIT_CASE(restricts_guests),
	KUNIT_CASE(refuses_tickets),
	KUNIT_CASE(checks_sizes),
	KUNIT_CASE(describes_the_server),
	KUNIT_CASE(finds_interfaces),
	{},
};

static struct kunit_suite netlink_suite = { .name = "tools-netlink", .test_cases = netlink_cases };
kunit_test_suite(netlink_suite);
