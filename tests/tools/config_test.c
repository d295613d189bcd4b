// SPDX-License-Identifier: GPL-2.0-or-later
#include <kunit/test.h>

#include "tests/tools/messages.h"
#include "tools/lib/config.h"
#include "tools/lib/config_params.h"

static struct messages said;

/* A configuration from text, or NULL with the faults in `said`. */
static struct conf *read_conf(const char *text)
{
	struct conf_reader *reader;
	struct conf *conf;

	messages_init(&said);
	reader = conf_reader_create(&said.report);
	conf_reader_text(reader, "t", text, strlen(text));
	conf = conf_reader_finish(reader);
	conf_reader_free(reader);
	return conf;
}

static void has_documented_defaults(struct kunit *test)
{
	struct conf *conf = read_conf("[s]\npath = /\n");
	const struct conf_global *global;
	const struct conf_share *share;

	KUNIT_ASSERT_NOT_NULL(test, conf);
	KUNIT_EXPECT_STREQ(test, said.text, "");
	global = &conf->global;
	KUNIT_EXPECT_EQ(test, global->map_to_guest, CONF_MAP_NEVER);
	KUNIT_EXPECT_EQ(test, global->restrict_anonymous, 2);
	KUNIT_EXPECT_EQ(test, global->min_protocol, 0x202);
	KUNIT_EXPECT_EQ(test, global->max_protocol, 0x311);
	KUNIT_EXPECT_EQ(test, global->signing, CONF_SIGNING_AUTO);
	KUNIT_EXPECT_EQ(test, global->tcp_port, 445);
	KUNIT_EXPECT_EQ(test, global->auth_timeout, 10);
	KUNIT_EXPECT_EQ(test, global->auth_delay, 2000);
	KUNIT_EXPECT_EQ(test, global->ntlm_auth, CONF_NTLM_V2_ONLY);
	KUNIT_EXPECT_EQ(test, global->deadtime, 0);
	KUNIT_EXPECT_EQ(test, global->max_read, 4 << 20);
	KUNIT_EXPECT_STREQ(test, global->guest_account, "nobody");
	KUNIT_EXPECT_STREQ(test, global->netbios_name, "KSMBD SERVER");
	share = conf_share_find(conf, "S");
	KUNIT_ASSERT_NOT_NULL(test, share);
	KUNIT_EXPECT_TRUE(test, share->read_only);
	KUNIT_EXPECT_TRUE(test, share->browseable);
	KUNIT_EXPECT_FALSE(test, share->guest_ok);
	KUNIT_EXPECT_FALSE(test, share->follow_symlinks);
	KUNIT_EXPECT_EQ(test, share->create_mask, 0744);
	KUNIT_EXPECT_EQ(test, share->directory_mask, 0755);
	KUNIT_EXPECT_EQ(test, share->max_connections, 128);
	KUNIT_EXPECT_EQ(test, share->force_uid, CONF_NO_ID);
	KUNIT_EXPECT_NULL(test, share->valid_users);
	KUNIT_EXPECT_PTR_EQ(test, conf_share_find(conf, "ipc$"), conf->ipc);
	KUNIT_EXPECT_NULL(test, conf->ipc->path);
	KUNIT_EXPECT_NULL(test, conf_share_find(conf, "t"));
	conf_put(conf);
}

/* What each default says is what its own setter makes of it, and it is within its limits. */
static void table_is_sound(struct kunit *test)
{
	size_t i;

	for (i = 0; i < conf_param_count; i++) {
		const struct param *param = &conf_params[i];

		KUNIT_EXPECT_PTR_EQ_MSG(test, param_find(param->scope, param->name), param,
					"%s twice", param->name);
		KUNIT_EXPECT_TRUE_MSG(test, param->type != PARAM_CHOICE || param->choices, "%s",
				      param->name);
		KUNIT_EXPECT_TRUE_MSG(test,
				      (param->type != PARAM_NUMBER && param->type != PARAM_SIZE &&
				       param->type != PARAM_MODE) ||
					      param->max,
				      "%s", param->name);
	}
}

