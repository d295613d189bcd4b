// SPDX-License-Identifier: GPL-2.0-or-later
/* Published vectors of sealing against the crypto port, whole and cut into segments. */
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "host/crypto.h"
#include "ksmbd/tests/helpers.h"

struct vector {
	const char *name;
	enum ksmbd_aead_alg alg;
	const char *key;
	const char *nonce;
	const char *aad;
	const char *plain;
	const char *sealed;
	const char *tag;
};

/* The text of test cases 3, 4, 15 and 16. */
#define GCM_PLAIN60                                                        \
	"d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72" \
	"1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"

static const struct vector vectors[] = {
	/* McGrew and Viega, "The Galois/Counter Mode of Operation", appendix B */
	{ "GCM case 1", KSMBD_AEAD_AES_GCM, "00000000000000000000000000000000",
	  "000000000000000000000000", "", "", "", "58e2fccefa7e3061367f1d57a4e7455a" },
	{ "GCM case 2", KSMBD_AEAD_AES_GCM, "00000000000000000000000000000000",
	  "000000000000000000000000", "", "00000000000000000000000000000000",
	  "0388dace60b6a392f328c2b971b2fe78", "ab6e47d42cec13bdf53a67b21257bddf" },
	{ "GCM case 4", KSMBD_AEAD_AES_GCM, "feffe9928665731c6d6a8f9467308308",
	  "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2", GCM_PLAIN60,
	  "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
	  "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091",
	  "5bc94fbc3221a5db94fae95ae7121a47" },
	{ "GCM case 16", KSMBD_AEAD_AES_GCM,
	  "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
	  "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2", GCM_PLAIN60,
	  "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
	  "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
	  "76fc6ece0f4e1768cddf8853bb2d551b" },
	/* Microsoft, "Encryption in SMB 3.1.1": a WRITE and its answer, by each cipher */
	{ "SMB GCM request", KSMBD_AEAD_AES_GCM, "a2f5e80e5d59103034f32e52f698e5ec",
	  "c7d6822d269caf48904c664c",
	  "c7d6822d269caf48904c664c0000000087000000000001002500000000100000",
	  "fe534d4240000100000000000900010008000000000000000500000000000000fffe000001000000"
	  "25000000001000000000000000000000000000000000000031007000170000000000000000000000"
	  "0600000004000000010000000400000000000000000000007000000000000000536d623320656e63"
	  "72797074696f6e2074657374696e67",
	  "6ecdd2a7afc7b47763057a041b8fd4daffe990b70c9e09d36c084e02d14ef247f8bde38acf6256f8"
	  "b1d3b56f77fbdeb312fea5e92cbcc1ed8fb2ebbfaa75e49a4a394bb44576545567c24d4c014d47c9"
	  "fbdfdafd2c4f9b72f8d256452620a299f48e29e53d6b61d1c13a19e91af013f00d17e3abc2fc3d36"
	  "c8c1b6b93973253852dbd442e46ee8",
	  "bd73d97d2bc9001bcafac0fdff5feebc" },
	{ "SMB GCM answer", KSMBD_AEAD_AES_GCM, "748c50868c90f302962a5c35f5f9a8bf",
	  "e06831dd2e8eb7b400000000",
	  "e06831dd2e8eb7b4000000000000000050000000000001002500000000100000",
	  "fe534d4240000100000000000900010001000000000000000500000000000000fffe000001000000"
	  "25000000001000000000000000000000000000000000000011000000170000000000000000000000",
	  "26bbbf949983a6c1c796559d0f2c510cb651d1f7b6ac8ded32a2a0b8f2d793a815c6f6b848d69767"
	  "a215841a42d400ae6ddb5f0b44173a014973321fdd7950da6179159b82e03c9e18a050ff0ea1c967",
	  "acbe1cb7ed343adf1725ef144d90d4b0" },
	{ "SMB CCM request", KSMBD_AEAD_AES_CCM, "dfaaa31aae40a2485d47ac4df09fda1d",
	  "9f6f1eaad7e9f24aacd38f",
	  "9f6f1eaad7e9f24aacd38f000000000087000000000001002100000000100000",
	  "fe534d4240000100000000000900010008000000000000000500000000000000fffe000001000000"
	  "21000000001000000000000000000000000000000000000031007000170000000000000000000000"
	  "0500000004000000010000000400000000000000000000007000000000000000536d623320656e63"
	  "72797074696f6e2074657374696e67",
	  "56a74778199a9d2b6e9c3a376fd88d27680694fed253a313beb07381ae8689f973acdb8d716e4477"
	  "803bce53a92e1b81fa3e965ad9af2c89c08ce66a344664453b8fc88118edc9814cf58e92aa465e6e"
	  "fb09958a9fdad96fbd55b36a710c30d5e7c64ad7b9449f9f17edd024fe8ba79154f340a82740d1d5"
	  "180c69b0a2de6a4ba893bd55d3210e",
	  "e89551d666dab8993488f5a97103116c" },
	{ "SMB CCM answer", KSMBD_AEAD_AES_CCM, "95c544aef6072680da1ce49a68a97fa6",
	  "d96831dd2e8eb7b4000000",
	  "d96831dd2e8eb7b4000000000000000050000000000001002100000000100000",
	  "fe534d4240000100000000000900010001000000000000000500000000000000fffe000001000000"
	  "21000000001000000000000000000000000000000000000011000000170000000000000000000000",
	  "f783157e0f6f1c055d746753ca16d20c21088e2a67564e056c2f68a7f14f226c3bd809b7a2d52e5f"
	  "e4ecf49821bc6001733430cf174e2764b3ccb213aad8bb9fbaf6c15e13d9120965390e004a96a3f7",
	  "dd33ec41a927dd51476fe887c2d3c136" },
	/*
	 * RFC 3610's vectors have other nonce and tag sizes than SMB; nobody published
	 * any for AES-256-CCM with these. Computed by its definition, in Python, on the
	 * block cipher of `openssl enc`.
	 */
	{ "CCM 256", KSMBD_AEAD_AES_CCM,
	  "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
	  "a0a1a2a3a4a5a6a7a8a9aa", "00112233445566778899",
	  "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2021222324",
	  "98a0418cf557f249e0f23ff93ae8bae6dadd4cca8d248447ea9257365d243b6b71160c3d44",
	  "afba191a838288bf3b21f505c446516b" },
	{ "CCM empty", KSMBD_AEAD_AES_CCM, "000102030405060708090a0b0c0d0e0f",
	  "a0a1a2a3a4a5a6a7a8a9aa", "0011223344556677", "", "",
	  "c92486d82b9f4f02b2acb6664a34657f" },
};

