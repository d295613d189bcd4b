// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the engine relies on of arithmetic, byte order, strings, hashes and
 * times. The same file is a kernel module: there is only kernel API here.
 */

#include <asm/byteorder.h>
#include <kunit/test.h>
#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/hash.h>
#include <linux/jhash.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uuid.h>
/* Both places of it exist in the kit; a kernel has one or the other. */
#include <asm/unaligned.h>

static void overflow_checks(struct kunit *test)
{
	struct flex {
		u32 n;
		u64 item[];
	} *flex = NULL;
	size_t size;
	u32 u;
	u8 b;
	int i;

	KUNIT_EXPECT_FALSE(test, check_add_overflow(U32_MAX - 1, (u32)1, &u));
	KUNIT_EXPECT_EQ(test, u, U32_MAX);
	KUNIT_EXPECT_TRUE(test, check_add_overflow(U32_MAX, (u32)2, &u));
	KUNIT_EXPECT_EQ(test, u, 1);
	KUNIT_EXPECT_TRUE(test, check_sub_overflow((u32)1, (u32)2, &u));
	KUNIT_EXPECT_TRUE(test, check_mul_overflow((u32)65536, (u32)65536, &u));
	KUNIT_EXPECT_FALSE(test, check_mul_overflow((u32)65535, (u32)65537, &u));
	KUNIT_EXPECT_TRUE(test, check_add_overflow((u8)200, (u8)100, &b));
	KUNIT_EXPECT_TRUE(test, check_add_overflow(INT_MAX, 1, &i));
	KUNIT_EXPECT_TRUE(test, check_shl_overflow((u32)1, 32, &u));
	KUNIT_EXPECT_TRUE(test, check_shl_overflow((u32)3, 31, &u));
	KUNIT_EXPECT_FALSE(test, check_shl_overflow((u32)1, 31, &u));
	KUNIT_EXPECT_EQ(test, u, 0x80000000u);

	size = SIZE_MAX;
	OPTIMIZER_HIDE_VAR(size);
	KUNIT_EXPECT_EQ(test, size_add(size, 1), SIZE_MAX);
	KUNIT_EXPECT_EQ(test, size_mul(size / 2, 3), SIZE_MAX);
	KUNIT_EXPECT_EQ(test, size_sub((size_t)1, 2), SIZE_MAX);
	KUNIT_EXPECT_EQ(test, array_size(6, 7), 42);
	KUNIT_EXPECT_EQ(test, array3_size(2, 3, 7), 42);
	KUNIT_EXPECT_EQ(test, struct_size(flex, item, 3), 8 + 24);
	KUNIT_EXPECT_EQ(test, struct_size(flex, item, size / 4), SIZE_MAX);
	KUNIT_EXPECT_NULL(test, kmalloc_array(size / 2, 4, GFP_KERNEL | __GFP_NOWARN));
}

static int evaluations;

static int evaluate(int v)
{
	evaluations++;
	return v;
}

static void minimum_maximum(struct kunit *test)
{
	int a = 1, b = 2, wide = 256;

	KUNIT_EXPECT_EQ(test, min(evaluate(4), evaluate(3)), 3);
	KUNIT_EXPECT_EQ(test, evaluations, 2);
	KUNIT_EXPECT_EQ(test, max(-1, 1), 1);
	KUNIT_EXPECT_EQ(test, min_t(unsigned int, -1, 1), 1);
	KUNIT_EXPECT_EQ(test, max_t(u8, (u8)wide, 1), 1);
	KUNIT_EXPECT_EQ(test, min3(3, 2, 1), 1);
	KUNIT_EXPECT_EQ(test, clamp(7, 1, 5), 5);
	KUNIT_EXPECT_EQ(test, clamp_t(int, -7, 1, 5), 1);
	KUNIT_EXPECT_EQ(test, min_not_zero(0, 5), 5);
	swap(a, b);
	KUNIT_EXPECT_EQ(test, a * 10 + b, 21);
}

