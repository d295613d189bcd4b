// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Published vectors against the crypto port, whichever host it is linked with: digests,
 * MACs, RC4. Each is taken whole and cut into segments, and twice with one key object.
 */
#include <linux/errno.h>
#include <linux/slab.h>

#include "auth/rc4.h"
#include "host/crypto.h"
#include "ksmbd/tests/helpers.h"

#define ABC "616263"
/* "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq" */
#define ABC56                                                                                      \
	"6162636462636465636465666465666765666768666768696768696a68696a6b696a6b6c6a6b6c6d6b6c6d6e" \
	"6c6d6e6f6d6e6f706e6f7071"

static u8 data[512];

/* Cuts @len bytes of data[] into pieces of @size; returns how many. */
static u32 cut(struct ksmbd_seg *segs, u32 len, u32 size)
{
	u32 at, n = 0;

	for (at = 0; at < len; at += size)
		segs[n++] = test_seg(data + at, min(size, len - at));
	return n;
}

static void digests(struct kunit *test)
{
	static const struct {
		enum ksmbd_hash_alg alg;
		u32 size;
		const char *in;
		const char *out;
	} rows[] = {
		/* RFC 1321 A.5 */
		{ KSMBD_HASH_MD5, 16, "", "d41d8cd98f00b204e9800998ecf8427e" },
		{ KSMBD_HASH_MD5, 16, "61", "0cc175b9c0f1b6a831c399e269772661" },
		{ KSMBD_HASH_MD5, 16, ABC, "900150983cd24fb0d6963f7d28e17f72" },
		{ KSMBD_HASH_MD5, 16, "6d65737361676520646967657374",
		  "f96b697d7cb7938d525a2f31aaf161d0" },
		/* FIPS 180-2 B, C and their empty strings */
		{ KSMBD_HASH_SHA256, 32, "",
		  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ KSMBD_HASH_SHA256, 32, ABC,
		  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ KSMBD_HASH_SHA256, 32, ABC56,
		  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
		{ KSMBD_HASH_SHA512, 64, "",
		  "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
		  "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e" },
		{ KSMBD_HASH_SHA512, 64, ABC,
		  "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
		  "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f" },
	};
	static struct ksmbd_seg segs[512];
	u8 out[64];
	u32 i, size;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		u32 len = test_unhex(data, sizeof(data), rows[i].in);

		for (size = 1; size <= max(len, 1U); size++) {
			KUNIT_EXPECT_EQ(test,
					ksmbd_crypto_hash(rows[i].alg, segs, cut(segs, len, size),
							  out, rows[i].size),
					0);
			EXPECT_HEX(test, out, rows[i].size, rows[i].out);
		}
	}
	KUNIT_EXPECT_EQ(test, ksmbd_crypto_hash(KSMBD_HASH_MD5, NULL, 0, out, 15), -EINVAL);
	KUNIT_EXPECT_EQ(test, ksmbd_crypto_hash(KSMBD_HASH_NR, NULL, 0, out, 16), -EINVAL);
}

struct mac_row {
	enum ksmbd_mac_alg alg;
	u32 size;
	const char *key;
	const char *nonce;
	const char *in;
	const char *out;
};

#define AA80                                                                               \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
/* "Test Using Larger Than Block-Size Key - Hash Key First" */
#define LARGE_KEY_TEXT                                                                             \
	"54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368" \
	"204b6579204669727374"
/* "what do ya want for nothing?" */
#define NOTHING	 "7768617420646f2079612077616e7420666f72206e6f7468696e673f"
#define CMAC_KEY "2b7e151628aed2a6abf7158809cf4f3c"
#define CMAC16	 "6bc1bee22e409f96e93d7e117393172a"
#define CMAC40	 CMAC16 "ae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411"
#define CMAC64	 CMAC40 "e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"