/* One vector as bytes. */
struct loaded {
	struct ksmbd_aead_key *key;
	u8 nonce[12];
	u8 aad[64];
	u32 aad_len;
	u8 plain[256];
	u8 sealed[256];
	u32 len;
	u8 tag[KSMBD_AEAD_TAG_SIZE];
};

static struct loaded in;

static bool load(struct kunit *test, const struct vector *v)
{
	u8 key[32];
	u32 key_len = test_unhex(key, sizeof(key), v->key);

	test_unhex(in.nonce, sizeof(in.nonce), v->nonce);
	in.aad_len = test_unhex(in.aad, sizeof(in.aad), v->aad);
	in.len = test_unhex(in.plain, sizeof(in.plain), v->plain);
	test_unhex(in.sealed, sizeof(in.sealed), v->sealed);
	test_unhex(in.tag, sizeof(in.tag), v->tag);
	KUNIT_EXPECT_EQ(test, ksmbd_aead_key_create(v->alg, key, key_len, &in.key), 0);
	return in.key;
}

/* Cuts @len bytes at @text into pieces of @size; returns how many. */
static u32 cut(struct ksmbd_seg *segs, u8 *text, u32 len, u32 size)
{
	u32 at, n = 0;

	for (at = 0; at < len; at += size)
		segs[n++] = test_seg(text + at, min(size, len - at));
	return n;
}

static void seal_and_open(struct kunit *test)
{
	static const u32 sizes[] = { 1, 15, 16, 17, 64, 256 };
	static struct ksmbd_seg segs[256];
	static u8 text[256];
	u8 tag[KSMBD_AEAD_TAG_SIZE];
	u32 i, j, n;

	for (i = 0; i < ARRAY_SIZE(vectors); i++) {
		if (!load(test, &vectors[i]))
			continue;
		for (j = 0; j < ARRAY_SIZE(sizes); j++) {
			memcpy(text, in.plain, in.len);
			n = cut(segs, text, in.len, sizes[j]);
			KUNIT_EXPECT_EQ(test,
					ksmbd_aead_seal(in.key, in.nonce, in.aad, in.aad_len, segs,
							n, tag),
					0);
			KUNIT_EXPECT_TRUE_MSG(test, !memcmp(tag, in.tag, sizeof(tag)), "%s",
					      vectors[i].name);
			EXPECT_BYTES(test, text, in.sealed, in.len);
			KUNIT_EXPECT_EQ(test,
					ksmbd_aead_open(in.key, in.nonce, in.aad, in.aad_len, segs,
							n, in.tag),
					0);
			EXPECT_BYTES(test, text, in.plain, in.len);
		}
		ksmbd_aead_key_free(in.key);
	}
}

