// SPDX-License-Identifier: GPL-2.0-or-later
#include "tools/lib/passdb.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/base64.h"
#include "tools/lib/md4.h"
#include "tools/lib/utf.h"

struct passdb *passdb_create(void)
{
	struct passdb *db = calloc(1, sizeof(*db));

	if (db)
		db->refs = 1;
	return db;
}

struct passdb *passdb_get(struct passdb *db)
{
	__atomic_add_fetch(&db->refs, 1, __ATOMIC_RELAXED);
	return db;
}

static void free_users(struct passdb_user *users, size_t count)
{
	if (users)
		explicit_bzero(users, count * sizeof(*users));
	free(users);
}

void passdb_put(struct passdb *db)
{
	if (!db || __atomic_sub_fetch(&db->refs, 1, __ATOMIC_ACQ_REL))
		return;
	free_users(db->users, db->count);
	free(db);
}

bool passdb_name_valid(const char *name)
{
	size_t len = strlen(name);
	const char *at;

	if (!len || len > PASSDB_NAME_MAX || !utf8_valid(name))
		return false;
	for (at = name; *at; at++) {
		if ((unsigned char)*at < 0x20 || *at == ':' || *at == 0x7f)
			return false;
	}
	return true;
}

/* First user whose name is not below @name; *@found: it has that name. */
static size_t search_user(const struct passdb *db, const char *name, bool *found)
{
	size_t low = 0, high = db->count;

	*found = false;
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = utf8_casecmp(db->users[middle].name, name);

		if (!order)
			*found = true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct passdb_user *passdb_find(const struct passdb *db, const char *name)
{
	bool found;
	size_t at = search_user(db, name, &found);

	return found ? &db->users[at] : NULL;
}

/* Not realloc(): it would leave hashes behind. */
static bool grow(struct passdb *db)
{
	size_t room = db->room ? 2 * db->room : 16;
	struct passdb_user *users;

	if (db->count < db->room)
		return true;
	users = calloc(room, sizeof(*users));
	if (!users)
		return false;
	if (db->count)
		memcpy(users, db->users, db->count * sizeof(*users));
	free_users(db->users, db->count);
	db->users = users;
	db->room = room;
	return true;
}

int passdb_set(struct passdb *db, const char *name, const uint8_t hash[PASSDB_HASH_SIZE])
{
	struct passdb_user *user;
	bool found;
	size_t at;

	if (!passdb_name_valid(name))
		return -EINVAL;
	at = search_user(db, name, &found);
	if (!found) {
		if (!grow(db))
			return -ENOMEM;
		user = &db->users[at];
		memmove(user + 1, user, (db->count - at) * sizeof(*user));
		db->count++;
		memset(user, 0, sizeof(*user));
		strcpy(user->name, name);
	}
	memcpy(db->users[at].hash, hash, PASSDB_HASH_SIZE);
	return 0;
}

int passdb_remove(struct passdb *db, const char *name)
{
	bool found;
	size_t at = search_user(db, name, &found);
	struct passdb_user *user = &db->users[at];

	if (!found)
		return -ENOENT;
	db->count--;
	memmove(user, user + 1, (db->count - at) * sizeof(*user));
	explicit_bzero(&db->users[db->count], sizeof(*user));
	return 0;
}

int passdb_hash(const char *password, uint8_t hash[PASSDB_HASH_SIZE])
{
	uint8_t units[2 * PASSDB_PASSWORD_MAX];
	ssize_t len = utf8_to_utf16le(password, strlen(password), units, sizeof(units));

	if (len >= 0)
		md4(units, len, hash);
	explicit_bzero(units, sizeof(units));
	return len < 0 ? -EINVAL : 0;
}

/* NULL, or what is wrong with the line. */
static const char *parse_line(struct passdb *db, const char *line, size_t len)
{
	const char *colon = memchr(line, ':', len);
	char name[PASSDB_NAME_MAX + 1] = "";
	uint8_t hash[PASSDB_HASH_SIZE];
	size_t name_len = colon ? (size_t)(colon - line) : 0;
	int ret;

	if (!colon)
		return "not of the form \"user:hash\"";
	if (name_len > PASSDB_NAME_MAX)
		return "the user name is longer than 47 bytes";
	memcpy(name, line, name_len);
	if (strlen(name) != name_len || !passdb_name_valid(name))
		return "not a user name";
	if (passdb_find(db, name))
		return "this user name was there before";
	if (!base64_decode(colon + 1, len - name_len - 1, hash, sizeof(hash)))
		return "the hash is not 16 bytes in base64";
	ret = passdb_set(db, name, hash);
	explicit_bzero(hash, sizeof(hash));
	return ret ? "out of memory" : NULL;
}

void passdb_parse(struct passdb *db, const char *name, const char *text, size_t len,
		  struct report *report)
{
	const char *at = text, *end = text + len;
	unsigned int line = 0;

	while (at < end) {
		const char *newline = memchr(at, '\n', end - at);
		const char *stop = newline ? newline : end;
		const char *problem;

		line++;
		problem = stop > at ? parse_line(db, at, stop - at) : NULL;
		if (problem)
			report_error(report, name, line, "%s", problem);
		at = newline ? newline + 1 : end;
	}
}

/* All of @fd into a buffer of *@size bytes, to be zeroed. Return: 0 or an errno value */
static int read_secret(int fd, size_t size, char **text)
{
	char *buffer = malloc(size + 1);
	size_t used = 0;

	if (!buffer)
		return ENOMEM;
	while (used < size) {
		ssize_t got = read(fd, buffer + used, size - used);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			int ret = got ? errno : EIO; /* it shrank meanwhile */

			explicit_bzero(buffer, used);
			free(buffer);
			return ret;
		}
		used += got;
	}
	*text = buffer;
	return 0;
}

void passdb_load(struct passdb *db, const char *path, struct report *report)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st = { 0 };
	char *text = NULL;
	int ret = 0;

	if (fd < 0 || fstat(fd, &st))
		ret = errno;
	else if (!S_ISREG(st.st_mode))
		ret = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
	else if (st.st_size > PASSDB_MAX_FILE)
		ret = EFBIG;
	else
		ret = read_secret(fd, st.st_size, &text);
	if (fd >= 0)
		close(fd);
	if (ret) {
		report_error(report, path, 0, "%s", strerror(ret));
		return;
	}
	if (st.st_mode & 0037) /* its group may read it */
		report_warning(report, path, 0, "others than its owner may use this file");
	passdb_parse(db, path, text, st.st_size, report);
	explicit_bzero(text, st.st_size);
	free(text);
}
