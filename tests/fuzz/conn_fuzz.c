// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libFuzzer: whole connections over the loop transport, served on the fuzzer's thread.
 *
 * An input is a mode byte and chunks: length (16 bits), flags, bytes. The low two bits of
 * the mode: 0: the rest is raw bytes of the stream; 1: each chunk is a message; 2, 3: the
 * same on a connection that is logged in, without and with a signing key, which then signs
 * the elements whose header says so. Flags (FIX_*) patch what a mutation cannot guess: ids given
 * by the server, sequence numbers, sizes.
 *
 * With MODE_SEAL the session can be sealed: a chunk that begins as a transform header gets its
 * tag, whatever its fields say, unless the place of the tag begins with FORGED.
 *
 * Beside the sanitizers' findings these are bugs: a reply that is no well-formed message, a
 * sealed one that does not open or whose nonce was used before, a kernel warning, a byte of BASE/outside/secret in a reply, that file changed.
 */
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <signal.h>

#include <asm/unaligned.h>
#include <kit/kit.h>
#include <linux/bitmap.h>
#include <linux/kernel.h>
#include <linux/minmax.h>

#include "hook.h"

#include "frame/frame.h"
#include "host/crypto.h"
#include "host/vfs.h"
#include "protect/sign.h"
#include "transport/loop.h"
#include "wire/smb2_format.h"
#include "wire/transform.h"

#define MODE_KIND	   0x03
#define MODE_DIALECT_SHIFT 2
#define MODE_SHARE_SHIFT   5
#define MODE_SEAL	   0x80

#define FORGED 0xEE

enum {
	KIND_RAW,
	KIND_MESSAGES,
	KIND_SESSION,
	KIND_SIGNING
};

#define FIX_HEADER     0x01 /* protocol id, header size, StructureSize */
#define FIX_MESSAGE_ID 0x02
#define FIX_SESSION    0x04
#define FIX_TREE       0x08
#define FIX_FID	       0x10 /* of the last CREATE */
#define FIX_CHAIN      0x20 /* NextCommand stays inside the message */
#define FIX_PIPE       0x40 /* FIX_TREE means IPC$ */
#define FIX_CREDITS    0x80 /* a charge that is small, a request that is not */

#define CHUNK_HEAD    3
#define RAW_STEP      4096
#define START_CREDITS 512
#define MAX_FILE      (8u << 20)
#define MAX_NONCES    65536
#define MAX_CHAIN     256 /* as frame/request.c has it */

static const u16 dialects[] = { 0x0202, 0x0210, 0x0300, 0x0302, 0x0311, 0x0311, 0x0311, 0x0210 };
/* Of the dialects above; before 3.0 there is none. */
static const u16 ciphers[] = { 0,
			       0,
			       SMB2_ENCRYPTION_AES128_CCM,
			       SMB2_ENCRYPTION_AES128_CCM,
			       SMB2_ENCRYPTION_AES128_GCM,
			       SMB2_ENCRYPTION_AES256_CCM,
			       SMB2_ENCRYPTION_AES256_GCM,
			       0 };
static const char *const shares[] = { "share", "share", "ro", "links" };

static const struct {
	u8 size;
	u8 fid; /* offset in the body, 0: none */
} commands[SMB2_COMMAND_NR] = {
	[SMB2_NEGOTIATE] = { 36 },
	[SMB2_SESSION_SETUP] = { 25 },
	[SMB2_LOGOFF] = { 4 },
	[SMB2_TREE_CONNECT] = { 9 },
	[SMB2_TREE_DISCONNECT] = { 4 },
	[SMB2_CREATE] = { 57 },
	[SMB2_CLOSE] = { 24, 8 },
	[SMB2_FLUSH] = { 24, 8 },
	[SMB2_READ] = { 49, 16 },
	[SMB2_WRITE] = { 49, 16 },
	[SMB2_LOCK] = { 48, 8 },
	[SMB2_IOCTL] = { 57, 8 },
	[SMB2_CANCEL] = { 4 },
	[SMB2_ECHO] = { 4 },
	[SMB2_QUERY_DIRECTORY] = { 33, 8 },
	[SMB2_CHANGE_NOTIFY] = { 32, 8 },
	[SMB2_QUERY_INFO] = { 41, 24 },
	[SMB2_SET_INFO] = { 33, 16 },
	[SMB2_OPLOCK_BREAK] = { 24, 8 },
};