/* A changed bit anywhere is found, and leaves no plain text behind. */
static void forgeries(struct kunit *test)
{
	static u8 text[256];
	struct ksmbd_seg seg;
	u32 i, bit;

	for (i = 0; i < ARRAY_SIZE(vectors); i++) {
		if (!load(test, &vectors[i]))
			continue;
		seg = test_seg(text, in.len);
		for (bit = 0; bit < 8 * in.len; bit += 13) {
			memcpy(text, in.sealed, in.len);
			text[bit / 8] ^= 1 << bit % 8;
			KUNIT_EXPECT_EQ(test,
					ksmbd_aead_open(in.key, in.nonce, in.aad, in.aad_len, &seg,
							1, in.tag),
					-EBADMSG);
			KUNIT_EXPECT_NULL(test, memchr_inv(text, 0, in.len));
		}
		for (bit = 0; bit < 8 * KSMBD_AEAD_TAG_SIZE; bit++) {
			memcpy(text, in.sealed, in.len);
			in.tag[bit / 8] ^= 1 << bit % 8;
			KUNIT_EXPECT_EQ(test,
					ksmbd_aead_open(in.key, in.nonce, in.aad, in.aad_len, &seg,
							1, in.tag),
					-EBADMSG);
			in.tag[bit / 8] ^= 1 << bit % 8;
		}
		memcpy(text, in.sealed, in.len);
		in.nonce[0] ^= 1;
		KUNIT_EXPECT_EQ(test,
				ksmbd_aead_open(in.key, in.nonce, in.aad, in.aad_len, &seg, 1,
						in.tag),
				-EBADMSG);
		in.nonce[0] ^= 1;
		if (in.aad_len) {
			memcpy(text, in.sealed, in.len);
			in.aad[in.aad_len - 1] ^= 1;
			KUNIT_EXPECT_EQ(test,
					ksmbd_aead_open(in.key, in.nonce, in.aad, in.aad_len, &seg,
							1, in.tag),
					-EBADMSG);
		}
		ksmbd_aead_key_free(in.key);
	}
}

static void arguments(struct kunit *test)
{
	struct ksmbd_seg seg = { .file = (struct ksmbd_file *)&in, .len = 1 };
	struct ksmbd_aead_key *key = NULL;
	u8 bytes[32] = {};

	KUNIT_EXPECT_EQ(test, ksmbd_aead_key_create(KSMBD_AEAD_AES_GCM, bytes, 24, &key), -EINVAL);
	KUNIT_EXPECT_EQ(test, ksmbd_aead_key_create(KSMBD_AEAD_NR, bytes, 16, &key), -EINVAL);
	KUNIT_EXPECT_NULL(test, key);
	ksmbd_aead_key_free(NULL);
	KUNIT_ASSERT_EQ(test, ksmbd_aead_key_create(KSMBD_AEAD_AES_GCM, bytes, 16, &key), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_aead_seal(key, bytes, NULL, 0, &seg, 1, bytes), -EINVAL);
	ksmbd_aead_key_free(key);
}

/* ---- one key, many threads ---- */

#define THREADS 6
#define ROUNDS	400

struct worker {
	struct ksmbd_aead_key *aead;
	struct ksmbd_mac_key *mac;
	u8 mac_want[16];
	u32 id;
	u32 failures;
};

static int work(void *arg)
{
	struct worker *w = arg;
	u8 text[100], again[100], nonce[12] = {}, tag[16], mac[16];
	struct ksmbd_seg seg = test_seg(text, sizeof(text));
	struct ksmbd_seg fixed = test_seg("fixed", 5);
	u32 i;

	for (i = 0; i < ROUNDS; i++) {
		memset(text, w->id + i, sizeof(text));
		memcpy(again, text, sizeof(text));
		nonce[0] = w->id;
		nonce[1] = i;
		nonce[2] = i >> 8;
		w->failures += ksmbd_aead_seal(w->aead, nonce, NULL, 0, &seg, 1, tag) != 0;
		/* Now and then a forgery, which takes another way through the back end. */
		if (i % 16 == 0) {
			tag[0] ^= 1;
			w->failures += ksmbd_aead_open(w->aead, nonce, NULL, 0, &seg, 1, tag) !=
				       -EBADMSG;
			continue;
		}
		w->failures += ksmbd_aead_open(w->aead, nonce, NULL, 0, &seg, 1, tag) != 0;
		w->failures += memcmp(text, again, sizeof(text)) != 0;
		w->failures += ksmbd_mac_compute(w->mac, nonce, &fixed, 1, mac, 16) != 0;
		/* GMAC's result depends on the nonce. */
		if (w->mac_want[0])
			w->failures += memcmp(mac, w->mac_want, 16) != 0;
	}
	/* kthread_stop() wants a thread that is still there. */
	while (!kthread_should_stop())
		msleep(1);
	return 0;
}

