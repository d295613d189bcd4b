// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Conformance of payload memory, and of views of files as what is sealed. What a view holds
 * shows when it is sealed and opened again.
 */
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/string.h>

#include "fixture.h"
#include "host/crypto.h"
#include "host/pages.h"

#define MIB   (1u << 20)
#define EDGE  123	       /* of files that end within a page */
#define HOLE  (300 * 1024)     /* where a hole begins, and how long it is */
#define WHOLE (3 * MIB + EDGE) /* of a file */

static u32 total_of(const struct ksmbd_pages *pages)
{
	u32 i, sum = 0;

	for (i = 0; i < pages->count; i++)
		sum += pages->segs[i].len;
	return sum;
}

static void memory_test(struct kunit *test)
{
	static const u32 sizes[] = { 1, 4096, 4097, 40000, MIB, 3 * MIB + 5 };
	u32 i, k;

	for (k = 0; k < ARRAY_SIZE(sizes); k++) {
		struct ksmbd_pages *pages = ksmbd_pages_alloc(sizes[k]);

		KUNIT_ASSERT_NOT_NULL(test, pages);
		KUNIT_EXPECT_EQ(test, total_of(pages), sizes[k]);
		for (i = 0; i < pages->count; i++) {
			KUNIT_EXPECT_TRUE(test, pages->segs[i].paged && !pages->segs[i].file &&
							!pages->segs[i].view);
			memset(pages->segs[i].data, i + 1, pages->segs[i].len);
		}
		for (i = 0; i < pages->count; i++)
			KUNIT_EXPECT_TRUE(test, !memchr_inv(pages->segs[i].data, (u8)(i + 1),
							    pages->segs[i].len));
		/* Shortening is no harm to freeing. */
		pages->segs[0].len = 0;
		ksmbd_pages_free(pages);
	}
	ksmbd_pages_free(NULL);
}

/* ---- views ---- */

static u8 pattern_byte(u64 off)
{
	return (u8)(off * 7 + (off >> 12));
}

static u8 expected_byte(u64 off)
{
	return off >= HOLE && off < 2 * HOLE ? 0 : pattern_byte(off);
}

static void put_pattern(struct kunit *test, struct ksmbd_file *file, u64 off, u32 len)
{
	struct ksmbd_seg seg = { .data = kvmalloc(len, GFP_KERNEL), .len = len };
	u32 i;

	KUNIT_EXPECT_NOT_NULL(test, seg.data);
	if (!seg.data)
		return;
	for (i = 0; i < len; i++)
		((u8 *)seg.data)[i] = pattern_byte(off + i);
	KUNIT_EXPECT_EQ(test, ksmbd_file_write(file, &seg, 1, off), 0);
	kvfree(seg.data);
}

/* Pattern, a hole, pattern, and an end within a page. */
static struct ksmbd_file *make_file(struct kunit *test)
{
	struct ksmbd_file *file = ports_must_create(test, "viewed", S_IFREG | 0644);

	put_pattern(test, file, 0, HOLE);
	put_pattern(test, file, 2 * HOLE, WHOLE - 2 * HOLE);
	return file;
}

static struct ksmbd_aead_key *make_key(struct kunit *test, enum ksmbd_aead_alg alg)
{
	struct ksmbd_aead_key *key = NULL;
	u8 bytes[16] = { 3 };

	KUNIT_EXPECT_EQ(test, ksmbd_aead_key_create(alg, bytes, 16, &key), 0);
	return key;
}

/* Memory for what @view holds, set up to be sealed from it at @off on. */
static struct ksmbd_pages *pages_for(const struct ksmbd_view *view, u64 off, u32 len)
{
	struct ksmbd_pages *pages = ksmbd_pages_alloc(len);
	u32 i;

	for (i = 0; pages && i < pages->count; off += pages->segs[i++].len) {
		pages->segs[i].view = view;
		pages->segs[i].off = off;
	}
	return pages;
}

/* Seals @view and opens it again, between a header and a tail in place; the text is in @pages. */
static int seal_view(struct ksmbd_aead_key *key, struct ksmbd_pages *pages)
{
	u32 i, n = pages->count + 2;
	struct ksmbd_seg *segs = kvmalloc(n * sizeof(*segs), GFP_KERNEL);
	u8 head[] = "head", tail[] = "tail", nonce[12] = {}, aad[8] = {}, tag[KSMBD_AEAD_TAG_SIZE];
	int err;

	if (!segs)
		return -ENOMEM;
	segs[0] = (struct ksmbd_seg){ .data = head, .len = sizeof(head) };
	memcpy(segs + 1, pages->segs, pages->count * sizeof(*segs));
	segs[n - 1] = (struct ksmbd_seg){ .data = tail, .len = sizeof(tail) };
	err = ksmbd_aead_seal(key, nonce, aad, sizeof(aad), segs, n, tag);
	for (i = 0; i < n; i++)
		segs[i].view = NULL;
	if (!err)
		err = ksmbd_aead_open(key, nonce, aad, sizeof(aad), segs, n, tag);
	if (!err && (memcmp(head, "head", 5) || memcmp(tail, "tail", 5)))
		err = -EIO;
	kvfree(segs);
	return err;
}