/* One input's client. Replies come from the fuzzer's thread and from workers. */
static struct client {
	const u8 *data;
	size_t size;
	size_t pos;
	u8 kind;
	u16 dialect; /* of a session that is there from the beginning */
	u16 cipher;  /* the same; 0: none */
	u64 message_id;
	u64 sealed_session; /* whose keys we know */
	pthread_mutex_t lock;
	u64 session_id; /* (lock), as everything below */
	u32 disk_tree;
	u32 pipe_tree;
	u64 fid[2];
	bool dirty;
	DECLARE_BITMAP(nonces, MAX_NONCES); /* that sealed something for us */
} client = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void die(const char *why)
{
	fprintf(stderr, "conn_fuzz: %s\n", why);
	abort();
}

/* ---- what the client sends ---- */

static void fix_header(u8 *h, u32 len, u16 command)
{
	put_unaligned_le32(SMB2_PROTO_ID, h);
	put_unaligned_le16(SMB2_HEADER_SIZE, h + 4);
	put_unaligned_le16(command, h + 12);
	h[16] &= ~SMB2_FLAGS_SERVER_TO_REDIR;
	if (len >= SMB2_HEADER_SIZE + 2)
		put_unaligned_le16(commands[command].size, h + SMB2_HEADER_SIZE);
}

static void fix_ids(u8 *h, u32 len, u8 flags, u16 command)
{
	u32 fid = SMB2_HEADER_SIZE + commands[command].fid;

	pthread_mutex_lock(&client.lock);
	if (flags & FIX_SESSION)
		put_unaligned_le64(client.session_id, h + 40);
	if (flags & FIX_TREE)
		put_unaligned_le32(flags & FIX_PIPE ? client.pipe_tree : client.disk_tree, h + 36);
	if ((flags & FIX_FID) && commands[command].fid && len >= fid + 16) {
		put_unaligned_le64(client.fid[0], h + fid);
		put_unaligned_le64(client.fid[1], h + fid + 8);
	}
	/* A file deleted with its handle does not show in a reply. */
	if (command == SMB2_CREATE && len >= SMB2_HEADER_SIZE + 44 &&
	    (get_unaligned_le32(h + SMB2_HEADER_SIZE + 40) & FILE_DELETE_ON_CLOSE))
		client.dirty = true;
	pthread_mutex_unlock(&client.lock);
}

/* Patches the element at @h, of at most @len bytes; returns where the next one is, or 0. */
static u32 fix_element(u8 *h, u32 len, u8 flags)
{
	u16 command = get_unaligned_le16(h + 12) % SMB2_COMMAND_NR;
	u32 next = get_unaligned_le32(h + SMB2_HEADER_NEXT_OFFSET);
	u16 charge;

	if (flags & FIX_CHAIN) {
		next &= 0xFFF8;
		if (next < SMB2_HEADER_SIZE || next > len || len - next < SMB2_HEADER_SIZE)
			next = 0;
		put_unaligned_le32(next, h + SMB2_HEADER_NEXT_OFFSET);
	}
	if (flags & FIX_CREDITS) {
		put_unaligned_le16(h[6] & 15, h + 6);
		put_unaligned_le16(64, h + SMB2_HEADER_CREDITS_OFFSET);
	}
	if (flags & FIX_HEADER)
		fix_header(h, len, command);
	if (flags & FIX_MESSAGE_ID) {
		charge = get_unaligned_le16(h + 6);
		put_unaligned_le64(client.message_id, h + 24);
		if (command != SMB2_CANCEL)
			client.message_id += max_t(u16, charge, 1);
	}
	fix_ids(h, len, flags, command);
	return next;
}

