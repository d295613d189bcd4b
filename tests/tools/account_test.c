// SPDX-License-Identifier: GPL-2.0-or-later
#include <kunit/test.h>

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/tools/messages.h"
#include "tools/lib/account.h"
#include "tools/lib/netlink/answer.h"
#include "tools/lib/policy.h"
#include "uapi/ksmbd_netlink.h"

/* So that the user database cannot be read. */
static struct rlimit take_files_away(void)
{
	struct rlimit was, none;

	getrlimit(RLIMIT_NOFILE, &was);
	none = was;
	none.rlim_cur = 0;
	setrlimit(RLIMIT_NOFILE, &none);
	return was;
}

static void give_back(const struct rlimit *was)
{
	setrlimit(RLIMIT_NOFILE, was);
}

/* "No such user" is an answer; that nobody could look is none. */
static void absent_or_unknown(struct kunit *test)
{
	struct rlimit was;
	uid_t uid;
	gid_t gid;

	KUNIT_EXPECT_EQ(test, account_uid("daemon", &uid, &gid), 0);
	KUNIT_EXPECT_EQ(test, account_uid("no such user here", &uid, &gid), -ENOENT);
	KUNIT_EXPECT_EQ(test, account_gid("no such group here", &gid), -ENOENT);
	was = take_files_away();
	KUNIT_EXPECT_EQ(test, account_uid("daemon", &uid, &gid), -EMFILE);
	KUNIT_EXPECT_EQ(test, account_uid("DAEMON", &uid, &gid), -EMFILE);
	KUNIT_EXPECT_EQ(test, account_gid("daemon", &gid), -EMFILE);
	give_back(&was);
}

/* Where nobody could look up who is in a group, it lets nobody in and may shut everybody out. */
static void unknown_members(struct kunit *test)
{
	char *group[] = { "@daemon", NULL };
	struct conf_share shut = { .invalid_users = group }, open = { .valid_users = group };
	struct conf_share readers = { .read_list = group }, plain = {};
	struct conf_share writers = { .read_only = true, .write_list = group };
	struct conf_share admins = { .admin_users = group };
	bool before[6], then[6];
	struct rlimit was;

#define ASK(to)                                                  \
	do {                                                     \
		(to)[0] = policy_admits(&shut, "bin");           \
		(to)[1] = policy_admits(&open, "daemon");        \
		(to)[2] = policy_writable(&readers, "bin");      \
		(to)[3] = policy_writable(&writers, "daemon");   \
		(to)[4] = policy_administers(&admins, "daemon"); \
		(to)[5] = policy_writable(&plain, "bin");        \
	} while (0)
	ASK(before);
	was = take_files_away();
	ASK(then);
	give_back(&was);
#undef ASK
	KUNIT_EXPECT_FALSE(test, memchr(before, false, sizeof(before)));
	KUNIT_EXPECT_FALSE(test, memchr(then, true, 5));
	KUNIT_EXPECT_TRUE(test, then[5]);
}

static struct service *create_service(void)
{
	static const char text[] = "[s]\npath=/\n";
	static const u8 hash[PASSDB_HASH_SIZE] = { 0x5a };
	struct messages said;
	struct passdb *db = passdb_create();
	struct conf_reader *reader;
	struct service *service = service_create();
	struct conf *conf;

	messages_init(&said);
	reader = conf_reader_create(&said.report);
	conf_reader_text(reader, "t", text, sizeof(text) - 1);
	conf = conf_reader_finish(reader);
	passdb_set(db, "daemon", hash);
	service_install(service, conf, db);
	conf_reader_free(reader);
	conf_put(conf);
	passdb_put(db);
	return service;
}

/* Not the guest account's identity, not without groups: no login. */
static void no_half_logins(struct kunit *test)
{
	static u8 buffer[ANSWER_MAX_SIZE];
	struct answer_reply reply = { .data = buffer };
	const struct ksmbd_nl_login_response *response = (const void *)buffer;
	struct ksmbd_nl_login_request request = { .handle = 7, .account = "daemon" };
	struct service_login login;
	struct service *service;
	struct answers *answers;
	struct rlimit was;
	int ret[3];

	if (geteuid())
		kunit_skip(test, "needs root: others look nobody up");
	service = create_service();
	answers = answers_create(service);
	was = take_files_away();
	ret[0] = service_login(service, "daemon", &login);
	ret[1] = answers_event(answers, KSMBD_NL_LOGIN_EXT, &request, sizeof(request), &reply);
	ret[2] = answers_event(answers, KSMBD_NL_LOGIN, &request, sizeof(request), &reply);
	give_back(&was);
	if (!ret[0])
		service_login_release(&login);
	KUNIT_EXPECT_EQ(test, ret[0], -EMFILE);
	KUNIT_EXPECT_EQ(test, ret[1], -EMFILE);
	KUNIT_EXPECT_EQ(test, ret[2], 0);
	KUNIT_EXPECT_EQ(test, response->status, KSMBD_NL_USER_BAD_USER);
	KUNIT_EXPECT_EQ(test, response->undecided, KSMBD_NL_EXT_UNDECIDED);
	KUNIT_EXPECT_EQ(test, response->hash_size, 0);
	/* Who is not there is refused as ever. */
	memcpy(request.account, "nobody here", 12);
	KUNIT_EXPECT_EQ(
		test, answers_event(answers, KSMBD_NL_LOGIN, &request, sizeof(request), &reply), 0);
	KUNIT_EXPECT_EQ(test, response->status, KSMBD_NL_USER_BAD_USER);
	KUNIT_EXPECT_EQ(test, response->undecided, 0);
	answers_free(answers);
	service_free(service);
}

static struct kunit_case account_cases[] = {
	KUNIT_CASE(absent_or_unknown),
	KUNIT_CASE(unknown_members),
	KUNIT_CASE(no_half_logins),
	{},
};

static struct kunit_suite account_suite = {
	.name = "tools-account",
	.test_cases = account_cases,
};
kunit_test_suite(account_suite);
