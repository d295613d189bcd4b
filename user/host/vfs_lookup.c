// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * User host file system: from a name to a struct ksmbd_path.
 *
 * The exact name costs one openat2() and one statx(). Only when that finds nothing are the
 * components walked: from the longest directory that exists as spelled, each next one is
 * tried exactly and then, for CASELESS, looked for by one scan of its directory. What is
 * spelled wrong in one component only, or is about to be created, costs one scan.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/slab.h>

#include "cred_host.h"
#include "vfs_host.h"

/**
 * struct walk - a component walk under way
 * @root, @flags: of the lookup
 * @cur: O_PATH of the directory reached, owned unless it is the root's
 * @name: what was resolved so far, as spelled on disk; room for any name
 * @len: its length
 */
struct walk {
	struct ksmbd_root *root;
	u32 flags;
	int cur;
	char *name;
	u32 len;
};

/*
 * Copy a name without empty and "." components. ".." is refused even where it would stay
 * beneath the root: with links and caseless matches its meaning is a matter of luck.
 */
static int canonical_name(const char *name, char **out)
{
	size_t len = strlen(name), n;
	char *buf, *to;

	if (len >= KSMBD_PATH_MAX)
		return -ENAMETOOLONG;
	if (name[0] == '/')
		return -EXDEV;
	buf = kmalloc(len + 1, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	to = buf;
	for (; *name; name += n + (name[n] == '/')) {
		n = strcspn(name, "/");
		if (n == 2 && name[0] == '.' && name[1] == '.') {
			kfree(buf);
			return -EXDEV;
		}
		if (n == 0 || (n == 1 && name[0] == '.'))
			continue;
		if (to != buf)
			*to++ = '/';
		memcpy(to, name, n);
		to += n;
	}
	*to = '\0';
	*out = buf;
	return 0;
}

/* Append a component to what was resolved; false: the name became too long. */
static bool push_component(struct walk *w, const char *comp, u32 len)
{
	if (w->len + len + 2 > KSMBD_PATH_MAX)
		return false;
	if (w->len)
		w->name[w->len++] = '/';
	memcpy(w->name + w->len, comp, len);
	w->len += len;
	w->name[w->len] = '\0';
	return true;
}

/*
 * Open @comp in the current directory. A link that is followed must stay beneath the root,
 * not beneath this directory, so what leaves here is resolved once more from the root.
 */
static int open_child(struct walk *w, const char *comp, int oflags)
{
	u32 len = w->len;
	int fd;

	fd = ksmbd_vfs_beneath(w->cur, comp, oflags, 0, w->flags);
	if (fd != -EXDEV || !(w->flags & KSMBD_LOOKUP_FOLLOW) || !len)
		return fd;
	if (!push_component(w, comp, strlen(comp)))
		return -ENAMETOOLONG;
	fd = ksmbd_vfs_beneath(w->root->fd, w->name, oflags, 0, w->flags);
	w->name[len] = '\0';
	w->len = len;
	return fd;
}

/* A name that exists but cannot be opened is a link without a target. */
static bool is_dangling(const struct walk *w, const char *comp)
{
	struct stat st;

	return (w->flags & KSMBD_LOOKUP_FOLLOW) &&
	       !fstatat(w->cur, comp, &st, AT_SYMLINK_NOFOLLOW) && S_ISLNK(st.st_mode);
}

/*
 * One step: @comp of @len bytes, exactly or by its caseless match. Pushes the name found (or
 * the one asked for) and returns its descriptor, -ENOENT, or another error.
 */
static int walk_component(struct walk *w, const char *comp, u32 len, bool last, bool tried)
{
	int oflags = last ? O_PATH : O_PATH | O_DIRECTORY;
	char exact[KSMBD_NAME_MAX + 1], found[KSMBD_NAME_MAX + 1];
	const char *spelled = exact;
	int fd = -ENOENT, err;

	if (len > KSMBD_NAME_MAX)
		return -ENAMETOOLONG;
	memcpy(exact, comp, len);
	exact[len] = '\0';
	if (!tried)
		fd = open_child(w, exact, oflags);
	if (fd == -ENOENT && is_dangling(w, exact))
		return -ELOOP;
	if (fd == -ENOENT && (w->flags & KSMBD_LOOKUP_CASELESS)) {
		err = ksmbd_vfs_match(w->cur, exact, len, found);
		if (err && err != -ENOENT)
			return err;
		if (!err) {
			spelled = found;
			fd = open_child(w, found, oflags);
			if (fd == -ENOENT && is_dangling(w, found))
				return -ELOOP;
			if (fd == -ENOENT)
				spelled = exact; /* gone again */
		}
	}
	if (!push_component(w, spelled, strlen(spelled))) {
		if (fd >= 0)
			close(fd);
		return -ENAMETOOLONG;
	}
	return fd;
}

static void walk_move(struct walk *w, int fd)
{
	if (w->cur != w->root->fd)
		close(w->cur);
	w->cur = fd;
}

/*
 * Walk @name from the current directory. Return: descriptor of the object; -ENOENT: only
 * the last component is missing and @w->cur is its directory; or another error.
 */
static int walk_name(struct walk *w, const char *name, bool last_tried)
{
	const char *slash;
	int fd;

	while ((slash = strchr(name, '/'))) {
		fd = walk_component(w, name, slash - name, false, false);
		if (fd < 0)
			return fd == -ENOENT ? -ENOTDIR : fd;
		walk_move(w, fd);
		name = slash + 1;
	}
	return walk_component(w, name, strlen(name), true, last_tried);
}

/*
 * The exact name is not there. Return: as walk_name(); @name is replaced by the spelling on
 * disk, @parent by the directory of a missing last component.
 */
static int walk_slowly(struct ksmbd_root *root, u32 flags, char **name, int *parent)
{
	struct walk w = { .root = root, .flags = flags, .cur = root->fd };
	const char *last;
	int fd, dir;

	dir = ksmbd_vfs_parent(root, *name, flags, &last);
	if (dir < 0 && dir != -ENOENT)
		return dir;
	if (dir < 0 && !(flags & KSMBD_LOOKUP_CASELESS))
		return -ENOTDIR;
	w.name = kmalloc(KSMBD_PATH_MAX, GFP_KERNEL);
	if (!w.name) {
		if (dir >= 0)
			close(dir);
		return -ENOMEM;
	}
	w.name[0] = '\0';
	if (dir >= 0) {
		w.cur = dir;
		if (last != *name)
			push_component(&w, *name, last - 1 - *name);
		fd = walk_name(&w, last, true);
	} else {
		fd = walk_name(&w, *name, false);
	}
	if (fd == -ENOENT) {
		*parent = w.cur;
		if (w.cur == root->fd)
			*parent = fcntl(w.cur, F_DUPFD_CLOEXEC, 0);
		if (*parent < 0)
			fd = -errno;
		w.cur = root->fd;
	}
	walk_move(&w, root->fd);
	kfree(*name);
	*name = w.name;
	return fd;
}

static int fill_path(struct ksmbd_path *path, const char *name)
{
	int err = canonical_name(name, &path->name);

	if (err)
		return err;
	path->fd = ksmbd_vfs_beneath(path->root->fd, path->name, O_PATH, 0, path->flags);
	if (path->fd == -ENOENT && *path->name) {
		path->fd = walk_slowly(path->root, path->flags, &path->name, &path->parent_fd);
		if (path->fd == -ENOENT) {
			path->fd = -1;
			return 0;
		}
	}
	if (path->fd < 0) {
		err = path->fd;
		path->fd = -1;
		return err;
	}
	return ksmbd_vfs_stat(path->fd, "", AT_EMPTY_PATH, &path->st);
}

int ksmbd_path_lookup(struct ksmbd_root *root, const char *name, u32 flags, struct ksmbd_path **out)
{
	struct ksmbd_path *path;
	int err = ksmbd_cred_check();

	if (err)
		return err;
	path = kzalloc(sizeof(*path), GFP_KERNEL);
	if (!path)
		return -ENOMEM;
	path->root = ksmbd_root_get(root);
	path->flags = flags;
	path->fd = -1;
	path->parent_fd = -1;
	err = fill_path(path, name);
	if (err)
		ksmbd_path_put(path);
	else
		*out = path;
	return err;
}

void ksmbd_path_put(struct ksmbd_path *path)
{
	if (!path)
		return;
	if (path->fd >= 0)
		close(path->fd);
	if (path->parent_fd >= 0)
		close(path->parent_fd);
	ksmbd_root_put(path->root);
	kfree(path->name);
	kfree(path);
}

const struct ksmbd_stat *ksmbd_path_stat(const struct ksmbd_path *path)
{
	return path->fd >= 0 ? &path->st : NULL;
}

const char *ksmbd_path_name(const struct ksmbd_path *path)
{
	return path->name;
}