/* A view, or NULL and the test is over: this host or this file system has none. */
static struct ksmbd_view *view_or_skip(struct kunit *test, struct ksmbd_file *file, u64 off,
				       u32 len)
{
	struct ksmbd_view *view = NULL;
	s64 got = ksmbd_file_view(file, off, len, &view);

	if (got == -EOPNOTSUPP) {
		ksmbd_file_put(file);
		ports_skip(test, "no views here");
	}
	KUNIT_EXPECT_EQ(test, got, len);
	return view;
}

static u64 count_wrong(const struct ksmbd_pages *pages, u64 off)
{
	u64 wrong = 0;
	u32 i, k;

	for (i = 0; i < pages->count; i++)
		for (k = 0; k < pages->segs[i].len; k++, off++)
			wrong += ((u8 *)pages->segs[i].data)[k] != expected_byte(off);
	return wrong;
}

static void check_range(struct kunit *test, struct ksmbd_aead_key *key, struct ksmbd_file *file,
			u64 off, u32 want, u32 len)
{
	struct ksmbd_view *view = NULL;
	struct ksmbd_pages *pages;

	KUNIT_EXPECT_EQ(test, ksmbd_file_view(file, off, want, &view), len);
	if (!view)
		return;
	pages = pages_for(view, 0, len);
	KUNIT_EXPECT_NOT_NULL(test, pages);
	if (pages) {
		KUNIT_EXPECT_EQ(test, seal_view(key, pages), 0);
		KUNIT_EXPECT_EQ(test, count_wrong(pages, off), 0);
	}
	ksmbd_pages_free(pages);
	ksmbd_view_put(view);
}

PORTS_TEST(view_test)
{
	static const u32 offsets[] = { 0, 1, 4095, 4096, HOLE - 1, HOLE + 5000, MIB + 17 };
	static const u32 sizes[] = { 1, 100, 4096, 65536, 70001, MIB, 2 * MIB + 1 };
	struct ksmbd_file *file = make_file(test);
	struct ksmbd_aead_key *key;
	u32 i, k;

	ksmbd_view_put(view_or_skip(test, file, 0, 1));
	key = make_key(test, KSMBD_AEAD_AES_GCM);
	KUNIT_EXPECT_TRUE(test, ksmbd_aead_reads_once(key));
	for (i = 0; i < ARRAY_SIZE(offsets); i++)
		for (k = 0; k < ARRAY_SIZE(sizes); k++)
			check_range(test, key, file, offsets[i], sizes[k],
				    min(sizes[k], WHOLE - offsets[i]));
	/* At and beyond the end. */
	check_range(test, key, file, WHOLE - 1, MIB, 1);
	check_range(test, key, file, WHOLE - 5000, 5 * MIB, 5000);
	check_range(test, key, file, WHOLE, MIB, 0);
	check_range(test, key, file, WHOLE + 5 * (u64)MIB, MIB, 0);
	check_range(test, key, file, 0, 0, 0);
	ksmbd_file_put(file);
	ksmbd_aead_key_free(key);
}

PORTS_TEST(view_errors_test)
{
	struct ksmbd_view *view = NULL;
	struct ksmbd_file *file = make_file(test);

	ksmbd_view_put(NULL);
	ksmbd_view_put(view_or_skip(test, file, 0, 1));
	KUNIT_EXPECT_EQ(test, ksmbd_file_view(file, 1ull << 63, 1, &view), -EINVAL);
	KUNIT_EXPECT_EQ(test, ksmbd_file_view(file, S64_MAX, 1, &view), 0);
	ksmbd_file_put(file);
	file = ports_must_open(test, "viewed", 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_view(file, 0, 1, &view), -EBADF);
	ksmbd_file_put(file);
	KUNIT_EXPECT_NULL(test, view);
}