static void sign_element(u8 *h, u32 len)
{
	static struct ksmbd_mac_key *keys[2];
	u32 alg = client.dialect < 0x0300 ? KSMBD_MAC_HMAC_SHA256 : KSMBD_MAC_AES_CMAC;
	struct ksmbd_mac_key **key = &keys[alg == KSMBD_MAC_AES_CMAC];
	struct ksmbd_seg seg = { .data = h, .len = len };

	if (!*key && ksmbd_mac_key_create(alg, hook_sign_key, sizeof(hook_sign_key), key))
		die("no key");
	ksmbd_sign_message(*key, &seg, 1);
}

static void fix_message(u8 *msg, u32 len, u8 flags)
{
	u32 off = 0, next;

	while (len - off >= SMB2_HEADER_SIZE) {
		u8 *h = msg + off;

		next = fix_element(h, len - off, flags);
		if (next > len - off)
			break;
		if (client.kind == KIND_SIGNING && (h[16] & SMB2_FLAGS_SIGNED))
			sign_element(h, next ? next : len - off);
		if (!next)
			break;
		off += next;
	}
}

static struct ksmbd_aead_key *seal_key(bool out)
{
	static struct ksmbd_aead_key *keys[SMB2_ENCRYPTION_AES256_GCM + 1][2];
	struct ksmbd_aead_key **key = &keys[client.cipher][out];

	if (!*key && hook_seal_key(client.cipher, out ? hook_seal_out : hook_seal_in, key))
		die("no key");
	return *key;
}

/* Patches what is inside, the header in front of it, and seals as that says. */
static void seal_message(u8 *msg, u32 len, u8 flags)
{
	struct ksmbd_seg seg = { .data = msg + SMB2_TRANSFORM_SIZE,
				 .len = len - SMB2_TRANSFORM_SIZE };

	fix_message(seg.data, seg.len, flags);
	if (flags & FIX_HEADER) {
		put_unaligned_le32(seg.len, msg + 36);
		put_unaligned_le32(SMB2_TRANSFORM_ENCRYPTED << 16, msg + 40);
	}
	if (flags & FIX_SESSION)
		put_unaligned_le64(client.sealed_session, msg + 44);
	if (msg[SMB2_TRANSFORM_TAG_OFFSET] != FORGED)
		ksmbd_aead_seal(seal_key(false), msg + SMB2_TRANSFORM_AAD_OFFSET,
				msg + SMB2_TRANSFORM_AAD_OFFSET, SMB2_TRANSFORM_AAD_SIZE, &seg, 1,
				msg + SMB2_TRANSFORM_TAG_OFFSET);
}

static bool is_transform(const u8 *msg, u32 len)
{
	return len >= SMB2_TRANSFORM_SIZE && get_unaligned_le32(msg) == SMB2_TRANSFORM_ID;
}

static bool send_raw(struct ksmbd_loop *loop)
{
	u32 n = min_t(size_t, client.size - client.pos, RAW_STEP);

	if (!n)
		return false;
	ksmbd_loop_write(loop, client.data + client.pos, n);
	client.pos += n;
	return true;
}

static bool send_next(void *ctx, struct ksmbd_loop *loop)
{
	static u8 msg[4 + 65536];
	size_t left = client.size - client.pos;
	const u8 *chunk = client.data + client.pos;
	u32 len;

	if (client.kind == KIND_RAW)
		return send_raw(loop);
	if (left <= CHUNK_HEAD)
		return false;
	len = min_t(size_t, get_unaligned_le16(chunk), left - CHUNK_HEAD);
	client.pos += CHUNK_HEAD + len;
	memcpy(msg + 4, chunk + CHUNK_HEAD, len);
	put_unaligned_be32(len, msg);
	if (client.cipher && is_transform(msg + 4, len))
		seal_message(msg + 4, len, chunk[2]);
	else
		fix_message(msg + 4, len, chunk[2]);
	ksmbd_loop_write(loop, msg, 4 + len);
	return true;
}

/* ---- what comes back ---- */