static void ignores_case_and_spaces(struct kunit *test)
{
	struct conf *conf = read_conf("\xef\xbb\xbf; c\r\n # c\r\n[GLOBAL]\r\n"
				      "  NetBIOSname = N  \r\n"
				      "smb2  max READ=64k\n"
				      "tcp port = 4\\\n45\n"
				      "[ One ]\npath=/tmp//\nWRITE OK = Yes\n"
				      "veto files = /a b/*.tmp//c/\n"
				      "valid users = ann, \"b c\" @\"g h\",, \n"
				      "vfs objects = acl_xattr  streams_xattr\n"
				      "[ONE]\ncomment = later\n");
	const struct conf_share *share;

	KUNIT_ASSERT_NOT_NULL_MSG(test, conf, "%s", said.text);
	KUNIT_EXPECT_STREQ(test, said.text,
			   "W t:13: vfs objects has no effect: not served yet\n"
			   "W t:8: share \"One\": there is no system group \"g h\" at this time\n");
	KUNIT_EXPECT_STREQ(test, conf->global.netbios_name, "N");
	KUNIT_EXPECT_EQ(test, conf->global.max_read, 65536);
	KUNIT_EXPECT_EQ(test, conf->global.tcp_port, 445);
	KUNIT_ASSERT_EQ(test, conf->share_count, 1);
	share = conf->shares[0];
	KUNIT_EXPECT_STREQ(test, share->name, "One");
	KUNIT_EXPECT_STREQ(test, share->path, "/tmp");
	KUNIT_EXPECT_STREQ(test, share->comment, "later");
	KUNIT_EXPECT_FALSE(test, share->read_only);
	KUNIT_EXPECT_EQ(test, share->veto_size, 13);
	KUNIT_EXPECT_EQ(test, memcmp(share->veto, "a b\0*.tmp\0c\0", 13), 0);
	KUNIT_EXPECT_STREQ(test, share->valid_users[0], "ann");
	KUNIT_EXPECT_STREQ(test, share->valid_users[1], "b c");
	KUNIT_EXPECT_STREQ(test, share->valid_users[2], "@g h");
	KUNIT_EXPECT_NULL(test, share->valid_users[3]);
	KUNIT_EXPECT_EQ(test, share->vfs_objects, CONF_VFS_ACL_XATTR | CONF_VFS_STREAMS_XATTR);
	conf_put(conf);
}

static void global_presets_shares(struct kunit *test)
{
	struct conf *conf = read_conf("[b]\npath=/\n[a]\npath=/tmp\nguest ok = no\n"
				      "[global]\npath = /root\npublic = yes\ncomment = all\n");

	KUNIT_ASSERT_NOT_NULL_MSG(test, conf, "%s", said.text);
	KUNIT_ASSERT_EQ(test, conf->share_count, 2);
	KUNIT_EXPECT_STREQ(test, conf->shares[0]->name, "a");
	KUNIT_EXPECT_FALSE(test, conf->shares[0]->guest_ok);
	KUNIT_EXPECT_TRUE(test, conf->shares[1]->guest_ok);
	KUNIT_EXPECT_STREQ(test, conf->shares[1]->comment, "all");
	KUNIT_EXPECT_NULL(test, conf->ipc->path);
	conf_put(conf);
}

