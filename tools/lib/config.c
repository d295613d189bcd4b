// SPDX-License-Identifier: GPL-2.0-or-later
#include "tools/lib/config.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "tools/lib/account.h"
#include "tools/lib/config_params.h"
#include "tools/lib/config_read.h"
#include "tools/lib/utf.h"

/*
 * Parameters are collected first and applied at the end: what [global] says about shares
 * is the default of all of them, wherever it stands.
 */
struct entry {
	const char *file; /* in reader->files; NULL: the command line */
	unsigned int line;
	char *section;
	char *key; /* NULL: only says that the section exists */
	char *value;
};

struct conf_reader {
	struct report *report;
	bool kernel; /* read for the kernel's server */
	struct entry *entries;
	size_t count;
	size_t room;
	char **files;
	size_t file_count;
	const char *file; /* being read */
};

/* Sections with a meaning elsewhere that would be wrong as a plain share. */
static const char *const special_sections[] = { "homes", "printers", "print$" };

struct conf_reader *conf_reader_create(struct report *report)
{
	struct conf_reader *reader = calloc(1, sizeof(*reader));

	if (reader)
		reader->report = report;
	return reader;
}

void conf_reader_for_kernel(struct conf_reader *reader)
{
	reader->kernel = true;
}

void conf_reader_free(struct conf_reader *reader)
{
	size_t i;

	if (!reader)
		return;
	for (i = 0; i < reader->count; i++) {
		free(reader->entries[i].section);
		free(reader->entries[i].key);
		free(reader->entries[i].value);
	}
	for (i = 0; i < reader->file_count; i++)
		free(reader->files[i]);
	free(reader->files);
	free(reader->entries);
	free(reader);
}

static void report_memory(struct conf_reader *reader)
{
	report_error(reader->report, NULL, 0, "out of memory");
}

/* Keep a copy of the name for the messages of finish(). */
static const char *keep_file_name(struct conf_reader *reader, const char *name)
{
	char **files = reallocarray(reader->files, reader->file_count + 1, sizeof(*files));

	if (!files)
		return NULL;
	reader->files = files;
	files[reader->file_count] = strdup(name);
	if (!files[reader->file_count])
		return NULL;
	return files[reader->file_count++];
}

static int add_entry(void *arg, unsigned int line, const char *section, const char *key,
		     const char *value)
{
	struct conf_reader *reader = arg;
	struct entry *entry;

	if (reader->count == reader->room) {
		size_t room = reader->room ? 2 * reader->room : 64;
		struct entry *more = reallocarray(reader->entries, room, sizeof(*more));

		if (!more) {
			report_memory(reader);
			return -ENOMEM;
		}
		reader->entries = more;
		reader->room = room;
	}
	entry = &reader->entries[reader->count++];
	*entry = (struct entry){ reader->file, line, strdup(section), key ? strdup(key) : NULL,
				 key ? strdup(value) : NULL };
	if (entry->section && (!key || (entry->key && entry->value)))
		return 0;
	report_memory(reader);
	return -ENOMEM;
}

void conf_reader_text(struct conf_reader *reader, const char *name, const char *text, size_t len)
{
	reader->file = keep_file_name(reader, name);
	if (reader->file)
		conf_parse(reader->file, text, len, reader->report, add_entry, reader);
	else
		report_memory(reader);
	reader->file = NULL;
}

/* The whole of @file, at most CONF_MAX_FILE bytes. Return: 0 or an errno value */
static int read_all(FILE *file, char **text, size_t *len)
{
	size_t room = 4096, used = 0;
	char *buffer = NULL;

	for (;;) {
		char *more = realloc(buffer, room);

		if (!more)
			break;
		buffer = more;
		used += fread(buffer + used, 1, room - used, file);
		if (used < room) {
			*text = buffer;
			*len = used;
			if (!ferror(file))
				return 0;
			free(buffer);
			return errno ? errno : EIO;
		}
		if (room >= CONF_MAX_FILE) {
			free(buffer);
			return EFBIG;
		}
		room *= 2;
	}
	free(buffer);
	return ENOMEM;
}

