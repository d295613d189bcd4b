// SPDX-License-Identifier: GPL-2.0-or-later
#include "tools/lib/config_params.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tools/lib/config_values.h"

#define DIALECT_202 0x0202
#define DIALECT_210 0x0210
#define DIALECT_300 0x0300
#define DIALECT_302 0x0302
#define DIALECT_311 0x0311

#define KIB 1024ull
#define MIB (1024 * KIB)

#define BELOW_SMB2 "is below SMB2_02, the lowest that is served here"
#define NO_SMB1	   "is not served here"
static const struct param_choice min_protocols[] = {
	{ "SMB2_02", DIALECT_202 },
	{ "SMB2_10", DIALECT_210 },
	{ "SMB2", DIALECT_210 },
	{ "SMB3_00", DIALECT_300 },
	{ "SMB3_02", DIALECT_302 },
	{ "SMB3_11", DIALECT_311 },
	{ "SMB3", DIALECT_311 },
	{ "SMB1", DIALECT_202, CHOICE_WARN, BELOW_SMB2 },
	{ "NT1", DIALECT_202, CHOICE_WARN, BELOW_SMB2 },
	{ "CORE", DIALECT_202, CHOICE_WARN, BELOW_SMB2 },
	{ "COREPLUS", DIALECT_202, CHOICE_WARN, BELOW_SMB2 },
	{ "LANMAN1", DIALECT_202, CHOICE_WARN, BELOW_SMB2 },
	{ "LANMAN2", DIALECT_202, CHOICE_WARN, BELOW_SMB2 },
	{ NULL },
};

static const struct param_choice max_protocols[] = {
	{ "SMB2_02", DIALECT_202 },
	{ "SMB2_10", DIALECT_210 },
	{ "SMB2", DIALECT_210 },
	{ "SMB3_00", DIALECT_300 },
	{ "SMB3_02", DIALECT_302 },
	{ "SMB3_11", DIALECT_311 },
	{ "SMB3", DIALECT_311 },
	{ "SMB1", 0, CHOICE_REFUSE, NO_SMB1 },
	{ "NT1", 0, CHOICE_REFUSE, NO_SMB1 },
	{ NULL },
};

static const struct param_choice signings[] = {
	{ "auto", CONF_SIGNING_AUTO },		 { "default", CONF_SIGNING_AUTO },
	{ "mandatory", CONF_SIGNING_MANDATORY }, { "required", CONF_SIGNING_MANDATORY },
	{ "require", CONF_SIGNING_MANDATORY },	 { "force", CONF_SIGNING_MANDATORY },
	{ "forced", CONF_SIGNING_MANDATORY },	 { "enabled", CONF_SIGNING_ENABLED },
	{ "yes", CONF_SIGNING_ENABLED },	 { "true", CONF_SIGNING_ENABLED },
	{ "on", CONF_SIGNING_ENABLED },		 { "1", CONF_SIGNING_ENABLED },
	{ "disabled", CONF_SIGNING_DISABLED },	 { "no", CONF_SIGNING_DISABLED },
	{ "false", CONF_SIGNING_DISABLED },	 { "off", CONF_SIGNING_DISABLED },
	{ "0", CONF_SIGNING_DISABLED },		 { NULL },
};

#define LIKE_BAD_USER "is taken as \"bad user\": a wrong password never makes a guest"
static const struct param_choice guest_maps[] = {
	{ "never", CONF_MAP_NEVER },
	{ "bad user", CONF_MAP_BAD_USER },
	{ "bad password", CONF_MAP_BAD_USER, CHOICE_WARN, LIKE_BAD_USER },
	{ "bad uid", CONF_MAP_NEVER, CHOICE_WARN, "has no effect: taken as \"never\"" },
	{ NULL },
};

#define ONLY_NTLM   "leaves no way to log in"
#define NO_MSCHAPV2 "is taken as \"ntlmv2-only\": MSCHAPv2 is not for SMB"
static const struct param_choice ntlm_auths[] = {
	{ "ntlmv2-only", CONF_NTLM_V2_ONLY },
	{ "no", CONF_NTLM_V2_ONLY },
	{ "false", CONF_NTLM_V2_ONLY },
	{ "off", CONF_NTLM_V2_ONLY },
	{ "0", CONF_NTLM_V2_ONLY },
	{ "mschapv2-and-ntlmv2-only", CONF_NTLM_V2_ONLY, CHOICE_WARN, NO_MSCHAPV2 },
	{ "ntlmv1-permitted", CONF_NTLM_V1_PERMITTED },
	{ "yes", CONF_NTLM_V1_PERMITTED },
	{ "true", CONF_NTLM_V1_PERMITTED },
	{ "on", CONF_NTLM_V1_PERMITTED },
	{ "1", CONF_NTLM_V1_PERMITTED },
	{ "disabled", 0, CHOICE_REFUSE, ONLY_NTLM },
	{ NULL },
};