/* Text behind "[global]\n" or "[s]\npath=/\n", and the one message that it brings. */
static const struct {
	bool share;
	const char *text;
	const char *message;
} faults[] = {
	{ 0, "nonsense", "E t:2: neither \"[section]\" nor \"name = value\"\n" },
	{ 0, "[x", "E t:2: \"]\" is missing\n" },
	{ 0, "[]", "E t:2: a section without a name\n" },
	{ 0, "[a] b", "E t:2: text after \"]\"\n" },
	{ 0, "= 1", "E t:2: a value without a name\n" },
	{ 0, "a\xff = 1", "E t:2: not UTF-8\n" },
	{ 0, "tcp port = 65536", "E t:2: tcp port: 65536 is not between 0 and 65535\n" },
	{ 0, "tcp port = -1", "E t:2: tcp port: \"-1\" is not a number\n" },
	{ 0, "tcp port = 1x", "E t:2: tcp port: \"1x\" is not a number\n" },
	{ 0, "tcp port = 99999999999999999999",
	  "E t:2: tcp port: \"99999999999999999999\" is not a number\n" },
	{ 0, "smb2 max read = 4X", "E t:2: smb2 max read: \"4X\" is not a size\n" },
	{ 0, "smb2 max read =", "E t:2: smb2 max read: \"\" is not a size\n" },
	{ 0, "server max protocol = NT1",
	  "E t:2: server max protocol: \"NT1\" is not served here\n" },
	{ 0, "server max protocol = SMB9",
	  "E t:2: server max protocol: \"SMB9\" is not one of its values\n" },
	{ 0, "smb3 encryption = perhaps",
	  "E t:2: smb3 encryption: \"perhaps\" is not one of its values\n" },
	{ 0, "netbios name = 1234567890123456", "E t:2: netbios name: more than 15 bytes\n" },
	{ 0, "workgroup =", "E t:2: workgroup is empty\n" },
	{ 0, "server max protocol = SMB2_02\nserver min protocol = SMB2_10",
	  "E t: server min protocol is above server max protocol\n" },
	{ 1, "read only = maybe", "E t:3: read only: \"maybe\" is neither yes nor no\n" },
	{ 1, "create mask = 8", "E t:3: create mask: \"8\" is not an octal number\n" },
	{ 1, "create mask = 1777", "E t:3: create mask: 1777 is not between 0 and 0777\n" },
	{ 1, "path = relative", "E t:3: path: \"relative\" is not an absolute path\n" },
	{ 1, "valid users = \"ann", "E t:3: valid users: a quotation mark is missing\n" },
	{ 1, "hosts allow = host.example",
	  "E t:3: hosts allow: \"host.example\" is no address and no network "
	  "(names do not work)\n" },
	{ 1, "force user = no such user",
	  "E t:1: share \"s\": force user: no system user \"no such user\"\n" },
	{ 1, "[n]\n", "E t:3: share \"n\" has no path\n" },
	{ 1, "[a/b]\npath = /\nread only = x\n",
	  "E t:3: share \"a/b\": a character that no share name may have\n" },
	{ 1, "[iPc$]\npath = /\n", "E t:3: share \"iPc$\": this name is the pipe share's\n" },
};

static void names_line_of_fault(struct kunit *test)
{
	char text[256];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(faults); i++) {
		struct conf *conf;

		snprintf(text, sizeof(text), "%s%s",
			 faults[i].share ? "[s]\npath=/\n" : "[global]\n", faults[i].text);
		conf = read_conf(text);
		KUNIT_EXPECT_NULL_MSG(test, conf, "%s", faults[i].text);
		KUNIT_EXPECT_STREQ(test, said.text, faults[i].message);
		conf_put(conf);
	}
}