/* Who may not have views, refuses them; a view that is too short is noticed. */
PORTS_TEST(misuse_test)
{
	struct ksmbd_file *file = make_file(test);
	u8 nonce[12] = {}, tag[64], text[64];
	struct ksmbd_mac_key *mac = NULL;
	struct ksmbd_seg seg = { .data = text,
				 .len = 64,
				 .view = view_or_skip(test, file, 0, 100) };
	struct ksmbd_aead_key *gcm = make_key(test, KSMBD_AEAD_AES_GCM);
	struct ksmbd_aead_key *ccm = make_key(test, KSMBD_AEAD_AES_CCM);

	KUNIT_EXPECT_FALSE(test, ksmbd_aead_reads_once(ccm));
	KUNIT_EXPECT_EQ(test, ksmbd_aead_seal(ccm, nonce, NULL, 0, &seg, 1, tag), -EINVAL);
	KUNIT_EXPECT_EQ(test, ksmbd_aead_open(gcm, nonce, NULL, 0, &seg, 1, tag), -EINVAL);
	KUNIT_EXPECT_EQ(test, ksmbd_crypto_hash(KSMBD_HASH_SHA512, &seg, 1, tag, 64), -EINVAL);
	KUNIT_EXPECT_EQ(test, ksmbd_mac_key_create(KSMBD_MAC_AES_CMAC, nonce, 12, &mac), -EINVAL);
	KUNIT_ASSERT_EQ(test, ksmbd_mac_key_create(KSMBD_MAC_HMAC_SHA256, nonce, 12, &mac), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_mac_compute(mac, NULL, &seg, 1, tag, 16), -EINVAL);
	seg.off = 36;
	KUNIT_EXPECT_EQ(test, ksmbd_aead_seal(gcm, nonce, NULL, 0, &seg, 1, tag), 0);
	seg.off = 37;
	KUNIT_EXPECT_EQ(test, ksmbd_aead_seal(gcm, nonce, NULL, 0, &seg, 1, tag), -EINVAL);
	ksmbd_view_put((struct ksmbd_view *)seg.view);
	ksmbd_mac_key_free(mac);
	ksmbd_file_put(file);
	ksmbd_aead_key_free(gcm);
	ksmbd_aead_key_free(ccm);
}

/* The file shrinks, is punched and goes; the view's bytes are what they were, or zeros. */
PORTS_TEST(view_outlives_test)
{
	struct ksmbd_file *file = make_file(test);
	struct ksmbd_view *view = view_or_skip(test, file, 0, MIB);
	struct ksmbd_pages *pages = pages_for(view, 0, MIB);
	struct ksmbd_aead_key *key = make_key(test, KSMBD_AEAD_AES_GCM);
	u64 off = 0, wrong = 0;
	u32 i, k;

	KUNIT_ASSERT_NOT_NULL(test, pages);
	KUNIT_EXPECT_EQ(test, ksmbd_file_zero(file, 0, 5000), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_file_truncate(file, 200 * 1024 + 5), 0);
	ports_delete(test, "viewed");
	ksmbd_file_put(file);
	KUNIT_EXPECT_EQ(test, seal_view(key, pages), 0);
	for (i = 0; i < pages->count; i++)
		for (k = 0; k < pages->segs[i].len; k++, off++) {
			u8 byte = ((u8 *)pages->segs[i].data)[k];

			wrong += byte != expected_byte(off) && byte;
			if (off >= 8192 && off < 200 * 1024)
				wrong += byte != expected_byte(off);
		}
	KUNIT_EXPECT_EQ(test, wrong, 0);
	ksmbd_pages_free(pages);
	ksmbd_view_put(view);
	ksmbd_aead_key_free(key);
}

#define ROUNDS 40

struct writer {
	struct ksmbd_file *file;
	u8 *text;
	u32 failures;
};

static int overwrite(void *arg)
{
	struct writer *w = arg;
	struct ksmbd_seg seg = { .data = w->text, .len = MIB };
	u8 byte = 0;

	while (!kthread_should_stop()) {
		memset(w->text, ++byte, MIB);
		w->failures += ksmbd_file_write(w->file, &seg, 1, 0) != 0;
		cond_resched();
	}
	return 0;
}

/* Somebody writes all the time; what is sealed meanwhile can be opened. */
PORTS_TEST(view_changes_test)
{
	struct ksmbd_file *file = make_file(test);
	struct ksmbd_view *view = view_or_skip(test, file, 0, MIB);
	struct ksmbd_pages *pages = pages_for(view, 0, MIB);
	struct ksmbd_aead_key *key = make_key(test, KSMBD_AEAD_AES_GCM);
	struct writer w = { .file = file, .text = kvmalloc(MIB, GFP_KERNEL) };
	struct task_struct *thread;
	u32 i;

	KUNIT_ASSERT_TRUE(test, pages && w.text);
	thread = kthread_run(overwrite, &w, "pages/writer");
	KUNIT_EXPECT_NOT_ERR_OR_NULL(test, thread);
	for (i = 0; i < ROUNDS; i++) {
		KUNIT_EXPECT_EQ(test, seal_view(key, pages), 0);
		cond_resched();
	}
	if (!IS_ERR_OR_NULL(thread))
		kthread_stop(thread);
	KUNIT_EXPECT_EQ(test, w.failures, 0U);
	kvfree(w.text);
	ksmbd_pages_free(pages);
	ksmbd_view_put(view);
	ksmbd_file_put(file);
	ksmbd_aead_key_free(key);
}

static struct kunit_case cases[] = { KUNIT_CASE(memory_test),
				     KUNIT_CASE(view_test),
				     KUNIT_CASE(view_errors_test),
				     KUNIT_CASE(misuse_test),
				     KUNIT_CASE(view_outlives_test),
				     KUNIT_CASE(view_changes_test),
				     {} };

static struct kunit_suite port_pages_suite = {
	.name = "port_pages",
	.init = ports_share_init,
	.exit = ports_fixture_exit,
	.test_cases = cases,
};
kunit_test_suite(port_pages_suite);