static void rounding(struct kunit *test)
{
	u64 big = 10000000001ULL;

	KUNIT_EXPECT_EQ(test, DIV_ROUND_UP(9, 4), 3);
	KUNIT_EXPECT_EQ(test, round_up(9, 8), 16);
	KUNIT_EXPECT_EQ(test, round_up(16, 8), 16);
	KUNIT_EXPECT_EQ(test, round_down(15, 8), 8);
	KUNIT_EXPECT_EQ(test, roundup(10, 3), 12);
	KUNIT_EXPECT_EQ(test, rounddown(10, 3), 9);
	KUNIT_EXPECT_EQ(test, ALIGN(13, 8), 16);
	KUNIT_EXPECT_TRUE(test, IS_ALIGNED(16, 8));
	KUNIT_EXPECT_FALSE(test, IS_ALIGNED(12, 8));
	KUNIT_EXPECT_EQ(test, do_div(big, 10), 1);
	KUNIT_EXPECT_EQ(test, big, 1000000000ULL);
	KUNIT_EXPECT_EQ(test, div_u64(1ULL << 40, 1 << 10), 1ULL << 30);
	KUNIT_EXPECT_EQ(test, div64_u64(1ULL << 62, 1ULL << 40), 1ULL << 22);
	KUNIT_EXPECT_EQ(test, upper_32_bits(0x123456789aULL), 0x12);
	KUNIT_EXPECT_EQ(test, lower_32_bits(0x123456789aULL), 0x3456789a);
}

static void bit_tricks(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, BIT(5), 32);
	KUNIT_EXPECT_EQ(test, GENMASK(7, 4), 0xf0);
	KUNIT_EXPECT_EQ(test, GENMASK_ULL(63, 60), 0xf000000000000000ULL);
	KUNIT_EXPECT_EQ(test, fls(0), 0);
	KUNIT_EXPECT_EQ(test, fls(0x80000000), 32);
	KUNIT_EXPECT_EQ(test, ffs(8), 4);
	KUNIT_EXPECT_EQ(test, fls64(1ULL << 40), 41);
	KUNIT_EXPECT_EQ(test, __ffs(8), 3);
	KUNIT_EXPECT_EQ(test, __fls(9), 3);
	KUNIT_EXPECT_EQ(test, hweight32(0xff00ff), 16);
	KUNIT_EXPECT_EQ(test, rol32(0x80000001, 1), 3);
	KUNIT_EXPECT_EQ(test, rol32(5, 0), 5);
	KUNIT_EXPECT_EQ(test, ror64(1, 1), 1ULL << 63);
	KUNIT_EXPECT_EQ(test, sign_extend32(0xff, 7), -1);
	KUNIT_EXPECT_EQ(test, ilog2(4096), 12);
	KUNIT_EXPECT_EQ(test, roundup_pow_of_two(4097), 8192);
	KUNIT_EXPECT_EQ(test, rounddown_pow_of_two(4097), 4096);
	KUNIT_EXPECT_TRUE(test, is_power_of_2(64));
	KUNIT_EXPECT_FALSE(test, is_power_of_2(0));
	KUNIT_EXPECT_EQ(test, order_base_2(5), 3);
}

static void byte_order(struct kunit *test)
{
	u8 raw[9] = { 0, 1, 2, 3, 4, 5, 6, 7, 8 }, out[9] = {};
	__le32 le = cpu_to_le32(0x01020304);
	__be16 be = cpu_to_be16(0x0102);

	KUNIT_EXPECT_EQ(test, *(__force u8 *)&le, 4);
	KUNIT_EXPECT_EQ(test, *(__force u8 *)&be, 1);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(le), 0x01020304);
	le32_add_cpu(&le, 1);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(le), 0x01020305);
	KUNIT_EXPECT_EQ(test, be16_to_cpu(be), 0x0102);
	KUNIT_EXPECT_EQ(test, swab64(1), 1ULL << 56);

	KUNIT_EXPECT_EQ(test, get_unaligned_le16(raw + 1), 0x0201);
	KUNIT_EXPECT_EQ(test, get_unaligned_be16(raw + 1), 0x0102);
	KUNIT_EXPECT_EQ(test, get_unaligned_le32(raw + 1), 0x04030201);
	KUNIT_EXPECT_EQ(test, get_unaligned_be32(raw + 1), 0x01020304);
	KUNIT_EXPECT_EQ(test, get_unaligned_le64(raw + 1), 0x0807060504030201ULL);
	KUNIT_EXPECT_EQ(test, get_unaligned_be64(raw + 1), 0x0102030405060708ULL);
	put_unaligned_le64(0x0807060504030201ULL, out + 1);
	KUNIT_EXPECT_EQ(test, memcmp(raw, out, 9), 0);
	put_unaligned_be32(0x01020304, out + 1);
	KUNIT_EXPECT_EQ(test, memcmp(raw, out, 9), 0);
	put_unaligned_le16(0x0201, out + 1);
	KUNIT_EXPECT_EQ(test, memcmp(raw, out, 9), 0);
	put_unaligned((u32)7, (u32 *)(out + 1));
	KUNIT_EXPECT_EQ(test, get_unaligned((u32 *)(out + 1)), 7);
}

