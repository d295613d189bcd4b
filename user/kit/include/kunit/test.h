/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_KUNIT_TEST_H
#define KIT_KUNIT_TEST_H

#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

/*
 * KUnit for programs: the parts of the kernel's <kunit/test.h> (6.1) that the
 * tests use. A case runs in a thread of its own with a small stack; a failed
 * KUNIT_ASSERT ends the case, and may only stand in that thread.
 * tests/unit/main.c is the runner.
 */

enum kunit_status {
	KUNIT_SUCCESS,
	KUNIT_FAILURE,
	KUNIT_SKIPPED,
};

#define KUNIT_PARAM_DESC_SIZE 128

struct kunit {
	void *priv;
	const char *name;
	const void *param_value;
	enum kunit_status status;
	char status_comment[256];
	void *runner;
};

struct kunit_case {
	void (*run_case)(struct kunit *test);
	const char *name;
	const void *(*generate_params)(const void *prev, char *desc);
};

struct kunit_suite {
	const char name[256];
	int (*suite_init)(struct kunit_suite *suite);
	void (*suite_exit)(struct kunit_suite *suite);
	int (*init)(struct kunit *test);
	void (*exit)(struct kunit *test);
	struct kunit_case *test_cases;
};

#define KUNIT_CASE(test_name)                             \
	{                                                 \
		.run_case = test_name, .name = #test_name \
	}
#define KUNIT_CASE_PARAM(test_name, gen_params)                                          \
	{                                                                                \
		.run_case = test_name, .name = #test_name, .generate_params = gen_params \
	}
#define KUNIT_ARRAY_PARAM(name, array, get_desc)                                          \
	static const void *name##_gen_params(const void *prev, char *desc)                \
	{                                                                                 \
		typeof((array)[0]) *__next = prev ? ((typeof(__next))prev) + 1 : (array); \
		void (*__desc)(typeof(__next), char *) = get_desc;                        \
                                                                                          \
		if (__next - (array) >= (long)ARRAY_SIZE(array))                          \
			return NULL;                                                      \
		if (__desc)                                                               \
			__desc(__next, desc);                                             \
		return __next;                                                            \
	}

void kit_kunit_register(struct kunit_suite *const *suites, size_t num);
#define __kunit_test_suites(id, ...)                                                     \
	static struct kunit_suite *const __PASTE(kunit_suites_, id)[] = { __VA_ARGS__ }; \
	static void __attribute__((__constructor__)) __PASTE(kunit_register_, id)(void)  \
	{                                                                                \
		kit_kunit_register(__PASTE(kunit_suites_, id),                           \
				   ARRAY_SIZE(__PASTE(kunit_suites_, id)));              \
	}                                                                                \
	struct kunit_suite
#define kunit_test_suites(...)	__kunit_test_suites(__COUNTER__, __VA_ARGS__)
#define kunit_test_suite(suite) kunit_test_suites(&suite)

/* Freed when the case ends. */
void *kunit_kmalloc(struct kunit *test, size_t size, gfp_t gfp);
void *kunit_kzalloc(struct kunit *test, size_t size, gfp_t gfp);
void *kunit_kmalloc_array(struct kunit *test, size_t n, size_t size, gfp_t gfp);
void *kunit_kcalloc(struct kunit *test, size_t n, size_t size, gfp_t gfp);
void kunit_kfree(struct kunit *test, const void *ptr);

void kit_kunit_log(struct kunit *test, const char *fmt, ...) __printf(2, 3);
#define kunit_info(test, fmt, ...) kit_kunit_log(test, fmt, ##__VA_ARGS__)
#define kunit_warn(test, fmt, ...) kit_kunit_log(test, fmt, ##__VA_ARGS__)
#define kunit_err(test, fmt, ...)  kit_kunit_log(test, fmt, ##__VA_ARGS__)

