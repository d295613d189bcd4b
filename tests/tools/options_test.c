// SPDX-License-Identifier: GPL-2.0-or-later
#include <kunit/test.h>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "user/options.h"
#include "user/settings.h"

#define MAX_ARGS 16

/* Parse a command line; the strings are writable, as those of a process are. */
static enum exit_status parse(struct options *options, char *text)
{
	char *argv[MAX_ARGS + 1] = { "ksmbd.userd" };
	int argc = 1, saved = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY);
	enum exit_status status;

	while (argc < MAX_ARGS && (argv[argc] = strsep(&text, " ")))
		argc++;
	/* What is said to the user is no part of these tests. */
	dup2(null, STDERR_FILENO);
	status = options_parse(options, argc, argv);
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(null);
	return status;
}

static const struct {
	const char *text;
	enum exit_status status;
} rows[] = {
	{ "", EXIT_STATUS_USAGE },
	{ "--share a=/", EXIT_STATUS_OK },
	{ "--share a=/ extra", EXIT_STATUS_USAGE },
	{ "--share a", EXIT_STATUS_USAGE },
	{ "--share =/", EXIT_STATUS_USAGE },
	{ "--share a=", EXIT_STATUS_USAGE },
	{ "--share a=/no/such/path", EXIT_STATUS_CONFIG },
	{ "--share a=/etc/passwd", EXIT_STATUS_CONFIG },
	{ "--share a=/,wrong", EXIT_STATUS_USAGE },
	{ "--share a=/ --share b=/", EXIT_STATUS_OK },
	{ "--share a=/ --share A=/tmp", EXIT_STATUS_USAGE },
	{ "--share ipc$=/", EXIT_STATUS_CONFIG },
	{ "--share Global=/", EXIT_STATUS_CONFIG },
	{ "--share a=/ -p 65536", EXIT_STATUS_USAGE },
	{ "--share a=/ -p -1", EXIT_STATUS_USAGE },
	{ "--share a=/ -p 0", EXIT_STATUS_OK },
	{ "--share a=/ --bind localhost", EXIT_STATUS_USAGE },
	{ "--share a=/ --bind ::1 --bind 127.0.0.1", EXIT_STATUS_OK },
	{ "--share a=/ --auth-timeout 0", EXIT_STATUS_USAGE },
	{ "--share a=/ --auth-delay 60001", EXIT_STATUS_USAGE },
	{ "--share a=/ --auth-delay -1", EXIT_STATUS_USAGE },
	{ "--share a=/ --user :x", EXIT_STATUS_USAGE },
	{ "--share a=/ --user a:", EXIT_STATUS_OK },
	{ "--share a=/ --user a:\xff", EXIT_STATUS_USAGE },
	{ "--share a=/ --user a --password-fd 999", EXIT_STATUS_USAGE },
	{ "--share a=/ --wrong", EXIT_STATUS_USAGE },
	{ "-C /no/such/file", EXIT_STATUS_OK }, /* read later */
};

static void parses_rows(struct kunit *test)
{
	struct options options;
	char text[128];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		strscpy(text, rows[i].text, sizeof(text));
		KUNIT_EXPECT_EQ_MSG(test, parse(&options, *text ? text : NULL), rows[i].status,
				    "%s", rows[i].text);
		options_release(&options);
	}
}

static void cuts_share_options(struct kunit *test)
{
	char text[] = "--share a=/tmp/,guest,ro --share b=/,rw -p 4450 -v -v --auth-timeout 3 "
		      "--auth-delay 0";
	struct options options;

	KUNIT_ASSERT_EQ(test, parse(&options, text), EXIT_STATUS_OK);
	KUNIT_ASSERT_EQ(test, options.share_count, 2);
	KUNIT_EXPECT_STREQ(test, options.shares[0].path, "/tmp");
	KUNIT_EXPECT_TRUE(test, options.shares[0].read_only);
	KUNIT_EXPECT_TRUE(test, options.shares[0].guest);
	KUNIT_EXPECT_FALSE(test, options.shares[1].read_only);
	KUNIT_EXPECT_FALSE(test, options.shares[1].guest);
	KUNIT_EXPECT_EQ(test, options.port, 4450);
	KUNIT_EXPECT_EQ(test, options.verbosity, 2);
	KUNIT_EXPECT_EQ(test, options.auth_timeout, 3);
	KUNIT_EXPECT_EQ(test, options.auth_delay, 0);
	options_release(&options);
}