static void string_copies(struct kunit *test)
{
	const char *digits = "1234567890";
	char buf[8], *s;

	OPTIMIZER_HIDE_VAR(digits);
	KUNIT_EXPECT_EQ(test, strscpy(buf, "1234567", sizeof(buf)), 7);
	KUNIT_EXPECT_EQ(test, strscpy(buf, "12345678", sizeof(buf)), -E2BIG);
	KUNIT_EXPECT_STREQ(test, buf, "1234567");
	KUNIT_EXPECT_EQ(test, strscpy_pad(buf, "x", sizeof(buf)), 1);
	KUNIT_EXPECT_NULL(test, memchr_inv(buf + 1, 0, 7));
	KUNIT_EXPECT_PTR_EQ(test, memchr_inv("aab", 'a', 3), (void *)strchr("aab", 'b'));

	s = kstrdup("hello", GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_EXPECT_STREQ(test, s, "hello");
	kfree(s);
	s = kstrndup("hello", 2, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_EXPECT_STREQ(test, s, "he");
	kfree(s);
	s = kmemdup_nul("a\0b", 3, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_EXPECT_EQ(test, memcmp(s, "a\0b", 4), 0);
	kfree_sensitive(s);
	KUNIT_EXPECT_NULL(test, kstrdup(NULL, GFP_KERNEL));
	s = kasprintf(GFP_KERNEL, "%s-%d", "a", 5);
	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_EXPECT_STREQ(test, s, "a-5");
	kfree(s);

	KUNIT_EXPECT_EQ(test, scnprintf(buf, sizeof(buf), "%s", digits), 7);
	KUNIT_EXPECT_EQ(test, snprintf(buf, sizeof(buf), "%s", digits), 10);
	memcpy(buf, " a b \t", 7);
	KUNIT_EXPECT_STREQ(test, strim(buf), "a b");
	KUNIT_EXPECT_EQ(test, str_has_prefix("prefix", "pre"), 3);
	KUNIT_EXPECT_EQ(test, str_has_prefix("prefix", "fix"), 0);
	memset(buf, 1, sizeof(buf));
	memzero_explicit(buf, sizeof(buf));
	KUNIT_EXPECT_NULL(test, memchr_inv(buf, 0, sizeof(buf)));
}

static void string_numbers(struct kunit *test)
{
	unsigned int u = 99;
	u64 big;
	u8 small;
	bool yes;
	int i;
	char hex[9] = {};
	u8 bin[4];

	KUNIT_EXPECT_EQ(test, kstrtouint("42\n", 10, &u), 0);
	KUNIT_EXPECT_EQ(test, u, 42);
	KUNIT_EXPECT_EQ(test, kstrtouint("0x1f", 0, &u), 0);
	KUNIT_EXPECT_EQ(test, u, 31);
	KUNIT_EXPECT_EQ(test, kstrtouint("010", 0, &u), 0);
	KUNIT_EXPECT_EQ(test, u, 8);
	KUNIT_EXPECT_EQ(test, kstrtouint("", 10, &u), -EINVAL);
	KUNIT_EXPECT_EQ(test, kstrtouint("4 ", 10, &u), -EINVAL);
	KUNIT_EXPECT_EQ(test, kstrtouint("-1", 10, &u), -EINVAL);
	KUNIT_EXPECT_EQ(test, kstrtouint("4294967296", 10, &u), -ERANGE);
	KUNIT_EXPECT_EQ(test, kstrtou8("255", 10, &small), 0);
	KUNIT_EXPECT_EQ(test, kstrtou8("256", 10, &small), -ERANGE);
	KUNIT_EXPECT_EQ(test, kstrtoint("-2147483648", 10, &i), 0);
	KUNIT_EXPECT_EQ(test, i, INT_MIN);
	KUNIT_EXPECT_EQ(test, kstrtoint("2147483648", 10, &i), -ERANGE);
	KUNIT_EXPECT_EQ(test, kstrtou64("18446744073709551615", 10, &big), 0);
	KUNIT_EXPECT_EQ(test, big, U64_MAX);
	KUNIT_EXPECT_EQ(test, kstrtou64("18446744073709551616", 10, &big), -ERANGE);
	KUNIT_EXPECT_EQ(test, kstrtobool("yes", &yes), 0);
	KUNIT_EXPECT_TRUE(test, yes);
	KUNIT_EXPECT_EQ(test, kstrtobool("off", &yes), 0);
	KUNIT_EXPECT_FALSE(test, yes);
	KUNIT_EXPECT_EQ(test, kstrtobool("maybe", &yes), -EINVAL);

	KUNIT_EXPECT_EQ(test, hex2bin(bin, "00ffA55a", 4), 0);
	KUNIT_EXPECT_PTR_EQ(test, bin2hex(hex, bin, 4), hex + 8);
	KUNIT_EXPECT_STREQ(test, hex, "00ffa55a");
	KUNIT_EXPECT_LT(test, hex2bin(bin, "0g", 1), 0);
}

static void hashes(struct kunit *test)
{
	static const char text[] = "Four score and seven years ago";
	u32 words[4] = { 1, 2, 3, 4 };

	/* The last two values that lookup3.c prints, with its start value made the kernel's. */
	KUNIT_EXPECT_EQ(test, jhash(text, 30, 0), 0x17770551);
	KUNIT_EXPECT_EQ(test, jhash(text, 30, 1), 0xcd628161);
	KUNIT_EXPECT_EQ(test, jhash("", 0, 0), JHASH_INITVAL);
	KUNIT_EXPECT_EQ(test, jhash2(words, 3, 5), jhash_3words(1, 2, 3, 5));
	KUNIT_EXPECT_EQ(test, jhash2(words, 2, 5), jhash_2words(1, 2, 5));
	KUNIT_EXPECT_EQ(test, jhash2(words, 1, 5), jhash_1word(1, 5));
	if (le32_to_cpu((__force __le32)1) == 1)
		KUNIT_EXPECT_EQ(test, jhash2(words, 4, 5), jhash(words, 16, 5));
	KUNIT_EXPECT_EQ(test, hash_32(1, 8), 0x61);
	KUNIT_EXPECT_EQ(test, hash_64(1, 16), 0x61c8);
}

static void error_pointers(struct kunit *test)
{
	void *ptr = ERR_PTR(-ENOENT);

	KUNIT_EXPECT_TRUE(test, IS_ERR(ptr));
	KUNIT_EXPECT_EQ(test, PTR_ERR(ptr), -ENOENT);
	KUNIT_EXPECT_FALSE(test, IS_ERR(NULL));
	KUNIT_EXPECT_TRUE(test, IS_ERR_OR_NULL(NULL));
	KUNIT_EXPECT_FALSE(test, IS_ERR(ERR_PTR(-MAX_ERRNO - 1)));
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(test), 0);
}

static void times(struct kunit *test)
{
	struct timespec64 a = { 5, 900000000 }, b = { 3, 950000000 }, c;
	unsigned long now = jiffies;
	time64_t seconds = ktime_get_real_seconds();
	u64 start = ktime_get_ns();

	c = timespec64_sub(a, b);
	KUNIT_EXPECT_EQ(test, c.tv_sec, 1);
	KUNIT_EXPECT_EQ(test, c.tv_nsec, 950000000);
	c = timespec64_add(a, b);
	KUNIT_EXPECT_EQ(test, c.tv_sec, 9);
	KUNIT_EXPECT_EQ(test, c.tv_nsec, 850000000);
	KUNIT_EXPECT_GT(test, timespec64_compare(&a, &b), 0);
	c = ns_to_timespec64(-1);
	KUNIT_EXPECT_EQ(test, c.tv_sec, -1);
	KUNIT_EXPECT_EQ(test, c.tv_nsec, 999999999);
	KUNIT_EXPECT_EQ(test, timespec64_to_ns(&a), 5900000000LL);

	KUNIT_EXPECT_EQ(test, msecs_to_jiffies(1000), HZ);
	KUNIT_EXPECT_EQ(test, msecs_to_jiffies(0), 0);
	KUNIT_EXPECT_EQ(test, msecs_to_jiffies(1), 1);
	KUNIT_EXPECT_EQ(test, jiffies_to_msecs(HZ), 1000);
	KUNIT_EXPECT_TRUE(test, time_after(now + 1, now));
	KUNIT_EXPECT_TRUE(test, time_before(ULONG_MAX, 0UL));
	KUNIT_EXPECT_TRUE(test, time_after_eq(now, now));
	KUNIT_EXPECT_EQ(test, ktime_to_ms(ms_to_ktime(7)), 7);
	KUNIT_EXPECT_TRUE(test, ktime_after(ktime_add_ms(0, 1), 0));

	ktime_get_real_ts64(&a);
	KUNIT_EXPECT_GE(test, a.tv_sec, seconds);
	/* Seconds may be counted a tick late. */
	KUNIT_EXPECT_LE(test, a.tv_sec, ktime_get_real_seconds() + 1);
	KUNIT_EXPECT_GE(test, ktime_get_ns(), start);
	KUNIT_EXPECT_TRUE(test, time_after_eq(jiffies, now));
}

static void allocations(struct kunit *test)
{
	u8 *p;

	p = kmalloc(0, GFP_KERNEL);
	KUNIT_EXPECT_PTR_EQ(test, (void *)p, ZERO_SIZE_PTR);
	kfree(p);
	kfree(NULL);
	kvfree(NULL);
	p = kzalloc(100, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, 100));
	memset(p, 7, 100);
	p = krealloc(p, 5000, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 7, 100));
	kfree_sensitive(p);
	p = kvzalloc(9 << 20, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, 9 << 20));
	kvfree(p);
}