static void look_for_canary(const struct ksmbd_seg *seg)
{
	char head[HOOK_CANARY_SIZE];
	const void *data = seg->data;
	u32 len = seg->len;

	if (seg->file) {
		s64 got = ksmbd_file_read(seg->file, head, sizeof(head), seg->off);

		data = head;
		len = got < 0 ? 0 : got;
	}
	if (hook_holds_canary(data, len))
		die("a reply holds what lies outside the share");
}

/* Called with client.lock held. */
static void learn(const u8 *h, u32 len)
{
	u16 command = get_unaligned_le16(h + 12);
	bool success = !get_unaligned_le32(h + 8);
	const u8 *body = h + SMB2_HEADER_SIZE;

	switch (command) {
	case SMB2_SESSION_SETUP:
		if (get_unaligned_le64(h + 40))
			client.session_id = get_unaligned_le64(h + 40);
		break;
	case SMB2_TREE_CONNECT:
		if (success && len >= SMB2_HEADER_SIZE + 16) {
			u32 *tree = body[2] == SMB2_SHARE_TYPE_PIPE ? &client.pipe_tree :
								      &client.disk_tree;
			*tree = get_unaligned_le32(h + 36);
		}
		break;
	case SMB2_CREATE:
		if (success && len >= SMB2_HEADER_SIZE + 88) {
			client.fid[0] = get_unaligned_le64(body + 64);
			client.fid[1] = get_unaligned_le64(body + 72);
			client.dirty |= get_unaligned_le32(body + 4) != FILE_OPENED;
		}
		break;
	case SMB2_WRITE:
	case SMB2_SET_INFO:
	case SMB2_IOCTL:
		client.dirty |= success;
		break;
	}
}

/* One element over @segs; returns how many of them it takes. */
static u32 check_element(const struct ksmbd_seg *segs, u32 nsegs, u32 *len)
{
	const u8 *h = segs[0].data;
	u32 next, n = 0;

	if (segs[0].file || segs[0].len < SMB2_HEADER_SIZE)
		die("an element without a header");
	if (get_unaligned_le32(h) != SMB2_PROTO_ID ||
	    get_unaligned_le16(h + 4) != SMB2_HEADER_SIZE || !(h[16] & SMB2_FLAGS_SERVER_TO_REDIR))
		die("a malformed header");
	if (segs[0].len < SMB2_HEADER_SIZE + 2)
		die("a reply without a body");
	next = get_unaligned_le32(h + SMB2_HEADER_NEXT_OFFSET);
	*len = 0;
	while (n < nsegs && (!next || *len < next))
		*len += segs[n++].len;
	if (next && (*len != next || n == nsegs || next % 8))
		die("a wrong NextCommand");
	learn(h, segs[0].len);
	return n;
}

/* A message without its length word; returns its length. */
static u32 check_message(const struct ksmbd_seg *segs, u32 nsegs)
{
	u32 sum = 0, len, i;

	for (i = 0; i < nsegs; i++)
		look_for_canary(&segs[i]);
	pthread_mutex_lock(&client.lock);
	for (i = 0; i < nsegs; sum += len)
		i += check_element(segs + i, nsegs - i, &len);
	pthread_mutex_unlock(&client.lock);
	return sum;
}

/* Cuts an opened message into its elements; returns how many. */
static u32 split_elements(u8 *msg, u32 len, struct ksmbd_seg *segs)
{
	u32 off = 0, next, n;

	for (n = 0; n < MAX_CHAIN && len - off >= SMB2_HEADER_SIZE; n++) {
		next = get_unaligned_le32(msg + off + SMB2_HEADER_NEXT_OFFSET);
		if (next > len - off)
			die("NextCommand leads out of a sealed reply");
		segs[n] = (struct ksmbd_seg){ .data = msg + off, .len = next ?: len - off };
		if (!next)
			return n + 1;
		off += next;
	}
	die("a sealed reply without an end");
	return 0;
}

