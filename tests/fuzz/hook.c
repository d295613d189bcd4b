// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/kernel.h>

#include "hook.h"

#include "config.h"
#include "frame/credit.h"
#include "host/crypto.h"
#include "main.h"
#include "session/conn.h"
#include "session/session.h"
#include "tools/lib/account.h"
#include "transport/loop.h"
#include "user/host/cred_host.h"
#include "user/host/upcall_host.h"
#include "user/settings.h"
#include "wire/smb2_format.h"

#define NOBODY	      65534
#define USER	      "tester"
#define SMB202_MAX_IO 65536

const u8 hook_sign_key[16] = "0123456789abcde";
const u8 hook_seal_in[32] = "what clients seal and this opens";
const u8 hook_seal_out[32] = "what this seals and clients open";

static char base[64];
static struct ksmbd_config settings;

const char *hook_path(const char *name)
{
	static __thread char path[512];

	snprintf(path, sizeof(path), "%s/%s", base, name);
	return path;
}

/* ---- the tree on disk ---- */

static const struct {
	const char *name;
	const char *text; /* NULL: a directory */
} entries[] = {
	{ "outside", NULL },
	{ "outside/secret", HOOK_CANARY },
	{ "share", NULL },
	{ "share/dir", NULL },
	{ "share/dir/sub", NULL },
	{ "share/dir/sub/deep.txt", "deep" },
	{ "share/dir/b.txt", "bbbb" },
	{ "share/empty", NULL },
	{ "share/a.txt", "The quick brown fox jumps over the lazy dog.\n" },
	{ "share/MiXeD.TxT", "case" },
	{ "share/\xd1\x84\xd0\xb0\xd0\xb9\xd0\xbb.txt", "cyrillic" },
	{ "share/\xf0\x9f\x90\xa7", "penguin" },
	{ "share/.hidden", "dot" },
};

static const struct {
	const char *name;
	const char *target;
} links[] = {
	{ "share/out", "../outside" },
	{ "share/out.txt", "../outside/secret" },
	{ "share/in", "dir" },
	{ "share/loop", "loop" },
};

/* Everything belongs to who the clients will be: root's rights are not what is tested. */
static void give_away(const char *name)
{
	if (!geteuid() && lchown(hook_path(name), NOBODY, NOBODY))
		perror("hook: lchown");
}

static void put_entry(const char *name, const char *text)
{
	int fd;

	if (!text) {
		mkdir(hook_path(name), 0755);
		give_away(name);
		return;
	}
	fd = open(hook_path(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		perror("hook: write");
	close(fd);
	give_away(name);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	chmod(path, 0700);
	remove(path);
	return 0;
}

/* Makes all entries below @prefix. */
static void put_all(const char *prefix)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(entries); i++)
		if (!strncmp(entries[i].name, prefix, strlen(prefix)))
			put_entry(entries[i].name, entries[i].text);
	for (i = 0; i < ARRAY_SIZE(links); i++)
		if (!strncmp(links[i].name, prefix, strlen(prefix)) &&
		    symlink(links[i].target, hook_path(links[i].name)))
			perror("hook: symlink");
}

static int remove_below(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	return ftw->level ? remove_one(path, st, kind, ftw) : 0;
}

void hook_populate(void)
{
	nftw(hook_path("share"), remove_below, 16, FTW_DEPTH | FTW_PHYS);
	put_all("share");
}

bool hook_holds_canary(const void *data, u32 len)
{
	const volatile char *bytes = data;
	u32 i, n = 0;

	/* Not for texts that begin inside a failed match: good enough here. */
	for (i = 0; i < len && n < HOOK_CANARY_SIZE; i++)
		n = bytes[i] == HOOK_CANARY[n] ? n + 1 : bytes[i] == HOOK_CANARY[0];
	return n == HOOK_CANARY_SIZE;
}