static void guids(struct kunit *test)
{
	guid_t a = GUID_INIT(0x01020304, 0x0506, 0x0708, 9, 10, 11, 12, 13, 14, 15, 16), b;

	KUNIT_EXPECT_EQ(test, a.b[0], 4);
	KUNIT_EXPECT_EQ(test, a.b[4], 6);
	KUNIT_EXPECT_EQ(test, a.b[8], 9);
	guid_copy(&b, &a);
	KUNIT_EXPECT_TRUE(test, guid_equal(&a, &b));
	guid_gen(&b);
	KUNIT_EXPECT_FALSE(test, guid_equal(&a, &b));
	KUNIT_EXPECT_EQ(test, b.b[7] >> 4, 4);
	KUNIT_EXPECT_EQ(test, b.b[8] >> 6, 2);
	KUNIT_EXPECT_TRUE(test, guid_is_null(&guid_null));
}

static struct kunit_case kit_value_cases[] = {
	KUNIT_CASE(overflow_checks),
	KUNIT_CASE(minimum_maximum),
	KUNIT_CASE(rounding),
	KUNIT_CASE(bit_tricks),
	KUNIT_CASE(byte_order),
	KUNIT_CASE(string_copies),
	KUNIT_CASE(string_numbers),
	KUNIT_CASE(hashes),
	KUNIT_CASE(error_pointers),
	KUNIT_CASE(times),
	KUNIT_CASE(allocations),
	KUNIT_CASE(guids),
	{},
};

static struct kunit_suite kit_value_suite = {
	.name = "kit_value",
	.test_cases = kit_value_cases,
};

kunit_test_suite(kit_value_suite);

MODULE_LICENSE("GPL");
