// SPDX-License-Identifier: GPL-2.0-or-later
#include <kunit/test.h>

#include <unistd.h>

#include "tests/tools/messages.h"
#include "tools/lib/service.h"

static struct messages said;

static const char shares[] = "[plain]\npath=/\nread only=no\n"
			     "[guests]\npath=/\nguest ok=yes\nmax connections=2\n"
			     "[few]\npath=/\nvalid users=ann\nadmin users=ann\n"
			     "[near]\npath=/\nhosts allow=127. ::1\n";

static void install(struct service *service, const char *globals)
{
	struct conf_reader *reader;
	struct passdb *db = passdb_create();
	struct conf *conf;
	u8 hash[PASSDB_HASH_SIZE] = { 0x5a };

	messages_init(&said);
	reader = conf_reader_create(&said.report);
	conf_reader_text(reader, "t", shares, sizeof(shares) - 1);
	conf_reader_text(reader, "g", globals, strlen(globals));
	conf = conf_reader_finish(reader);
	BUG_ON(!conf);
	passdb_set(db, "Ann", hash);
	service_install(service, conf, db);
	conf_reader_free(reader);
	conf_put(conf);
	passdb_put(db);
}

static struct service *create(const char *globals)
{
	struct service *service = service_create();

	install(service, globals);
	return service;
}

static void answers_nothing_at_first(struct kunit *test)
{
	struct service *service = service_create();
	struct service_ask ask = { .account = "ann", .share = "plain", .peer = "127.0.0.1" };
	struct service_login login;

	KUNIT_EXPECT_EQ(test, service_login(service, "ann", &login), -EAGAIN);
	KUNIT_EXPECT_EQ(test, service_connect(service, &ask), SERVICE_NO_SHARE);
	KUNIT_EXPECT_NULL(test, service_conf(service));
	service_free(service);
}

static void knows_accounts_but_no_guests(struct kunit *test)
{
	struct service *service = create("");
	struct service_login login;

	KUNIT_ASSERT_EQ(test, service_login(service, "ANN", &login), 0);
	KUNIT_EXPECT_STREQ(test, login.name, "Ann");
	KUNIT_EXPECT_FALSE(test, login.guest);
	KUNIT_EXPECT_TRUE(test, login.has_hash);
	KUNIT_EXPECT_EQ(test, login.hash[0], 0x5a);
	service_login_release(&login);
	KUNIT_EXPECT_EQ(test, service_login(service, "bob", &login), -ENOENT);
	KUNIT_EXPECT_EQ(test, service_login(service, "", &login), -ENOENT);
	service_free(service);
}

/* An account of the database that the system does not know is nobody, never root. */
static void unknown_to_system_is_not_root(struct kunit *test)
{
	struct service *service = create("");
	struct service_login login;

	KUNIT_ASSERT_EQ(test, service_login(service, "ann", &login), 0);
	KUNIT_EXPECT_NE(test, login.identity.uid, 0);
	if (geteuid())
		KUNIT_EXPECT_EQ(test, login.identity.uid, geteuid());
	service_login_release(&login);
	service_free(service);
}

static void maps_unknown_to_guest(struct kunit *test)
{
	struct service *service = create("[global]\nmap to guest = bad user\n");
	static const char *const names[] = { "", "bob" };
	struct service_login login;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		KUNIT_ASSERT_EQ(test, service_login(service, names[i], &login), 0);
		KUNIT_EXPECT_TRUE(test, login.guest);
		KUNIT_EXPECT_FALSE(test, login.has_hash);
		KUNIT_EXPECT_STREQ(test, login.name, "nobody");
		service_login_release(&login);
	}
	KUNIT_ASSERT_EQ(test, service_login(service, "ann", &login), 0);
	KUNIT_EXPECT_FALSE(test, login.guest);
	service_login_release(&login);
	service_free(service);
}