/* Both dialects of smb.conf: this family's words, and those of "smb encrypt" elsewhere. */
static const struct param_choice encryptions[] = {
	{ "auto", CONF_ENCRYPTION_AUTO },	   { "default", CONF_ENCRYPTION_AUTO },
	{ "if_required", CONF_ENCRYPTION_AUTO },   { "enabled", CONF_ENCRYPTION_AUTO },
	{ "desired", CONF_ENCRYPTION_DESIRED },	   { "required", CONF_ENCRYPTION_REQUIRED },
	{ "mandatory", CONF_ENCRYPTION_REQUIRED }, { "yes", CONF_ENCRYPTION_REQUIRED },
	{ "on", CONF_ENCRYPTION_REQUIRED },	   { "true", CONF_ENCRYPTION_REQUIRED },
	{ "1", CONF_ENCRYPTION_REQUIRED },	   { "off", CONF_ENCRYPTION_OFF },
	{ "disabled", CONF_ENCRYPTION_OFF },	   { "no", CONF_ENCRYPTION_OFF },
	{ "false", CONF_ENCRYPTION_OFF },	   { "0", CONF_ENCRYPTION_OFF },
	{ "require", CONF_ENCRYPTION_REQUIRED },   { "force", CONF_ENCRYPTION_REQUIRED },
	{ "forced", CONF_ENCRYPTION_REQUIRED },	   { NULL },
};

#define G(name, type, field, ...)                                                                  \
	{                                                                                          \
		name, PARAM_GLOBAL, PARAM_##type, offsetof(struct conf_global, field), __VA_ARGS__ \
	}
#define S(name, type, field, ...)                                                                \
	{                                                                                        \
		name, PARAM_SHARE, PARAM_##type, offsetof(struct conf_share, field), __VA_ARGS__ \
	}
#define WITHOUT_EFFECT(name, scope, why)                       \
	{                                                      \
		name, PARAM_##scope, PARAM_NONE, .remark = why \
	}

#define LATER "not served yet"