static void run_threads(struct kunit *test, enum ksmbd_aead_alg aead, enum ksmbd_mac_alg mac)
{
	static struct task_struct *threads[THREADS];
	static struct worker workers[THREADS];
	struct ksmbd_seg fixed = test_seg("fixed", 5);
	u8 bytes[16] = { 7 };
	u32 i;

	memset(workers, 0, sizeof(workers));
	KUNIT_ASSERT_EQ(test, ksmbd_aead_key_create(aead, bytes, 16, &workers[0].aead), 0);
	KUNIT_ASSERT_EQ(test, ksmbd_mac_key_create(mac, bytes, 16, &workers[0].mac), 0);
	if (mac != KSMBD_MAC_AES_GMAC)
		ksmbd_mac_compute(workers[0].mac, NULL, &fixed, 1, workers[0].mac_want, 16);
	for (i = 0; i < THREADS; i++) {
		workers[i] = workers[0];
		workers[i].id = i;
	}
	for (i = 0; i < THREADS; i++) {
		threads[i] = kthread_run(work, &workers[i], "aead/%u", i);
		KUNIT_EXPECT_NOT_ERR_OR_NULL(test, threads[i]);
	}
	for (i = 0; i < THREADS; i++) {
		if (!IS_ERR_OR_NULL(threads[i]))
			kthread_stop(threads[i]);
		KUNIT_EXPECT_EQ(test, workers[i].failures, 0U);
	}
	ksmbd_aead_key_free(workers[0].aead);
	ksmbd_mac_key_free(workers[0].mac);
}

static void shared_keys(struct kunit *test)
{
	run_threads(test, KSMBD_AEAD_AES_GCM, KSMBD_MAC_AES_CMAC);
	run_threads(test, KSMBD_AEAD_AES_CCM, KSMBD_MAC_HMAC_SHA256);
	run_threads(test, KSMBD_AEAD_AES_GCM, KSMBD_MAC_AES_GMAC);
}

#define PIECES 140000
#define PIECE  16

/* More segments than one piece of contiguous memory can describe. */
static void compare_pieces(struct kunit *test, enum ksmbd_aead_alg alg, u8 *text,
			   struct ksmbd_seg *segs)
{
	struct ksmbd_seg whole = { .data = text, .len = PIECES * PIECE };
	u8 bytes[16] = { 9 }, tag[16], tag_of_pieces[16];
	struct ksmbd_aead_key *key;
	u32 i;

	KUNIT_ASSERT_EQ(test, ksmbd_aead_key_create(alg, bytes, 16, &key), 0);
	for (i = 0; i < PIECES; i++)
		segs[i] = (struct ksmbd_seg){ .data = text + i * PIECE, .len = PIECE };
	memset(text, 5, whole.len);
	KUNIT_EXPECT_EQ(test, ksmbd_aead_seal(key, bytes, bytes, 16, segs, PIECES, tag_of_pieces),
			0);
	KUNIT_EXPECT_EQ(test, ksmbd_aead_open(key, bytes, bytes, 16, &whole, 1, tag_of_pieces), 0);
	KUNIT_EXPECT_TRUE(test, text[0] == 5 && !memcmp(text, text + 1, whole.len - 1));
	KUNIT_EXPECT_EQ(test, ksmbd_aead_seal(key, bytes, bytes, 16, &whole, 1, tag), 0);
	KUNIT_EXPECT_EQ(test, memcmp(tag, tag_of_pieces, 16), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_aead_open(key, bytes, bytes, 16, segs, PIECES, tag), 0);
	KUNIT_EXPECT_TRUE(test, text[0] == 5 && !memcmp(text, text + 1, whole.len - 1));
	ksmbd_aead_key_free(key);
}

static void many_pieces(struct kunit *test)
{
	struct ksmbd_seg *segs = kvmalloc(PIECES * sizeof(*segs), GFP_KERNEL);
	u8 *text = kvmalloc(PIECES * PIECE, GFP_KERNEL);

	KUNIT_EXPECT_NOT_NULL(test, segs);
	KUNIT_EXPECT_NOT_NULL(test, text);
	if (segs && text) {
		compare_pieces(test, KSMBD_AEAD_AES_GCM, text, segs);
		compare_pieces(test, KSMBD_AEAD_AES_CCM, text, segs);
	}
	kvfree(text);
	kvfree(segs);
}

static struct kunit_case aead_cases[] = {
	KUNIT_CASE(seal_and_open), KUNIT_CASE(forgeries),   KUNIT_CASE(arguments),
	KUNIT_CASE(shared_keys),   KUNIT_CASE(many_pieces), {},
};

static struct kunit_suite aead_suite = {
	.name = "vectors-aead",
	.test_cases = aead_cases,
};
kunit_test_suite(aead_suite);