static void hides_passwords(struct kunit *test)
{
	char text[] = "--share a=/ --user ann:secret --user=bob:hidden";
	char *ann = strstr(text, "secret"), *bob = strstr(text, "hidden");
	u8 hash[PASSDB_HASH_SIZE];
	struct options options;

	KUNIT_ASSERT_EQ(test, parse(&options, text), EXIT_STATUS_OK);
	KUNIT_EXPECT_EQ(test, memchr_inv(ann, 0, 6), NULL);
	KUNIT_EXPECT_EQ(test, memchr_inv(bob, 0, 6), NULL);
	passdb_hash("secret", hash);
	KUNIT_ASSERT_NOT_NULL(test, passdb_find(options.passwords, "ann"));
	KUNIT_EXPECT_EQ(test, memcmp(passdb_find(options.passwords, "ann")->hash, hash, 16), 0);
	KUNIT_EXPECT_NOT_NULL(test, passdb_find(options.passwords, "bob"));
	options_release(&options);
}

static void reads_passwords_from_descriptor(struct kunit *test)
{
	static const char lines[] = "secret\n\nlast without end";
	struct options options;
	u8 hash[PASSDB_HASH_SIZE];
	char text[128];
	int ends[2];

	KUNIT_ASSERT_EQ(test, pipe(ends), 0);
	KUNIT_EXPECT_EQ(test, write(ends[1], lines, sizeof(lines) - 1), sizeof(lines) - 1);
	close(ends[1]);
	snprintf(text, sizeof(text),
		 "--share a=/ --user ann --password-fd %d --user bob --user cat", ends[0]);
	KUNIT_ASSERT_EQ(test, parse(&options, text), EXIT_STATUS_OK);
	KUNIT_EXPECT_EQ(test, options.passwords->count, 3);
	passdb_hash("last without end", hash);
	KUNIT_EXPECT_EQ(test, memcmp(passdb_find(options.passwords, "cat")->hash, hash, 16), 0);
	passdb_hash("", hash);
	KUNIT_EXPECT_EQ(test, memcmp(passdb_find(options.passwords, "bob")->hash, hash, 16), 0);
	options_release(&options);
	close(ends[0]);
}

static void binds_loopback_or_everything(struct kunit *test)
{
	struct conf conf = { 0 };
	struct options options = { 0 };
	size_t count;
	char *interfaces[] = { "lo", "127.0.0.0/8", "127.0.0.1", NULL };
	char **addresses = settings_addresses(&options, &conf, &count);

	KUNIT_ASSERT_NOT_NULL(test, addresses);
	KUNIT_ASSERT_EQ(test, count, 1);
	KUNIT_EXPECT_STREQ(test, addresses[0], "127.0.0.1");
	free(addresses[0]);
	free(addresses);
	options.conf = "x";
	addresses = settings_addresses(&options, &conf, &count);
	KUNIT_ASSERT_NOT_NULL(test, addresses);
	KUNIT_ASSERT_EQ(test, count, 1);
	KUNIT_EXPECT_NULL(test, addresses[0]);
	free(addresses);
	conf.global.bind_interfaces_only = true;
	conf.global.interfaces = interfaces;
	addresses = settings_addresses(&options, &conf, &count);
	KUNIT_ASSERT_NOT_NULL(test, addresses);
	KUNIT_EXPECT_GE(test, count, 1);
	KUNIT_EXPECT_LE(test, count, 2); /* 127.0.0.1 once, perhaps ::1 */
	while (count)
		free(addresses[--count]);
	free(addresses);
}

static struct kunit_case options_cases[] = {
	KUNIT_CASE(parses_rows),
	KUNIT_CASE(cuts_share_options),
	KUNIT_CASE(hides_passwords),
	KUNIT_CASE(reads_passwords_from_descriptor),
	KUNIT_CASE(binds_loopback_or_everything),
	{},
};

static struct kunit_suite options_suite = { .name = "tools-options", .test_cases = options_cases };
kunit_test_suite(options_suite);