const struct param conf_params[] = {
	G("auth delay", NUMBER, auth_delay, "2000", 0, 60000),
	G("auth timeout", NUMBER, auth_timeout, "10", 1, 3600),
	G("bind interfaces only", BOOL, bind_interfaces_only, "no"),
	G("deadtime", NUMBER, deadtime, "0", 0, 100000),
	G("guest account", STRING, guest_account, "nobody", 1, 47),
	G("interfaces", LIST, interfaces, NULL),
	G("map to guest", CHOICE, map_to_guest, "never", .choices = guest_maps),
	G("max active sessions", NUMBER, max_sessions, "1024", 1, 65536),
	G("max connection sessions", NUMBER, max_conn_sessions, "1024", 1, 65536),
	G("max connections", NUMBER, max_connections, "256", 0, 65536),
	G("max ip connections", NUMBER, max_ip_connections, "32", 0, 65536),
	G("max open files", NUMBER, max_open_files, "10000", 1, 1048576),
	G("max session trees", NUMBER, max_trees, "4096", 1, 65535),
	G("max waiting requests", NUMBER, max_waiting, "512", 1, 65536),
	G("netbios name", STRING, netbios_name, "KSMBD SERVER", 1, 15),
	G("ntlm auth", CHOICE, ntlm_auth, "ntlmv2-only", .choices = ntlm_auths),
	G("restrict anonymous", NUMBER, restrict_anonymous, "2", 0, 2),
	G("server multi channel support", BOOL, multichannel, "yes"),
	G("server max protocol", CHOICE, max_protocol, "SMB3_11", .choices = max_protocols),
	G("max protocol", CHOICE, max_protocol, NULL, .choices = max_protocols),
	G("server min protocol", CHOICE, min_protocol, "SMB2_02", .choices = min_protocols),
	G("min protocol", CHOICE, min_protocol, NULL, .choices = min_protocols),
	G("server signing", CHOICE, signing, "auto", .choices = signings),
	G("server string", STRING, server_string, "SMB SERVER", 0, 63),
	G("smb2 max credits", NUMBER, max_credits, "8192", 1, 65535),
	G("smb2 max read", SIZE, max_read, "4M", 64 * KIB, 8 * MIB),
	G("smb2 max trans", SIZE, max_trans, "1M", 64 * KIB, 8 * MIB),
	G("smb2 max write", SIZE, max_write, "4M", 64 * KIB, 8 * MIB),
	G("smb3 encryption", CHOICE, encryption, "auto", .choices = encryptions),
	G("smb encrypt", CHOICE, encryption, NULL, .choices = encryptions),
	G("tcp port", NUMBER, tcp_port, "445", 0, 65535),
	G("workgroup", STRING, workgroup, "WORKGROUP", 1, 15),

	G("durable handles", BOOL, durable_handles, "no", .remark = LATER),
	G("ipc timeout", NUMBER, ipc_timeout, "0", 0, 65535,
	  .process_remark = "there is no daemon to time out"),
	G("kerberos keytab file", STRING, keytab, "", 0, 4095, .remark = LATER),
	G("kerberos service name", STRING, kerberos_service, "", 0, 255, .remark = LATER),
	G("kerberos support", BOOL, kerberos, "no", .remark = LATER),
	G("root directory", PATH, root_directory, NULL, 0, 4095),
	G("share:fake_fscaps", NUMBER, fake_fscaps, "64", 0, UINT32_MAX, .remark = LATER),
	G("smb2 leases", BOOL, leases, "no", .remark = LATER),
	G("smbd max io size", SIZE, smbd_max_io_size, "8M", 512 * KIB, 16 * MIB,
	  .remark = "for SMB Direct, which is not served yet"),

	S("admin users", LIST, admin_users, NULL, .remark = LATER),
	S("browseable", BOOL, browseable, "yes"),
	S("browsable", BOOL, browseable, NULL),
	S("comment", STRING, comment, "", 0, 255),
	S("create mask", MODE, create_mask, "0744", 0, 0777),
	S("create mode", MODE, create_mask, NULL, 0, 0777),
	S("crossmnt", BOOL, crossmnt, "yes", .remark = "mount points are always crossed"),
	S("directory mask", MODE, directory_mask, "0755", 0, 07777),
	S("directory mode", MODE, directory_mask, NULL, 0, 07777),
	S("follow symlinks", BOOL, follow_symlinks, "no"),
	S("force create mode", MODE, force_create_mode, "0", 0, 0777),
	S("force directory mode", MODE, force_directory_mode, "0", 0, 07777),
	S("force group", STRING, force_group, NULL, 0, 255),
	S("group", STRING, force_group, NULL, 0, 255),
	S("force user", STRING, force_user, NULL, 0, 255),
	WITHOUT_EFFECT("guest account", SHARE, "the one of [global] is used"),
	S("guest ok", BOOL, guest_ok, "no"),
	S("public", BOOL, guest_ok, NULL),
	S("hide dot files", BOOL, hide_dot_files, "yes"),
	S("hosts allow", HOSTS, hosts_allow, NULL),
	S("allow hosts", HOSTS, hosts_allow, NULL),
	S("hosts deny", HOSTS, hosts_deny, NULL),
	S("deny hosts", HOSTS, hosts_deny, NULL),
	S("inherit owner", BOOL, inherit_owner, "no", .remark = LATER),
	S("invalid users", LIST, invalid_users, NULL),
	S("max connections", NUMBER, max_connections, "128", 0, 65536),
	S("oplocks", BOOL, oplocks, "yes"),
	S("path", PATH, path, NULL, 1, 4095),
	S("directory", PATH, path, NULL, 1, 4095),
	S("read list", LIST, read_list, NULL),
	S("read only", BOOL, read_only, "yes"),
	S("smb encrypt", CHOICE, encryption, "auto", .choices = encryptions),
	S("smb3 encryption", CHOICE, encryption, NULL, .choices = encryptions),
	S("store dos attributes", BOOL, store_dos_attributes, "yes"),
	S("valid users", LIST, valid_users, NULL),
	S("veto files", VETO, veto, NULL),
	S("vfs objects", VFS, vfs_objects, "", .remark = LATER),
	S("writeable", NOT_BOOL, read_only, NULL),
	S("writable", NOT_BOOL, read_only, NULL),
	S("write ok", NOT_BOOL, read_only, NULL),
	S("write list", LIST, write_list, NULL),
};