static void check_nonce(const u8 *transform)
{
	u64 nonce = get_unaligned_le64(transform + SMB2_TRANSFORM_AAD_OFFSET);
	bool used = nonce >= MAX_NONCES;

	pthread_mutex_lock(&client.lock);
	if (!used)
		used = __test_and_set_bit(nonce, client.nonces);
	pthread_mutex_unlock(&client.lock);
	if (used)
		die("a nonce that was used before");
}

/* @segs: the transform header and what is sealed */
static u32 check_sealed(const struct ksmbd_seg *segs, u32 nsegs)
{
	const u8 *head = segs[0].data;
	struct ksmbd_seg opened = {}, elements[MAX_CHAIN];
	u32 i, off = 0;

	if (!client.cipher || segs[0].len != SMB2_TRANSFORM_SIZE)
		die("a transform that nobody can open");
	check_nonce(head);
	for (i = 1; i < nsegs; i++)
		opened.len += segs[i].len;
	opened.data = malloc(opened.len + 1);
	if (!opened.data || get_unaligned_le32(head + 36) != opened.len)
		die("a transform of another size");
	for (i = 1; i < nsegs; off += segs[i++].len)
		memcpy((u8 *)opened.data + off, segs[i].data, segs[i].len);
	if (ksmbd_aead_open(seal_key(true), head + SMB2_TRANSFORM_AAD_OFFSET,
			    head + SMB2_TRANSFORM_AAD_OFFSET, SMB2_TRANSFORM_AAD_SIZE, &opened, 1,
			    head + SMB2_TRANSFORM_TAG_OFFSET))
		die("a transform that does not open");
	check_message(elements, split_elements(opened.data, opened.len, elements));
	free(opened.data);
	return SMB2_TRANSFORM_SIZE + opened.len;
}

static void take_reply(void *ctx, const struct ksmbd_seg *segs, u32 nsegs)
{
	u32 total = get_unaligned_be32(segs[0].data), sum;
	u32 magic = get_unaligned_le32(segs[1].data);

	if (magic == SMB1_PROTO_ID)
		return;
	if (magic == SMB2_TRANSFORM_ID)
		sum = check_sealed(segs + 1, nsegs - 1);
	else
		sum = check_message(segs + 1, nsegs - 1);
	if (sum != total || total > 0xFFFFFF)
		die("a wrong length word");
}

/* ---- libFuzzer ---- */

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size);
size_t LLVMFuzzerCustomMutator(u8 *data, size_t size, size_t max_size, unsigned int seed);
size_t LLVMFuzzerMutate(u8 *data, size_t size, size_t max_size);

/* Few enough that an input can reach the limit. */
static void few_files(struct ksmbd_config *values)
{
	values->max_open_files = 12;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const struct rlimit limit = { MAX_FILE, MAX_FILE };

	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &limit);
	kit_log_level = 4;
	if (kit_init() || hook_start() || hook_configure(few_files))
		exit(1);
	atexit(hook_stop);
	return 0;
}

static void begin_client(const u8 *data, size_t size)
{
	client.data = data;
	client.size = size;
	client.pos = 1;
	client.kind = data[0] & MODE_KIND;
	client.message_id = 0;
	client.cipher = 0;
	bitmap_zero(client.nonces, MAX_NONCES);
	client.session_id = 0;
	client.disk_tree = 0;
	client.pipe_tree = 0;
	client.fid[0] = 0;
	client.fid[1] = 0;
}

static void log_in(struct ksmbd_conn *conn, u8 mode)
{
	struct hook_login login = {
		.dialect = dialects[mode >> MODE_DIALECT_SHIFT & 7],
		.share = shares[mode >> MODE_SHARE_SHIFT & 3],
		.sign = client.kind == KIND_SIGNING,
		.cipher = mode & MODE_SEAL ? ciphers[mode >> MODE_DIALECT_SHIFT & 7] : 0,
	};

	if (hook_login(conn, &login, START_CREDITS))
		die("cannot log in");
	client.dialect = login.dialect;
	client.message_id = 1;
	client.session_id = login.session_id;
	client.cipher = login.cipher;
	client.sealed_session = login.session_id;
	client.disk_tree = login.disk_tree;
	client.pipe_tree = login.pipe_tree;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static const struct ksmbd_loop_peer peer = { .source = send_next, .sink = take_reply };
	unsigned int warnings = kit_warn_count();
	struct ksmbd_conn *conn;
	struct ksmbd_loop *loop;

	if (!size)
		return -1;
	begin_client(data, size);
	if (hook_conn(&peer, 1, &conn, &loop))
		die("no connection");
	if (client.kind >= KIND_SESSION)
		log_in(conn, data[0]);
	ksmbd_frame_serve(conn);
	ksmbd_loop_close(loop);
	hook_be_server();
	if (client.dirty) {
		if (!hook_canary_ok())
			die("a file outside the share has changed");
		hook_populate();
		client.dirty = false;
	}
	if (kit_warn_count() != warnings)
		die("a warning was printed");
	return 0;
}

