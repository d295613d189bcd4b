// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/errno.h>

#include "config.h"
#include "tests/helpers.h"

static void before_and_after(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, ksmbd_config_get());
	ksmbd_config_put(NULL);
	ksmbd_config_exit();
	KUNIT_EXPECT_NULL(test, ksmbd_config_get());
}

static void defaults(struct kunit *test)
{
	struct ksmbd_config values, *config;

	memset(&values, 0xff, sizeof(values));
	ksmbd_config_defaults(&values);
	KUNIT_EXPECT_EQ(test, values.restrict_anonymous, 2U);
	KUNIT_EXPECT_FALSE(test, values.guest_ok);
	KUNIT_EXPECT_EQ(test, values.min_dialect, KSMBD_DIALECT_202);
	KUNIT_EXPECT_EQ(test, values.max_dialect, KSMBD_DIALECT_311);
	KUNIT_ASSERT_EQ(test, ksmbd_config_install(&values), 0);
	config = ksmbd_config_get();
	KUNIT_ASSERT_NOT_NULL(test, config);
	/* They are what the engine takes as they are. */
	KUNIT_EXPECT_EQ(test, config->max_read, values.max_read);
	KUNIT_EXPECT_EQ(test, config->max_write, values.max_write);
	KUNIT_EXPECT_EQ(test, config->max_trans, values.max_trans);
	KUNIT_EXPECT_EQ(test, config->max_credits, values.max_credits);
	ksmbd_config_put(config);
	ksmbd_config_exit();
}

static void clamps(struct kunit *test)
{
	static const struct {
		u32 value;
		u32 size;
		u32 credits;
	} cases[] = {
		{ 0, 65536, 1 },
		{ 1, 65536, 1 },
		{ 65535, 65536, 8192 },
		{ 65537, 65536, 8192 },
		{ 200000, 196608, 8192 },
		{ 8 << 20, 8 << 20, 8192 },
		{ (8 << 20) + 1, 8 << 20, 8192 },
		{ U32_MAX, 8 << 20, 8192 },
	};
	struct ksmbd_config values, *config;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		ksmbd_config_defaults(&values);
		values.max_read = cases[i].value;
		values.max_write = cases[i].value;
		values.max_trans = cases[i].value;
		values.max_credits = cases[i].value;
		KUNIT_ASSERT_EQ(test, ksmbd_config_install(&values), 0);
		config = ksmbd_config_get();
		KUNIT_EXPECT_EQ(test, config->max_read, cases[i].size);
		KUNIT_EXPECT_EQ(test, config->max_write, cases[i].size);
		KUNIT_EXPECT_EQ(test, config->max_trans, cases[i].size);
		KUNIT_EXPECT_EQ(test, config->max_credits, cases[i].credits);
		ksmbd_config_put(config);
	}
	ksmbd_config_exit();
}

static void refuses(struct kunit *test)
{
	struct ksmbd_config values, *config;

	ksmbd_config_defaults(&values);
	KUNIT_ASSERT_EQ(test, ksmbd_config_install(&values), 0);
	values.min_dialect = KSMBD_DIALECT_311;
	values.max_dialect = KSMBD_DIALECT_210;
	values.max_sessions = 77;
	KUNIT_EXPECT_EQ(test, ksmbd_config_install(&values), -EINVAL);
	/* The old one stays. */
	config = ksmbd_config_get();
	KUNIT_EXPECT_NE(test, config->max_sessions, 77U);
	ksmbd_config_put(config);
	ksmbd_config_exit();
}

/* Who holds a snapshot keeps it, unchanged. */
static void snapshots(struct kunit *test)
{
	struct ksmbd_config values, *old, *now;

	ksmbd_config_defaults(&values);
	values.auth_timeout = 5;
	values.refs = (refcount_t)REFCOUNT_INIT(0); /* none of ours */
	KUNIT_ASSERT_EQ(test, ksmbd_config_install(&values), 0);
	old = ksmbd_config_get();
	values.auth_timeout = 7;
	KUNIT_ASSERT_EQ(test, ksmbd_config_install(&values), 0);
	now = ksmbd_config_get();
	KUNIT_EXPECT_PTR_NE(test, old, now);
	KUNIT_EXPECT_EQ(test, old->auth_timeout, 5U);
	KUNIT_EXPECT_EQ(test, now->auth_timeout, 7U);
	ksmbd_config_exit();
	KUNIT_EXPECT_EQ(test, refcount_read(&old->refs), 1U);
	KUNIT_EXPECT_EQ(test, refcount_read(&now->refs), 1U);
	ksmbd_config_put(old);
	ksmbd_config_put(now);
}

static struct kunit_case config_cases[] = {
	KUNIT_CASE(before_and_after), KUNIT_CASE(defaults),  KUNIT_CASE(clamps),
	KUNIT_CASE(refuses),	      KUNIT_CASE(snapshots), {},
};

static struct kunit_suite config_suite = {
	.name = "ksmbd-config",
	.test_cases = config_cases,
};
kunit_test_suite(config_suite);