static const struct mac_row mac_rows[] = {
	/* RFC 2202 2: HMAC-MD5 */
	{ KSMBD_MAC_HMAC_MD5, 16, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", NULL, "4869205468657265",
	  "9294727a3638bb1c13f48ef8158bfc9d" },
	{ KSMBD_MAC_HMAC_MD5, 16, "4a656665", NULL, NOTHING, "750c783e6ab0b503eaa86e310a5db738" },
	{ KSMBD_MAC_HMAC_MD5, 16, AA80, NULL, LARGE_KEY_TEXT, "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd" },
	/* RFC 4231 4: HMAC-SHA-256 */
	{ KSMBD_MAC_HMAC_SHA256, 32, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", NULL,
	  "4869205468657265", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
	{ KSMBD_MAC_HMAC_SHA256, 32, "4a656665", NULL, NOTHING,
	  "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
	/* RFC 4493 4 */
	{ KSMBD_MAC_AES_CMAC, 16, CMAC_KEY, NULL, "", "bb1d6929e95937287fa37d129b756746" },
	{ KSMBD_MAC_AES_CMAC, 16, CMAC_KEY, NULL, CMAC16, "070a16b46b4d4144f79bdd9dd04a287c" },
	{ KSMBD_MAC_AES_CMAC, 16, CMAC_KEY, NULL, CMAC40, "dfa66747de9ae63030ca32611497c827" },
	{ KSMBD_MAC_AES_CMAC, 16, CMAC_KEY, NULL, CMAC64, "51f0bebf7e3b9d92fc49741779363cfe" },
	/* McGrew and Viega, "The Galois/Counter Mode of Operation", test case 1 */
	{ KSMBD_MAC_AES_GMAC, 16, "00000000000000000000000000000000", "000000000000000000000000",
	  "", "58e2fccefa7e3061367f1d57a4e7455a" },
	/* NIST CAVP gcmEncryptExtIV128, PTlen 0, AADlen 128 */
	{ KSMBD_MAC_AES_GMAC, 16, "77be63708971c4e240d1cb79e8d77feb", "e0e00f19fed7ba0136a797f3",
	  "7a43ec1d9c0a5a78a0b16533a6213cab", "209fcc8d3675ed938e9c7166709dd946" },
};

static void expect_mac(struct kunit *test, const struct mac_row *row)
{
	static struct ksmbd_seg segs[512];
	static u8 bytes[128];
	struct ksmbd_mac_key *key;
	u32 len, size;
	u8 nonce[12];
	u8 out[32];

	len = test_unhex(bytes, sizeof(bytes), row->key);
	KUNIT_ASSERT_EQ(test, ksmbd_mac_key_create(row->alg, bytes, len, &key), 0);
	/* The key object has its own copy. */
	memset(bytes, 0, sizeof(bytes));
	if (row->nonce)
		test_unhex(nonce, sizeof(nonce), row->nonce);
	len = test_unhex(data, sizeof(data), row->in);
	for (size = 1; size <= max(len, 1U); size++) {
		u32 n = cut(segs, len, size);

		KUNIT_EXPECT_EQ(test, ksmbd_mac_compute(key, nonce, segs, n, out, row->size), 0);
		EXPECT_HEX(test, out, row->size, row->out);
	}
	/* The first bytes only. */
	memset(out, 0, sizeof(out));
	KUNIT_EXPECT_EQ(test, ksmbd_mac_compute(key, nonce, segs, cut(segs, len, 7), out, 8), 0);
	KUNIT_EXPECT_FALSE(test, test_is_hex(out, row->size, row->out));
	KUNIT_EXPECT_EQ(test, ksmbd_mac_compute(key, nonce, segs, 0, out, row->size + 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, ksmbd_mac_compute(key, nonce, segs, 0, out, 0), -EINVAL);
	ksmbd_mac_key_free(key);
}

static void macs(struct kunit *test)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(mac_rows); i++)
		expect_mac(test, &mac_rows[i]);
}

/* Empty segments anywhere change nothing. */
static void empty_segments(struct kunit *test)
{
	struct ksmbd_mac_key *key;
	struct ksmbd_seg segs[5];
	u8 bytes[16], out[16];

	test_unhex(bytes, sizeof(bytes), CMAC_KEY);
	KUNIT_ASSERT_EQ(test, ksmbd_mac_key_create(KSMBD_MAC_AES_CMAC, bytes, 16, &key), 0);
	test_unhex(data, sizeof(data), CMAC64);
	segs[0] = test_seg(NULL, 0);
	segs[1] = test_seg(data, 16);
	segs[2] = test_seg(data, 0);
	segs[3] = test_seg(data + 16, 48);
	segs[4] = test_seg(NULL, 0);
	KUNIT_EXPECT_EQ(test, ksmbd_mac_compute(key, NULL, segs, 5, out, 16), 0);
	EXPECT_HEX(test, out, 16, "51f0bebf7e3b9d92fc49741779363cfe");
	ksmbd_mac_key_free(key);
}

/* More than the back end takes at once: as much as a large READ. */
static void long_message(struct kunit *test)
{
	const u32 len = 1024 * 1024 + 5;
	struct ksmbd_mac_key *key;
	struct ksmbd_seg segs[2];
	u8 bytes[16], whole[16], parts[16];
	u8 *text;

	text = kvmalloc(len, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, text);
	memset(text, 0x5a, len);
	test_unhex(bytes, sizeof(bytes), CMAC_KEY);
	KUNIT_ASSERT_EQ(test, ksmbd_mac_key_create(KSMBD_MAC_AES_CMAC, bytes, 16, &key), 0);
	segs[0] = test_seg(text, len);
	KUNIT_EXPECT_EQ(test, ksmbd_mac_compute(key, NULL, segs, 1, whole, 16), 0);
	/* Computed with `openssl mac -cipher AES-128-CBC -macopt hexkey:... CMAC`. */
	EXPECT_HEX(test, whole, 16, "7649031014916fad51d244eefb992edb");
	segs[0] = test_seg(text, 77777);
	segs[1] = test_seg(text + 77777, len - 77777);
	KUNIT_EXPECT_EQ(test, ksmbd_mac_compute(key, NULL, segs, 2, parts, 16), 0);
	EXPECT_BYTES(test, whole, parts, 16);
	ksmbd_mac_key_free(key);
	kvfree(text);
}

static void mac_arguments(struct kunit *test)
{
	struct ksmbd_seg seg = { .file = (struct ksmbd_file *)data, .len = 1 };
	struct ksmbd_mac_key *key = NULL;
	u8 out[16];

	KUNIT_EXPECT_EQ(test, ksmbd_mac_key_create(KSMBD_MAC_NR, data, 16, &key), -EINVAL);
	KUNIT_EXPECT_EQ(test, ksmbd_mac_key_create(KSMBD_MAC_AES_CMAC, data, 32, &key), -EINVAL);
	KUNIT_EXPECT_EQ(test, ksmbd_mac_key_create(KSMBD_MAC_AES_GMAC, data, 15, &key), -EINVAL);
	KUNIT_EXPECT_NULL(test, key);
	ksmbd_mac_key_free(NULL);
	KUNIT_ASSERT_EQ(test, ksmbd_mac_key_create(KSMBD_MAC_AES_GMAC, data, 16, &key), 0);
	KUNIT_EXPECT_EQ(test, ksmbd_mac_compute(key, data, &seg, 1, out, 16), -EINVAL);
	KUNIT_EXPECT_NE(test, ksmbd_mac_compute(key, NULL, NULL, 0, out, 16), 0);
	/* A failed operation does not spoil the key. */
	KUNIT_EXPECT_EQ(test, ksmbd_mac_compute(key, data, NULL, 0, out, 16), 0);
	ksmbd_mac_key_free(key);
}

static void rc4(struct kunit *test)
{
	static const struct {
		const char *key;
		const char *out;
	} rows[] = {
		/* RFC 6229: the key stream's first 16 bytes */
		{ "0102030405", "b2396305f03dc027ccc3524a0a1118a8" },
		{ "01020304050607", "293f02d47f37c9b633f2af5285feb46b" },
		{ "0102030405060708090a0b0c0d0e0f10", "9ac7cc9a609d1ef7b2932899cde41b97" },
	};
	u8 key[16], text[16];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		u32 len = test_unhex(key, sizeof(key), rows[i].key);

		memset(text, 0, sizeof(text));
		KUNIT_EXPECT_EQ(test, ksmbd_rc4(key, len, text, text, sizeof(text)), 0);
		EXPECT_HEX(test, text, sizeof(text), rows[i].out);
	}
	KUNIT_EXPECT_EQ(test, ksmbd_rc4(key, 0, text, text, 1), -EINVAL);
}

static void equality(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, ksmbd_crypto_equal("abc", "abd", 2));
	KUNIT_EXPECT_FALSE(test, ksmbd_crypto_equal("abc", "abd", 3));
	KUNIT_EXPECT_TRUE(test, ksmbd_crypto_equal("a", "b", 0));
}

static struct kunit_case crypto_cases[] = {
	KUNIT_CASE(digests),	    KUNIT_CASE(macs),
	KUNIT_CASE(empty_segments), KUNIT_CASE(long_message),
	KUNIT_CASE(mac_arguments),  KUNIT_CASE(rc4),
	KUNIT_CASE(equality),	    {},
};

static struct kunit_suite crypto_suite = {
	.name = "vectors-crypto",
	.test_cases = crypto_cases,
};
kunit_test_suite(crypto_suite);