/* ---- mutation that knows chunks ---- */

struct span {
	size_t at;
	size_t len; /* its head included */
};

static u32 find_chunks(const u8 *data, size_t size, struct span *spans, u32 cap)
{
	size_t pos = 1;
	u32 n = 0;

	while (n < cap && pos + CHUNK_HEAD < size) {
		size_t len = min_t(size_t, get_unaligned_le16(data + pos), size - pos - CHUNK_HEAD);

		spans[n].at = pos;
		spans[n++].len = CHUNK_HEAD + len;
		pos += CHUNK_HEAD + len;
	}
	return n;
}

/* Puts a copy of chunk @from in front of chunk @to. */
static size_t copy_chunk(u8 *data, size_t size, size_t max_size, const struct span *from,
			 const struct span *to)
{
	u8 *copy;

	if (size + from->len > max_size)
		return size;
	copy = malloc(from->len);
	if (!copy)
		return size;
	memcpy(copy, data + from->at, from->len);
	memmove(data + to->at + from->len, data + to->at, size - to->at);
	memcpy(data + to->at, copy, from->len);
	free(copy);
	return size + from->len;
}

static size_t drop_chunk(u8 *data, size_t size, const struct span *span)
{
	memmove(data + span->at, data + span->at + span->len, size - span->at - span->len);
	return size - span->len;
}

/* Mutates one chunk's bytes and makes its length right again. */
static size_t change_chunk(u8 *data, size_t size, size_t max_size, const struct span *span)
{
	size_t room = min_t(size_t, max_size - size + span->len - CHUNK_HEAD, 65535), len;
	u8 *bytes = malloc(room);

	if (!bytes)
		return size;
	len = min(span->len - CHUNK_HEAD, room);
	memcpy(bytes, data + span->at + CHUNK_HEAD, len);
	len = LLVMFuzzerMutate(bytes, len, room);
	memmove(data + span->at + CHUNK_HEAD + len, data + span->at + span->len,
		size - span->at - span->len);
	memcpy(data + span->at + CHUNK_HEAD, bytes, len);
	put_unaligned_le16(len, data + span->at);
	free(bytes);
	return size - span->len + CHUNK_HEAD + len;
}

size_t LLVMFuzzerCustomMutator(u8 *data, size_t size, size_t max_size, unsigned int seed)
{
	struct span spans[64];
	const struct span *one, *other;
	u32 n;

	if (size < 2 || (data[0] & MODE_KIND) == KIND_RAW || seed % 8 == 0)
		return LLVMFuzzerMutate(data, size, max_size);
	n = find_chunks(data, size, spans, ARRAY_SIZE(spans));
	if (!n)
		return LLVMFuzzerMutate(data, size, max_size);
	one = &spans[(seed >> 8) % n];
	other = &spans[(seed >> 16) % n];
	switch (seed % 16) {
	case 1:
		return copy_chunk(data, size, max_size, one, other);
	case 2:
		return n > 1 ? drop_chunk(data, size, one) : size;
	case 3:
		data[one->at + 2] ^= 1 << (seed >> 24 & 7);
		return size;
	case 4:
		data[0] ^= 1 << (seed >> 24 & 7);
		return size;
	default:
		return change_chunk(data, size, max_size, one);
	}
}