void kit_kunit_skip(struct kunit *test, const char *fmt, ...) __printf(2, 3);
void kit_kunit_abort(struct kunit *test) __noreturn;
void kit_kunit_fail(struct kunit *test, const char *file, int line, const char *what,
		    const char *fmt, ...) __printf(5, 6);
void kit_kunit_fail_binary(struct kunit *test, const char *file, int line, const char *text,
			   long long left, long long right, const char *fmt, ...) __printf(7, 8);

#define kunit_mark_skipped(test, fmt, ...) kit_kunit_skip(test, fmt, ##__VA_ARGS__)
#define kunit_skip(test, fmt, ...)                            \
	do {                                                  \
		kunit_mark_skipped(test, fmt, ##__VA_ARGS__); \
		kit_kunit_abort(test);                        \
	} while (0)

#define KUNIT_SUCCEED(test) \
	do {                \
	} while (0)
#define KUNIT_FAIL(test, fmt, ...) \
	kit_kunit_fail(test, __FILE__, __LINE__, "KUNIT_FAIL", fmt, ##__VA_ARGS__)

#define __kunit_abort_expect(test) ((void)0)
#define __kunit_abort_assert(test) kit_kunit_abort(test)

#define __kunit_bool(kind, test, cond, want, text, fmt, ...)                                \
	do {                                                                                \
		if (unlikely((!!(cond)) != (want))) {                                       \
			kit_kunit_fail(test, __FILE__, __LINE__, text, fmt, ##__VA_ARGS__); \
			__kunit_abort_##kind(test);                                         \
		}                                                                           \
	} while (0)

#define __kunit_binary(kind, test, left, op, right, fmt, ...)                                     \
	do {                                                                                      \
		const typeof(left) __ku_l = (left);                                               \
		const typeof(right) __ku_r = (right);                                             \
                                                                                                  \
		if (unlikely(!(__ku_l op __ku_r))) {                                              \
			kit_kunit_fail_binary(test, __FILE__, __LINE__, #left " " #op " " #right, \
					      (__force long long)__ku_l,                          \
					      (__force long long)__ku_r, fmt, ##__VA_ARGS__);     \
			__kunit_abort_##kind(test);                                               \
		}                                                                                 \
	} while (0)

#define __kunit_ptr(kind, test, left, op, right, fmt, ...)                                        \
	do {                                                                                      \
		const void *__ku_l = (left);                                                      \
		const void *__ku_r = (right);                                                     \
                                                                                                  \
		if (unlikely(!(__ku_l op __ku_r))) {                                              \
			kit_kunit_fail_binary(test, __FILE__, __LINE__, #left " " #op " " #right, \
					      (long long)(unsigned long)__ku_l,                   \
					      (long long)(unsigned long)__ku_r, fmt,              \
					      ##__VA_ARGS__);                                     \
			__kunit_abort_##kind(test);                                               \
		}                                                                                 \
	} while (0)

#define __kunit_str(kind, test, left, op, right, fmt, ...)                                 \
	do {                                                                               \
		const char *__ku_l = (left);                                               \
		const char *__ku_r = (right);                                              \
                                                                                           \
		if (unlikely(!(strcmp(__ku_l, __ku_r) op 0))) {                            \
			kit_kunit_fail(test, __FILE__, __LINE__, #left " " #op " " #right, \
				       "\"%s\" and \"%s\"", __ku_l, __ku_r);               \
			__kunit_abort_##kind(test);                                        \
		}                                                                          \
	} while (0)

#define __kunit_err_or_null(kind, test, ptr, fmt, ...)                                            \
	do {                                                                                      \
		const void *__ku_p = (ptr);                                                       \
                                                                                                  \
		if (unlikely(IS_ERR_OR_NULL(__ku_p))) {                                           \
			kit_kunit_fail_binary(test, __FILE__, __LINE__,                           \
					      #ptr " is an error or NULL",                        \
					      (long long)PTR_ERR(__ku_p), 0, fmt, ##__VA_ARGS__); \
			__kunit_abort_##kind(test);                                               \
		}                                                                                 \
	} while (0)

#define KUNIT_EXPECT_TRUE(test, cond) __kunit_bool(expect, test, cond, true, #cond, "%s", "")
#define KUNIT_EXPECT_TRUE_MSG(test, cond, fmt, ...) \
	__kunit_bool(expect, test, cond, true, #cond, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_FALSE(test, cond) \
	__kunit_bool(expect, test, cond, false, "!(" #cond ")", "%s", "")
#define KUNIT_EXPECT_FALSE_MSG(test, cond, fmt, ...) \
	__kunit_bool(expect, test, cond, false, "!(" #cond ")", fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_EQ(test, left, right) __kunit_binary(expect, test, left, ==, right, "%s", "")
#define KUNIT_EXPECT_EQ_MSG(test, left, right, fmt, ...) \
	__kunit_binary(expect, test, left, ==, right, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_NE(test, left, right) __kunit_binary(expect, test, left, !=, right, "%s", "")
#define KUNIT_EXPECT_NE_MSG(test, left, right, fmt, ...) \
	__kunit_binary(expect, test, left, !=, right, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_LT(test, left, right) __kunit_binary(expect, test, left, <, right, "%s", "")
#define KUNIT_EXPECT_LT_MSG(test, left, right, fmt, ...) \
	__kunit_binary(expect, test, left, <, right, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_LE(test, left, right) __kunit_binary(expect, test, left, <=, right, "%s", "")
#define KUNIT_EXPECT_LE_MSG(test, left, right, fmt, ...) \
	__kunit_binary(expect, test, left, <=, right, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_GT(test, left, right) __kunit_binary(expect, test, left, >, right, "%s", "")
#define KUNIT_EXPECT_GT_MSG(test, left, right, fmt, ...) \
	__kunit_binary(expect, test, left, >, right, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_GE(test, left, right) __kunit_binary(expect, test, left, >=, right, "%s", "")
#define KUNIT_EXPECT_GE_MSG(test, left, right, fmt, ...) \
	__kunit_binary(expect, test, left, >=, right, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_PTR_EQ(test, left, right) __kunit_ptr(expect, test, left, ==, right, "%s", "")
#define KUNIT_EXPECT_PTR_EQ_MSG(test, left, right, fmt, ...) \
	__kunit_ptr(expect, test, left, ==, right, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_PTR_NE(test, left, right) __kunit_ptr(expect, test, left, !=, right, "%s", "")
#define KUNIT_EXPECT_PTR_NE_MSG(test, left, right, fmt, ...) \
	__kunit_ptr(expect, test, left, !=, right, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_NULL(test, ptr) __kunit_ptr(expect, test, ptr, ==, NULL, "%s", "")
#define KUNIT_EXPECT_NULL_MSG(test, ptr, fmt, ...) \
	__kunit_ptr(expect, test, ptr, ==, NULL, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_NOT_NULL(test, ptr) __kunit_ptr(expect, test, ptr, !=, NULL, "%s", "")
#define KUNIT_EXPECT_NOT_NULL_MSG(test, ptr, fmt, ...) \
	__kunit_ptr(expect, test, ptr, !=, NULL, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_STREQ(test, left, right) __kunit_str(expect, test, left, ==, right, "%s", "")
#define KUNIT_EXPECT_STREQ_MSG(test, left, right, fmt, ...) \
	__kunit_str(expect, test, left, ==, right, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_STRNEQ(test, left, right) __kunit_str(expect, test, left, !=, right, "%s", "")
#define KUNIT_EXPECT_STRNEQ_MSG(test, left, right, fmt, ...) \
	__kunit_str(expect, test, left, !=, right, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_NOT_ERR_OR_NULL(test, ptr) __kunit_err_or_null(expect, test, ptr, "%s", "")
#define KUNIT_EXPECT_NOT_ERR_OR_NULL_MSG(test, ptr, fmt, ...) \
	__kunit_err_or_null(expect, test, ptr, fmt, ##__VA_ARGS__)

#define KUNIT_ASSERT_TRUE(test, cond) __kunit_bool(assert, test, cond, true, #cond, "%s", "")
#define KUNIT_ASSERT_TRUE_MSG(test, cond, fmt, ...) \
	__kunit_bool(assert, test, cond, true, #cond, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_FALSE(test, cond) \
	__kunit_bool(assert, test, cond, false, "!(" #cond ")", "%s", "")
#define KUNIT_ASSERT_FALSE_MSG(test, cond, fmt, ...) \
	__kunit_bool(assert, test, cond, false, "!(" #cond ")", fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_EQ(test, left, right) __kunit_binary(assert, test, left, ==, right, "%s", "")
#define KUNIT_ASSERT_EQ_MSG(test, left, right, fmt, ...) \
	__kunit_binary(assert, test, left, ==, right, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_NE(test, left, right) __kunit_binary(assert, test, left, !=, right, "%s", "")
#define KUNIT_ASSERT_NE_MSG(test, left, right, fmt, ...) \
	__kunit_binary(assert, test, left, !=, right, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_LT(test, left, right) __kunit_binary(assert, test, left, <, right, "%s", "")
#define KUNIT_ASSERT_LT_MSG(test, left, right, fmt, ...) \
	__kunit_binary(assert, test, left, <, right, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_LE(test, left, right) __kunit_binary(assert, test, left, <=, right, "%s", "")
#define KUNIT_ASSERT_LE_MSG(test, left, right, fmt, ...) \
	__kunit_binary(assert, test, left, <=, right, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_GT(test, left, right) __kunit_binary(assert, test, left, >, right, "%s", "")
#define KUNIT_ASSERT_GT_MSG(test, left, right, fmt, ...) \
	__kunit_binary(assert, test, left, >, right, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_GE(test, left, right) __kunit_binary(assert, test, left, >=, right, "%s", "")
#define KUNIT_ASSERT_GE_MSG(test, left, right, fmt, ...) \
	__kunit_binary(assert, test, left, >=, right, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_PTR_EQ(test, left, right) __kunit_ptr(assert, test, left, ==, right, "%s", "")
#define KUNIT_ASSERT_PTR_EQ_MSG(test, left, right, fmt, ...) \
	__kunit_ptr(assert, test, left, ==, right, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_PTR_NE(test, left, right) __kunit_ptr(assert, test, left, !=, right, "%s", "")
#define KUNIT_ASSERT_PTR_NE_MSG(test, left, right, fmt, ...) \
	__kunit_ptr(assert, test, left, !=, right, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_NULL(test, ptr) __kunit_ptr(assert, test, ptr, ==, NULL, "%s", "")
#define KUNIT_ASSERT_NULL_MSG(test, ptr, fmt, ...) \
	__kunit_ptr(assert, test, ptr, ==, NULL, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_NOT_NULL(test, ptr) __kunit_ptr(assert, test, ptr, !=, NULL, "%s", "")
#define KUNIT_ASSERT_NOT_NULL_MSG(test, ptr, fmt, ...) \
	__kunit_ptr(assert, test, ptr, !=, NULL, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_STREQ(test, left, right) __kunit_str(assert, test, left, ==, right, "%s", "")
#define KUNIT_ASSERT_STREQ_MSG(test, left, right, fmt, ...) \
	__kunit_str(assert, test, left, ==, right, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_STRNEQ(test, left, right) __kunit_str(assert, test, left, !=, right, "%s", "")
#define KUNIT_ASSERT_STRNEQ_MSG(test, left, right, fmt, ...) \
	__kunit_str(assert, test, left, !=, right, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_NOT_ERR_OR_NULL(test, ptr) __kunit_err_or_null(assert, test, ptr, "%s", "")
#define KUNIT_ASSERT_NOT_ERR_OR_NULL_MSG(test, ptr, fmt, ...) \
	__kunit_err_or_null(assert, test, ptr, fmt, ##__VA_ARGS__)
#endif