void conf_reader_file(struct conf_reader *reader, const char *path)
{
	FILE *file = fopen(path, "re");
	char *text;
	size_t len;
	int ret;

	ret = file ? 0 : errno;
	if (!ret) {
		ret = read_all(file, &text, &len);
		fclose(file);
	}
	if (ret) {
		report_error(reader->report, path, 0, "%s", strerror(ret));
		return;
	}
	conf_reader_text(reader, path, text, len);
	free(text);
}

void conf_reader_set(struct conf_reader *reader, const char *section, const char *key,
		     const char *value)
{
	add_entry(reader, 0, section, key, value);
}

static bool is_global(const char *section)
{
	return !strcasecmp(section, "global");
}

static void free_share(struct conf_share *share)
{
	if (!share)
		return;
	params_release(PARAM_SHARE, share);
	free(share->name);
	free(share);
}

/* First share whose name is not below @name; *@found: it has that name. */
static size_t search_share(const struct conf *conf, const char *name, bool *found)
{
	size_t low = 0, high = conf->share_count;

	*found = false;
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = utf8_casecmp(conf->shares[middle]->name, name);

		if (!order)
			*found = true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct conf_share *conf_share_find(const struct conf *conf, const char *name)
{
	bool found;
	size_t at;

	if (!utf8_casecmp(name, CONF_IPC_NAME))
		return conf->ipc;
	at = search_share(conf, name, &found);
	return found ? conf->shares[at] : NULL;
}

size_t conf_share_number(const struct conf *conf, const struct conf_share *share)
{
	bool found;

	return share == conf->ipc ? conf->share_count : search_share(conf, share->name, &found);
}

/*
 * Apply one entry of @scope to @base. Share parameters of [global] are applied to every
 * share, so their faults are reported only where @report is not the muted one.
 */
static void apply_entry(const struct conf_reader *reader, const struct entry *entry,
			enum param_scope scope, void *base, struct report *report)
{
	const struct param *param = param_find(scope, entry->key);

	if (param && param_set(param, base, entry->value, report, entry->file, entry->line))
		param_remark(param, reader->kernel, report, entry->file, entry->line);
	if (!param)
		report_warning(report, entry->file, entry->line, "unknown parameter \"%s\"",
			       entry->key);
}

static void apply_share_defaults(struct conf_reader *reader, struct conf_share *share,
				 struct report *report)
{
	size_t i;

	if (!params_preset(PARAM_SHARE, share, report))
		report_memory(reader);
	share->force_uid = CONF_NO_ID;
	share->force_gid = CONF_NO_ID;
	for (i = 0; i < reader->count; i++) {
		const struct entry *entry = &reader->entries[i];

		if (entry->key && is_global(entry->section) &&
		    !param_find(PARAM_GLOBAL, entry->key))
			apply_entry(reader, entry, PARAM_SHARE, share, report);
	}
}

static struct conf_share *create_share(struct conf_reader *reader, const char *name,
				       struct report *report)
{
	struct conf_share *share = calloc(1, sizeof(*share));

	if (share)
		share->name = strdup(name);
	if (!share || !share->name) {
		report_memory(reader);
		free(share);
		return NULL;
	}
	apply_share_defaults(reader, share, report);
	return share;
}

const char *conf_share_name_problem(const char *name)
{
	const char *at;

	if (strlen(name) > CONF_SHARE_NAME_MAX)
		return "the name is longer than 63 bytes";
	if (!utf8_valid(name))
		return "not UTF-8";
	if (!utf8_casecmp(name, CONF_IPC_NAME))
		return "this name is the pipe share's";
	for (at = name; *at; at++) {
		if ((unsigned char)*at < 0x20 || strchr("\"/\\[]:|<>+=;,*?\x7f", *at))
			return "a character that no share name may have";
	}
	return NULL;
}

static bool check_share_name(struct conf_reader *reader, const struct entry *entry)
{
	const char *name = entry->section, *problem = conf_share_name_problem(name);

	if (problem)
		report_error(reader->report, entry->file, entry->line, "share \"%s\": %s", name,
			     problem);
	return !problem;
}

static bool is_special(const char *section)
{
	size_t i;

	for (i = 0; i < sizeof(special_sections) / sizeof(special_sections[0]); i++) {
		if (!strcasecmp(section, special_sections[i]))
			return true;
	}
	return false;
}

/* The share of @entry, made when it is new. */
static struct conf_share *share_of_entry(struct conf_reader *reader, struct conf *conf,
					 const struct entry *entry)
{
	struct report muted = { 0 };
	struct conf_share **shares, *share;
	bool found;
	size_t at = search_share(conf, entry->section, &found);

	if (found)
		return conf->shares[at];
	if (!check_share_name(reader, entry))
		return NULL;
	if (conf->share_count == CONF_MAX_SHARES) {
		report_error(reader->report, entry->file, entry->line, "too many shares");
		return NULL;
	}
	share = create_share(reader, entry->section, &muted);
	/* What is wrong in [global] was said before; anything new can only be this. */
	if (muted.errors && !reader->report->errors)
		report_memory(reader);
	if (!share)
		return NULL;
	shares = reallocarray(conf->shares, conf->share_count + 1, sizeof(*shares));
	if (!shares) {
		report_memory(reader);
		free_share(share);
		return NULL;
	}
	conf->shares = shares;
	memmove(shares + at + 1, shares + at, (conf->share_count - at) * sizeof(*shares));
	shares[at] = share;
	conf->share_count++;
	return share;
}

static void apply_sections(struct conf_reader *reader, struct conf *conf)
{
	const char *bad_section = "";
	size_t i;

	for (i = 0; i < reader->count; i++) {
		const struct entry *entry = &reader->entries[i];
		struct conf_share *share;

		if (!strcmp(entry->section, bad_section)) /* said once is enough */
			continue;
		if (is_global(entry->section)) {
			if (entry->key && param_find(PARAM_GLOBAL, entry->key))
				apply_entry(reader, entry, PARAM_GLOBAL, &conf->global,
					    reader->report);
			continue;
		}
		if (is_special(entry->section)) {
			if (!entry->key)
				report_warning(reader->report, entry->file, entry->line,
					       "section \"%s\" has no effect", entry->section);
			continue;
		}
		share = share_of_entry(reader, conf, entry);
		if (!share)
			bad_section = entry->section;
		else if (entry->key)
			apply_entry(reader, entry, PARAM_SHARE, share, reader->report);
	}
}

/* Where the share's section begins, for messages about it as a whole. */
static const struct entry *first_entry(const struct conf_reader *reader, const char *name)
{
	size_t i;

	for (i = 0; i < reader->count; i++) {
		if (!utf8_casecmp(reader->entries[i].section, name))
			return &reader->entries[i];
	}
	return &reader->entries[0];
}

/* To the engine 0 means "not forced". */
static void warn_root(struct conf_reader *reader, const struct entry *at, const char *param,
		      uint32_t id)
{
	if (!id)
		report_warning(reader->report, at->file, at->line,
			       "%s has no effect: nobody is made root", param);
}

/* A group that is misspelled in "invalid users" would keep nobody out, and say nothing. */
static void check_groups(struct conf_reader *reader, const struct conf_share *share,
			 char *const *list)
{
	const struct entry *at;
	gid_t gid;

	for (; list && *list; list++) {
		const char *name = *list + strspn(*list, "@+&");

		if (name == *list || !account_gid(name, &gid))
			continue;
		at = first_entry(reader, share->name);
		report_warning(reader->report, at->file, at->line,
			       "share \"%s\": there is no system group \"%s\" at this time",
			       share->name, name);
	}
}

/* "root directory" goes in front of every path. */
static void prefix_path(struct conf_reader *reader, struct conf_share *share, const char *root)
{
	char *path = NULL;

	if (!share->path || !root || !strcmp(root, "/"))
		return;
	if (strlen(root) + strlen(share->path) >= PATH_MAX)
		report_error(reader->report, NULL, 0,
			     "share \"%s\": root directory and path are %s", share->name,
			     "too long together");
	else if (asprintf(&path, "%s%s", root, strcmp(share->path, "/") ? share->path : "") < 0)
		report_memory(reader);
	else {
		free(share->path);
		share->path = path;
	}
}

static void check_share(struct conf_reader *reader, struct conf_share *share)
{
	char *const *const lists[] = { share->valid_users, share->invalid_users, share->read_list,
				       share->write_list };
	const struct entry *at;
	size_t i;
	uid_t uid;
	gid_t gid;
	struct stat st;

	if (!share->path) {
		at = first_entry(reader, share->name);
		report_error(reader->report, at->file, at->line, "share \"%s\" has no path",
			     share->name);
	} else if (stat(share->path, &st) || !S_ISDIR(st.st_mode)) {
		at = first_entry(reader, share->name);
		report_warning(reader->report, at->file, at->line,
			       "share \"%s\": %s is not a directory at this time", share->name,
			       share->path);
	}
	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		check_groups(reader, share, lists[i]);
	if (share->force_user && *share->force_user) {
		at = first_entry(reader, share->name);
		if (account_uid(share->force_user, &uid, &gid)) {
			report_error(reader->report, at->file, at->line,
				     "share \"%s\": force user: no system user \"%s\"", share->name,
				     share->force_user);
		} else {
			share->force_uid = uid;
			share->force_gid = gid;
			warn_root(reader, at, "force user", uid);
		}
	}
	if (share->force_group && *share->force_group) {
		at = first_entry(reader, share->name);
		/* "+name", only for members, is refused here as well: it must not mean more */
		if (account_gid(share->force_group, &gid))
			report_error(reader->report, at->file, at->line,
				     "share \"%s\": force group: no system group \"%s\"",
				     share->name, share->force_group);
		else
			share->force_gid = gid;
		warn_root(reader, at, "force group", share->force_gid);
	}
}

static void check_global(struct conf_reader *reader, const struct conf_global *global)
{
	if (global->min_protocol > global->max_protocol)
		report_error(reader->report, reader->count ? reader->entries[0].file : NULL, 0,
			     "server min protocol is above server max protocol");
}

struct conf *conf_reader_finish(struct conf_reader *reader)
{
	struct conf *conf = calloc(1, sizeof(*conf));
	size_t i;

	if (!conf) {
		report_memory(reader);
		return NULL;
	}
	conf->refs = 1;
	if (!params_preset(PARAM_GLOBAL, &conf->global, reader->report))
		report_memory(reader);
	/* The first share made is the one whose defaults from [global] are reported on. */
	conf->ipc = create_share(reader, CONF_IPC_NAME, reader->report);
	if (conf->ipc) {
		free(conf->ipc->path); /* a default of all shares, but not of this one */
		conf->ipc->path = NULL;
		apply_sections(reader, conf);
		check_global(reader, &conf->global);
		for (i = 0; i < conf->share_count; i++) {
			prefix_path(reader, conf->shares[i], conf->global.root_directory);
			check_share(reader, conf->shares[i]);
		}
	}
	if (!reader->report->errors)
		return conf;
	conf_put(conf);
	return NULL;
}

struct conf *conf_get(struct conf *conf)
{
	__atomic_add_fetch(&conf->refs, 1, __ATOMIC_RELAXED);
	return conf;
}

void conf_put(struct conf *conf)
{
	size_t i;

	if (!conf || __atomic_sub_fetch(&conf->refs, 1, __ATOMIC_ACQ_REL))
		return;
	for (i = 0; i < conf->share_count; i++)
		free_share(conf->shares[i]);
	free(conf->shares);
	free_share(conf->ipc);
	params_release(PARAM_GLOBAL, &conf->global);
	free(conf);
}