static const struct {
	bool guests;
	const char *account;
	bool guest;
	const char *share;
	const char *peer;
	enum service_verdict verdict;
	bool writable;
	bool admin;
} rows[] = {
	{ 0, "Ann", 0, "PLAIN", "10.0.0.1", SERVICE_OK, 1, 0 },
	{ 0, "Ann", 0, "none", "10.0.0.1", SERVICE_NO_SHARE },
	{ 0, "Ann", 0, "ipc$", "10.0.0.1", SERVICE_OK },
	{ 0, "", 0, "IPC$", "10.0.0.1", SERVICE_OK },
	{ 0, "", 0, "plain", "10.0.0.1", SERVICE_NO_USER },
	{ 0, "", 0, "guests", "10.0.0.1", SERVICE_NO_USER },
	{ 0, "nobody", 1, "guests", "10.0.0.1", SERVICE_NO_USER },
	{ 1, "nobody", 1, "guests", "10.0.0.1", SERVICE_OK },
	{ 1, "", 0, "guests", "10.0.0.1", SERVICE_OK },
	{ 1, "nobody", 1, "plain", "10.0.0.1", SERVICE_NO_USER },
	{ 0, "Ann", 0, "few", "10.0.0.1", SERVICE_OK, 0, 1 },
	{ 0, "eve", 0, "few", "10.0.0.1", SERVICE_INVALID_USER },
	{ 0, "Ann", 0, "near", "10.0.0.1", SERVICE_HOST_DENIED },
	{ 0, "Ann", 0, "near", "127.0.0.1", SERVICE_OK },
	{ 0, "Ann", 0, "near", "::ffff:127.3.2.1", SERVICE_OK },
	{ 0, "Ann", 0, "near", "", SERVICE_HOST_DENIED },
};

static void admits_by_table(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct service *service =
			create(rows[i].guests ? "[global]\nmap to guest = bad user\n" : "");
		struct service_ask ask = {
			.account = rows[i].account,
			.guest = rows[i].guest,
			.share = rows[i].share,
			.peer = rows[i].peer,
		};

		KUNIT_EXPECT_EQ_MSG(test, service_connect(service, &ask), rows[i].verdict,
				    "row %zu", i);
		KUNIT_EXPECT_EQ_MSG(test, ask.writable, rows[i].writable, "row %zu", i);
		KUNIT_EXPECT_EQ_MSG(test, ask.admin, rows[i].admin, "row %zu", i);
		service_free(service);
	}
}

static enum service_verdict connect_as(struct service *service, const char *share, u64 session,
				       u64 tree)
{
	struct service_ask ask = { .account = "Ann",
				   .share = share,
				   .peer = "::1",
				   .session_id = session,
				   .tree_id = tree };

	return service_connect(service, &ask);
}

static void counts_connections(struct kunit *test)
{
	struct service *service = create("");
	u64 i;

	KUNIT_EXPECT_EQ(test, connect_as(service, "guests", 1, 1), SERVICE_OK);
	KUNIT_EXPECT_EQ(test, connect_as(service, "guests", 1, 1), SERVICE_EXISTS);
	KUNIT_EXPECT_EQ(test, connect_as(service, "GUESTS", 1, 2), SERVICE_OK);
	KUNIT_EXPECT_EQ(test, connect_as(service, "guests", 2, 1), SERVICE_TOO_MANY);
	KUNIT_EXPECT_EQ(test, connect_as(service, "plain", 2, 1), SERVICE_OK);
	KUNIT_EXPECT_EQ(test, service_uses(service, "Guests"), 2);
	service_disconnect(service, 9, 9);
	service_disconnect(service, 1, 1);
	install(service, "[global]\ndeadtime = 1\n"); /* counts outlive a reload */
	KUNIT_EXPECT_EQ(test, connect_as(service, "guests", 3, 1), SERVICE_OK);
	KUNIT_EXPECT_EQ(test, connect_as(service, "guests", 3, 2), SERVICE_TOO_MANY);
	for (i = 0; i < 3000; i++)
		KUNIT_EXPECT_EQ(test, connect_as(service, "ipc$", i << 32, i), SERVICE_OK);
	KUNIT_EXPECT_EQ(test, service_uses(service, "IPC$"), 3000);
	for (i = 0; i < 2000; i++)
		service_disconnect(service, i << 32, i);
	KUNIT_EXPECT_EQ(test, service_uses(service, "IPC$"), 1000);
	service_free(service);
}

static struct kunit_case service_cases[] = {
	KUNIT_CASE(answers_nothing_at_first),
	KUNIT_CASE(knows_accounts_but_no_guests),
	KUNIT_CASE(unknown_to_system_is_not_root),
	KUNIT_CASE(maps_unknown_to_guest),
	KUNIT_CASE(admits_by_table),
	KUNIT_CASE(counts_connections),
	{},
};

static struct kunit_suite service_suite = { .name = "tools-service", .test_cases = service_cases };
kunit_test_suite(service_suite);