static void warns_and_goes_on(struct kunit *test)
{
	struct conf *conf = read_conf("[global]\nwibble = 1\ndurable handles = yes\n"
				      "map to guest = bad password\nserver min protocol = NT1\n"
				      "smb2 max read = 16M\n[homes]\nx = y\n"
				      "[s]\npath = /no/such/path\nwobble = 2\n"
				      "force user = root\nforce group = root\n"
				      "invalid users = ann @root +no-such-group\n");

	KUNIT_ASSERT_NOT_NULL_MSG(test, conf, "%s", said.text);
	KUNIT_EXPECT_EQ(test, said.report.warnings, 11);
	KUNIT_EXPECT_NOT_NULL(test, strstr(said.text, "no system group \"no-such-group\""));
	KUNIT_EXPECT_NOT_NULL(test, strstr(said.text, "force group has no effect: nobody"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(said.text, "W t:2: unknown parameter \"wibble\"\n"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(said.text, "W t:3: durable handles has no effect"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(said.text, "W t:11: unknown parameter \"wobble\"\n"));
	KUNIT_EXPECT_EQ(test, conf->global.map_to_guest, CONF_MAP_BAD_USER);
	KUNIT_EXPECT_EQ(test, conf->global.min_protocol, 0x202);
	KUNIT_EXPECT_EQ(test, conf->global.max_read, 8 << 20);
	conf_put(conf);
}

static void ntlm_kinds(struct kunit *test)
{
	static const struct {
		const char *value;
		int kind; /* -1: refused */
	} rows[] = {
		{ "ntlmv2-only", CONF_NTLM_V2_ONLY },
		{ "No", CONF_NTLM_V2_ONLY },
		{ "mschapv2-and-ntlmv2-only", CONF_NTLM_V2_ONLY },
		{ "ntlmv1-permitted", CONF_NTLM_V1_PERMITTED },
		{ "yes", CONF_NTLM_V1_PERMITTED },
		{ "disabled", -1 },
		{ "lanman", -1 },
	};
	struct conf *conf;
	char text[80];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		snprintf(text, sizeof(text), "[global]\nntlm auth = %s\n", rows[i].value);
		conf = read_conf(text);
		KUNIT_EXPECT_EQ_MSG(test, conf ? (int)conf->global.ntlm_auth : -1, rows[i].kind,
				    "%s", rows[i].value);
		conf_put(conf);
	}
}

static void refuses_section_less_and_nul(struct kunit *test)
{
	struct conf_reader *reader;

	KUNIT_EXPECT_NULL(test, read_conf("path = /\n"));
	KUNIT_EXPECT_STREQ(test, said.text, "E t:1: a parameter before the first \"[section]\"\n");
	messages_init(&said);
	reader = conf_reader_create(&said.report);
	conf_reader_text(reader, "t", "[g]\n\0\n", 6);
	conf_reader_file(reader, "/no/such/file");
	KUNIT_EXPECT_STREQ(test, said.text,
			   "E t:2: a NUL byte\nE /no/such/file: No such file or directory\n");
	conf_reader_free(reader);
}

static void takes_what_the_kernel_is_told(struct kunit *test)
{
	struct conf *conf = read_conf("[global]\nroot directory = /usr/\nmax connections = 1K\n"
				      "share:fake_fscaps = 0\nsmb2 leases = yes\n"
				      "smb3 encryption = no\nkerberos service name = cifs/x\n"
				      "smbd max io size = 1M\nipc timeout = 5\n"
				      "[s]\npath = /bin\n[t]\npath = /\n");
	const struct conf_global *global;

	KUNIT_ASSERT_NOT_NULL_MSG(test, conf, "%s", said.text);
	global = &conf->global;
	KUNIT_EXPECT_EQ(test, global->max_connections, 1024);
	KUNIT_EXPECT_EQ(test, global->fake_fscaps, 0);
	KUNIT_EXPECT_TRUE(test, global->leases);
	KUNIT_EXPECT_FALSE(test, global->durable_handles);
	KUNIT_EXPECT_EQ(test, global->encryption, CONF_ENCRYPTION_OFF);
	KUNIT_EXPECT_STREQ(test, global->kerberos_service, "cifs/x");
	KUNIT_EXPECT_EQ(test, global->smbd_max_io_size, 1 << 20);
	KUNIT_EXPECT_EQ(test, global->ipc_timeout, 5);
	KUNIT_EXPECT_STREQ(test, conf->shares[0]->path, "/usr/bin");
	KUNIT_EXPECT_STREQ(test, conf->shares[1]->path, "/usr");
	KUNIT_EXPECT_EQ(test, conf_share_number(conf, conf->shares[1]), 1);
	KUNIT_EXPECT_EQ(test, conf_share_number(conf, conf->ipc), 2);
	KUNIT_EXPECT_NOT_NULL(test, strstr(said.text, "ipc timeout has no effect"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(said.text, "smb2 leases has no effect"));
	conf_put(conf);
}

static void warns_for_the_kernel_otherwise(struct kunit *test)
{
	static const char text[] = "[global]\nipc timeout = 5\nroot directory =\n";
	struct conf_reader *reader;
	struct conf *conf;

	messages_init(&said);
	reader = conf_reader_create(&said.report);
	conf_reader_for_kernel(reader);
	conf_reader_text(reader, "t", text, sizeof(text) - 1);
	conf = conf_reader_finish(reader);
	conf_reader_free(reader);
	KUNIT_ASSERT_NOT_NULL(test, conf);
	KUNIT_EXPECT_STREQ(test, said.text, "");
	KUNIT_EXPECT_NULL(test, conf->global.root_directory);
	conf_put(conf);
}

static struct kunit_case config_cases[] = {
	KUNIT_CASE(has_documented_defaults),
	KUNIT_CASE(table_is_sound),
	KUNIT_CASE(ignores_case_and_spaces),
	KUNIT_CASE(global_presets_shares),
	KUNIT_CASE(names_line_of_fault),
	KUNIT_CASE(warns_and_goes_on),
	KUNIT_CASE(ntlm_kinds),
	KUNIT_CASE(refuses_section_less_and_nul),
	KUNIT_CASE(takes_what_the_kernel_is_told),
	KUNIT_CASE(warns_for_the_kernel_otherwise),
	{},
};

static struct kunit_suite config_suite = { .name = "tools-config", .test_cases = config_cases };
kunit_test_suite(config_suite);