const size_t conf_param_count = sizeof(conf_params) / sizeof(conf_params[0]);

/* Names are compared without case and without spaces: "Read Only" is "readonly". */
static bool same_name(const char *a, const char *b)
{
	for (;; a++, b++) {
		while (isspace((unsigned char)*a))
			a++;
		while (isspace((unsigned char)*b))
			b++;
		if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
			return false;
		if (!*a)
			return true;
	}
}

const struct param *param_find(enum param_scope scope, const char *key)
{
	size_t i;

	for (i = 0; i < conf_param_count; i++) {
		if (conf_params[i].scope == scope && same_name(conf_params[i].name, key))
			return &conf_params[i];
	}
	return NULL;
}

static bool set_choice(const struct param *param, uint32_t *field, const char *value,
		       const struct value_place *place)
{
	const struct param_choice *choice;

	for (choice = param->choices; choice->name; choice++) {
		if (!same_name(choice->name, value))
			continue;
		if (choice->verdict == CHOICE_REFUSE) {
			report_error(place->report, place->file, place->line, "%s: \"%s\" %s",
				     param->name, value, choice->remark);
			return false;
		}
		if (choice->verdict == CHOICE_WARN)
			report_warning(place->report, place->file, place->line, "%s: \"%s\" %s",
				       param->name, value, choice->remark);
		if (field)
			*field = choice->value;
		return true;
	}
	report_error(place->report, place->file, place->line, "%s: \"%s\" is not one of its values",
		     param->name, value);
	return false;
}

bool param_set(const struct param *param, void *base, const char *value, struct report *report,
	       const char *file, unsigned int line)
{
	struct value_place place = { report, file, line, param->name };
	void *field = (char *)base + param->offset;

	switch (param->type) {
	case PARAM_BOOL:
	case PARAM_NOT_BOOL:
		return value_set_bool(&place, field, value, param->type == PARAM_NOT_BOOL);
	case PARAM_NUMBER:
		return value_set_number(&place, field, value, 10, param->min, param->max);
	case PARAM_MODE:
		return value_set_number(&place, field, value, 8, param->min, param->max);
	case PARAM_SIZE:
		return value_set_size(&place, field, value, param->min, param->max);
	case PARAM_CHOICE:
		return set_choice(param, field, value, &place);
	case PARAM_STRING:
		return value_set_string(&place, field, value, param->min, param->max);
	case PARAM_PATH:
		return value_set_path(&place, field, value, param->min, param->max);
	case PARAM_LIST:
		return value_set_list(&place, field, value);
	case PARAM_HOSTS:
		return value_set_hosts(&place, field, value);
	case PARAM_VETO:
		return value_set_veto(&place, field, &((struct conf_share *)base)->veto_size,
				      value);
	case PARAM_VFS:
		return value_set_vfs(&place, field, value);
	case PARAM_NONE:
		return !param->choices || set_choice(param, NULL, value, &place);
	}
	return false;
}

void param_remark(const struct param *param, bool kernel, struct report *report, const char *file,
		  unsigned int line)
{
	const char *remark = param->remark;

	if (!remark && !kernel)
		remark = param->process_remark;
	if (remark && !param->choices)
		report_warning(report, file, line, "%s has no effect: %s", param->name, remark);
}

bool params_preset(enum param_scope scope, void *base, struct report *report)
{
	const struct param *param;

	for (param = conf_params; param < conf_params + conf_param_count; param++) {
		if (param->scope == scope && param->preset &&
		    !param_set(param, base, param->preset, report, NULL, 0))
			return false;
	}
	return true;
}

void params_release(enum param_scope scope, void *base)
{
	const struct param *param;

	for (param = conf_params; param < conf_params + conf_param_count; param++) {
		void *field = (char *)base + param->offset;

		if (param->scope != scope)
			continue;
		switch (param->type) {
		case PARAM_STRING:
		case PARAM_PATH:
		case PARAM_VETO:
			free(*(char **)field);
			*(char **)field = NULL;
			break;
		case PARAM_LIST:
			value_list_free(*(char ***)field);
			*(char ***)field = NULL;
			break;
		case PARAM_HOSTS:
			hosts_free(*(struct hosts **)field);
			*(struct hosts **)field = NULL;
			break;
		default:
			break;
		}
	}
}