bool hook_canary_ok(void)
{
	char text[HOOK_CANARY_SIZE + 1];
	ssize_t n = -1;
	int fd = open(hook_path("outside/secret"), O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		n = read(fd, text, sizeof(text));
	close(fd);
	return n == HOOK_CANARY_SIZE && hook_holds_canary(text, n);
}

static int make_base(void)
{
	const char *tmp = getenv("TMPDIR");

	if (!tmp || strlen(tmp) > 32)
		tmp = access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm";
	snprintf(base, sizeof(base), "%s/ksmbd-hook-XXXXXX", tmp);
	if (!mkdtemp(base) || chmod(base, 0755))
		return -errno;
	give_away("");
	put_all("");
	return 0;
}

void hook_be_server(void)
{
	struct ksmbd_cred *was;

	if (ksmbd_cred_server_begin(&was))
		fprintf(stderr, "hook: cannot be the server again\n");
	prctl(PR_SET_DUMPABLE, 1);
}

/* ---- the server ---- */

static void print_fault(void *arg, bool error, const char *text)
{
	fprintf(stderr, "hook: %s\n", text);
}

static struct conf *make_conf(void)
{
	static const char global[] = "[global]\n"
				     "map to guest = bad user\n"
				     "restrict anonymous = 0\n"
				     "max active sessions = 64\n";
	struct report report = { .print = print_fault };
	struct conf_reader *reader = conf_reader_create(&report);
	const char *const shares[] = { "share", "ro", "links" };
	struct conf *conf;
	u32 i;

	if (!reader)
		return NULL;
	conf_reader_text(reader, "hook", global, strlen(global));
	for (i = 0; i < ARRAY_SIZE(shares); i++) {
		conf_reader_set(reader, shares[i], "path", hook_path("share"));
		conf_reader_set(reader, shares[i], "guest ok", "yes");
		conf_reader_set(reader, shares[i], "read only", i == 1 ? "yes" : "no");
		conf_reader_set(reader, shares[i], "follow symlinks", i == 2 ? "yes" : "no");
		conf_reader_set(reader, shares[i], "smb encrypt", i == 1 ? "desired" : "auto");
		conf_reader_set(reader, shares[i], "oplocks", i == 2 ? "no" : "yes");
		conf_reader_set(reader, shares[i], "max connections", "0");
	}
	conf = conf_reader_finish(reader);
	conf_reader_free(reader);
	return conf;
}

static struct passdb *make_passdb(void)
{
	struct passdb *db = passdb_create();
	u8 hash[PASSDB_HASH_SIZE];

	if (db && (passdb_hash("secret", hash) || passdb_set(db, USER, hash))) {
		passdb_put(db);
		db = NULL;
	}
	return db;
}

static int install(void)
{
	struct conf *conf = make_conf();
	struct passdb *db = make_passdb();
	struct ksmbd_config *now;
	int err = conf && db ? settings_install(conf, db) : -EINVAL;

	conf_put(conf);
	passdb_put(db);
	if (err)
		return err;
	now = ksmbd_config_get();
	settings = *now;
	ksmbd_config_put(now);
	/* No timer for each connection, and as many as a test likes. */
	settings.auth_timeout = 0;
	settings.auth_delay = 0;
	settings.max_ip_connections = 0;
	return hook_configure(NULL);
}

int hook_configure(void (*adjust)(struct ksmbd_config *values))
{
	struct ksmbd_config values = settings;

	if (adjust)
		adjust(&values);
	return ksmbd_config_install(&values);
}

void hook_mute(void)
{
	upcall_host_exit();
	if (upcall_host_init())
		fprintf(stderr, "hook: the accounts have gone\n");
}

int hook_unmute(void)
{
	struct conf *conf = make_conf();
	struct passdb *db = make_passdb();
	int err = conf && db ? 0 : -EINVAL;

	if (!err)
		upcall_host_install(conf, db);
	conf_put(conf);
	passdb_put(db);
	return err;
}

int hook_start(void)
{
	int err;

	account_init();
	err = make_base();
	if (!err)
		err = upcall_host_init();
	if (!err)
		err = install();
	if (!err)
		err = ksmbd_server_init();
	if (err)
		fprintf(stderr, "hook: %s\n", strerror(-err));
	return err;
}

void hook_stop(void)
{
	ksmbd_server_exit();
	upcall_host_exit();
	hook_be_server();
	nftw(base, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* ---- the door ---- */

void hook_negotiated(struct ksmbd_conn *conn, u16 dialect, u32 credits)
{
	conn->dialect = dialect;
	conn->signing_alg = dialect < KSMBD_DIALECT_300 ? SMB2_SIGNING_HMAC_SHA256 :
							  SMB2_SIGNING_AES_CMAC;
	conn->server_security_mode = SMB2_NEGOTIATE_SIGNING_ENABLED;
	if (dialect == KSMBD_DIALECT_202) {
		conn->max_trans = SMB202_MAX_IO;
		conn->max_read = SMB202_MAX_IO;
		conn->max_write = SMB202_MAX_IO;
	} else {
		conn->server_capabilities = SMB2_GLOBAL_CAP_LARGE_MTU;
	}
	ksmbd_conn_set_state(conn, KSMBD_CONN_NEGOTIATED);
	ksmbd_credit_consume(&conn->credits, 0, 1);
	ksmbd_credit_grant(&conn->credits, credits);
}

static struct ksmbd_user *make_user(void)
{
	struct ksmbd_auth_result result = {
		.login = { .account = USER, .flags = KSMBD_LOGIN_OK },
	};

	result.login.uid = geteuid() ?: NOBODY;
	result.login.gid = geteuid() ? getegid() : NOBODY;
	return ksmbd_user_create(&result);
}

static int connect_tree(struct ksmbd_conn *conn, struct ksmbd_session *session, const char *share,
			u32 *id)
{
	struct ksmbd_tree *tree;

	if (ksmbd_tree_connect(conn, session, share, &tree) != STATUS_SUCCESS)
		return -ENOENT;
	*id = tree->id;
	ksmbd_tree_put(tree);
	return 0;
}

static struct ksmbd_sign_key *make_sign_key(u16 alg)
{
	struct ksmbd_sign_key *key = kzalloc(sizeof(*key), GFP_KERNEL);

	if (!key)
		return NULL;
	refcount_set(&key->refs, 1);
	key->alg = alg;
	if (!ksmbd_mac_key_create(alg == SMB2_SIGNING_HMAC_SHA256 ? KSMBD_MAC_HMAC_SHA256 :
								    KSMBD_MAC_AES_CMAC,
				  hook_sign_key, sizeof(hook_sign_key), &key->mac))
		return key;
	ksmbd_sign_key_put(key);
	return NULL;
}

int hook_seal_key(u16 cipher, const u8 *bytes, struct ksmbd_aead_key **key)
{
	bool ccm = cipher == SMB2_ENCRYPTION_AES128_CCM || cipher == SMB2_ENCRYPTION_AES256_CCM;
	bool small = cipher == SMB2_ENCRYPTION_AES128_CCM || cipher == SMB2_ENCRYPTION_AES128_GCM;

	return ksmbd_aead_key_create(ccm ? KSMBD_AEAD_AES_CCM : KSMBD_AEAD_AES_GCM, bytes,
				     small ? 16 : 32, key);
}

static int make_seal_keys(struct ksmbd_session *session, u16 cipher)
{
	session->cipher = cipher;
	return hook_seal_key(cipher, hook_seal_in, &session->seal_in) ?:
		       hook_seal_key(cipher, hook_seal_out, &session->seal_out);
}

static int make_channel(struct ksmbd_conn *conn, struct ksmbd_session *session, bool sign)
{
	struct ksmbd_channel *channel = ksmbd_channel_create(session, conn);
	int err = 0;

	if (!channel)
		return -ENOMEM;
	if (sign) {
		channel->sign_key = make_sign_key(conn->signing_alg);
		err = channel->sign_key ? 0 : -ENOMEM;
	}
	channel->established = true;
	if (!err)
		err = ksmbd_conn_add_channel(conn, channel);
	if (err) {
		ksmbd_channel_end(channel);
		ksmbd_channel_put(channel);
	}
	return err;
}

int hook_login(struct ksmbd_conn *conn, struct hook_login *login, u32 credits)
{
	struct ksmbd_session *session;
	int err;

	hook_negotiated(conn, login->dialect, credits);
	conn->cipher = login->cipher;
	err = ksmbd_session_create(conn, &session);
	if (err)
		return err;
	session->user = make_user();
	err = session->user ? make_channel(conn, session, login->sign) : -ENOMEM;
	if (!err && login->cipher)
		err = make_seal_keys(session, login->cipher);
	if (err) {
		ksmbd_session_close(session);
		ksmbd_session_put(session);
		return err;
	}
	ksmbd_session_set_valid(session);
	ksmbd_conn_set_state(conn, KSMBD_CONN_AUTHENTICATED);
	login->session_id = session->id;
	err = connect_tree(conn, session, login->share, &login->disk_tree) ?:
		      connect_tree(conn, session, "IPC$", &login->pipe_tree);
	ksmbd_session_put(session);
	return err;
}

int hook_conn(const struct ksmbd_loop_peer *peer, u8 host, struct ksmbd_conn **conn,
	      struct ksmbd_loop **loop)
{
	struct ksmbd_addr addr = { .family = 4, .key = { 127, 0, 0, host }, .port = 445 };
	int err = ksmbd_loop_create(peer, loop);

	if (err)
		return err;
	snprintf(addr.text, sizeof(addr.text), "127.0.0.%u", host);
	err = ksmbd_conn_create(&ksmbd_loop_ops, *loop, &addr, conn);
	if (err) {
		ksmbd_loop_release(*loop);
		ksmbd_loop_close(*loop);
		*loop = NULL;
	}
	return err;
}
