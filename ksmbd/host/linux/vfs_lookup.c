// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Kernel host file system: from a name to a struct ksmbd_path.
 *
 * The exact name costs one walk to its directory (none, where that is the root) and one look
 * into it. Only when that finds nothing are the components walked: each is tried exactly and
 * then, for CASELESS, looked for by one scan of its directory. What is spelled wrong in the
 * last component only, or is about to be created, costs one scan.
 *
 * Nothing leads out of the root: ".." is refused, links are refused or left to the kernel's
 * own walk with LOOKUP_BENEATH, always starting at the root.
 */
#include <linux/dcache.h>
#include <linux/namei.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "kc_name.h"
#include "vfs_linux.h"

/**
 * struct walk - a component walk under way
 * @cur: the directory reached, referenced
 * @name: what was resolved so far, as spelled on disk; room for any name
 * @len: its length
 */
struct walk {
	struct ksmbd_root *root;
	u32 flags;
	struct path cur;
	char *name;
	u32 len;
};

/* ---- pieces of names ---- */

/*
 * Copy a name without empty and "." components. ".." is refused even where it would stay
 * beneath the root: with links and caseless matches its meaning is a matter of luck.
 */
static int clean_name(const char *name, char *to)
{
	char *start = to;
	size_t n;

	for (; *name; name += n + (name[n] == '/')) {
		n = strcspn(name, "/");
		if (n == 2 && name[0] == '.' && name[1] == '.')
			return -EXDEV;
		if (n == 0 || (n == 1 && name[0] == '.'))
			continue;
		if (n > KSMBD_NAME_MAX)
			return -ENAMETOOLONG;
		if (to != start)
			*to++ = '/';
		memcpy(to, name, n);
		to += n;
	}
	*to = '\0';
	return 0;
}

static int canonical_name(const char *name, char **out)
{
	size_t len = strnlen(name, KSMBD_PATH_MAX);
	char *buf;
	int err;

	if (len >= KSMBD_PATH_MAX)
		return -ENAMETOOLONG;
	if (name[0] == '/')
		return -EXDEV;
	buf = kmalloc(len + 1, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	err = clean_name(name, buf);
	if (err)
		kfree(buf);
	else
		*out = buf;
	return err;
}

static u32 last_of(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash ? slash + 1 - name : 0;
}

/* ---- one component ---- */

/* Unlocked, so the type is to be read before the inode. */
static bool is_missing(const struct dentry *dentry)
{
	unsigned int flags = smp_load_acquire(&dentry->d_flags);

	return (flags & DCACHE_ENTRY_TYPE) == DCACHE_MISS_TYPE;
}

int ksmbd_vfs_lookup_last(const struct path *parent, const char *name, u32 len, struct path *path)
{
	struct dentry *dentry;
	int err;

	dentry = kc_lookup_one_unlocked(parent, name, len);
	if (IS_ERR(dentry))
		return PTR_ERR(dentry);
	if (is_missing(dentry)) {
		dput(dentry);
		return -ENOENT;
	}
	path->mnt = mntget(parent->mnt);
	path->dentry = dentry;
	err = kc_follow_down(path);
	if (err)
		path_put(path);
	return err;
}

#ifdef KC_LOOKUP_SCOPED

/* A concurrent rename makes the kernel give up on a link with ".."; then it is asked again. */
#define EAGAIN_TRIES 64

static int walk_scoped(const struct path *from, const char *name, u32 flags, bool dir,
		       struct path *path)
{
	u32 how = LOOKUP_FOLLOW | LOOKUP_BENEATH | LOOKUP_NO_MAGICLINKS;
	int err, tries = 0;

	if (!(flags & KSMBD_LOOKUP_FOLLOW))
		how |= LOOKUP_NO_SYMLINKS;
	if (dir)
		how |= LOOKUP_DIRECTORY;
	do {
		err = vfs_path_lookup(from->dentry, from->mnt, name, how, path);
	} while (err == -EAGAIN && ++tries < EAGAIN_TRIES);
	return err;
}

#else

/* Before Linux 5.6: one component after the other, no link followed. */
static int walk_scoped(const struct path *from, const char *name, u32 flags, bool dir,
		       struct path *path)
{
	struct path cur = *from, next;
	int err = 0;
	size_t n;

	path_get(&cur);
	while (*name && !err) {
		n = strcspn(name, "/");
		err = d_can_lookup(cur.dentry) ? 0 : -ENOTDIR;
		if (!err)
			err = ksmbd_vfs_lookup_last(&cur, name, n, &next);
		if (err)
			break;
		path_put(&cur);
		cur = next;
		if (d_is_symlink(cur.dentry))
			err = -ELOOP;
		name += n + (name[n] == '/');
	}
	if (!err && dir && !d_can_lookup(cur.dentry))
		err = -ENOTDIR;
	if (err)
		path_put(&cur);
	else
		*path = cur;
	return err;
}

#endif

static int walk_beneath(const struct path *from, const char *name, u32 flags, bool dir,
			struct path *path)
{
	if (*name)
		return walk_scoped(from, name, flags, dir, path);
	*path = *from;
	path_get(path);
	return 0;
}

/* A link met below @from may lead elsewhere in the share: then all is walked from the root. */
static int walk_from_root(struct ksmbd_root *root, const struct path *from, const char *name,
			  u32 flags, struct path *path)
{
	size_t len = strlen(name);
	char *full;
	int err;

	full = kmalloc(KSMBD_PATH_MAX, GFP_KERNEL);
	if (!full)
		return -ENOMEM;
	err = ksmbd_vfs_name(root, from, full, KSMBD_PATH_MAX);
	if (!err && strlen(full) + len + 2 > KSMBD_PATH_MAX)
		err = -ENAMETOOLONG;
	if (!err) {
		strcat(full, "/");
		strcat(full, name);
		err = walk_beneath(&root->path, full, flags, false, path);
	}
	kfree(full);
	return err;
}

int ksmbd_vfs_walk(struct ksmbd_root *root, const struct path *from, const char *name, u32 flags,
		   struct path *path)
{
	int err = walk_beneath(from, name, flags, false, path);

	if (err != -EXDEV || !(flags & KSMBD_LOOKUP_FOLLOW) || path_equal(from, &root->path))
		return err;
	return walk_from_root(root, from, name, flags, path);
}

/*
 * The object at @full, whose last component at @last is in the directory @dir. Exactly.
 * A link that is followed is resolved from the root. Return: -ENOENT: it does not exist.
 */
static int find_child(struct ksmbd_root *root, u32 flags, const struct path *dir, const char *full,
		      u32 last, struct path *path)
{
	struct path link;
	int err;

	err = ksmbd_vfs_lookup_last(dir, full + last, strlen(full + last), path);
	if (err || !d_is_symlink(path->dentry))
		return err;
	link = *path;
	err = -ELOOP;
	if (flags & KSMBD_LOOKUP_FOLLOW)
		err = walk_beneath(&root->path, full, flags, false, path);
	path_put(&link);
	/* The name exists: a link without a target is no free name. */
	return err == -ENOENT ? -ELOOP : err;
}

/* ---- the slow way ---- */

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

static void pop_component(struct walk *w, u32 len)
{
	w->len = len;
	w->name[len] = '\0';
}

/* Push @comp and find it; *@path on success. The name stays pushed on -ENOENT too. */
static int try_component(struct walk *w, const char *comp, u32 len, struct path *path)
{
	u32 last = w->len ? w->len + 1 : 0;

	if (!push_component(w, comp, len))
		return -ENAMETOOLONG;
	return find_child(w->root, w->flags, &w->cur, w->name, last, path);
}

/* One step: exactly, unless that was @tried before, or by the caseless match. */
static int walk_component(struct walk *w, const char *comp, u32 len, bool tried, struct path *path)
{
	char found[KSMBD_NAME_MAX + 1];
	u32 before = w->len;
	int err = -ENOENT;

	if (!d_can_lookup(w->cur.dentry))
		return -ENOTDIR;
	if (tried) {
		if (!push_component(w, comp, len))
			return -ENAMETOOLONG;
	} else {
		err = try_component(w, comp, len, path);
	}
	if (err != -ENOENT)
		return err;
	err = ksmbd_vfs_match(&w->cur, comp, len, found);
	if (err)
		return err;
	pop_component(w, before);
	err = try_component(w, found, strlen(found), path);
	if (err == -ENOENT) { /* gone again */
		pop_component(w, before);
		push_component(w, comp, len);
	}
	return err;
}

/*
 * Walk @name from the current directory. Return: 0 with *@path; -ENOENT: only the last
 * component is missing and @w->cur is its directory; or another error.
 */
static int walk_name(struct walk *w, const char *name, bool last_tried, struct path *path)
{
	const char *slash;
	int err;

	while ((slash = strchr(name, '/'))) {
		err = walk_component(w, name, slash - name, false, path);
		if (err)
			return err == -ENOENT ? -ENOTDIR : err;
		path_put(&w->cur);
		w->cur = *path;
		name = slash + 1;
	}
	return walk_component(w, name, strlen(name), last_tried, path);
}

/*
 * The exact name is not there. @path->parent is its directory, or empty where that is not
 * there either. Replaces the name by the spelling on disk, and the parent.
 */
static int walk_caseless(struct ksmbd_path *path)
{
	struct walk w = { .root = path->root, .flags = path->flags };
	bool tried = path->parent.dentry;
	int err;

	w.name = kmalloc(KSMBD_PATH_MAX, GFP_KERNEL);
	if (!w.name)
		return -ENOMEM;
	w.name[0] = '\0';
	if (tried) {
		w.cur = path->parent;
		if (path->last)
			push_component(&w, path->name, path->last - 1);
	} else {
		w.cur = path->root->path;
		path_get(&w.cur);
	}
	err = walk_name(&w, path->name + (tried ? path->last : 0), tried, &path->path);
	if (err)
		path->path = (struct path){};
	path->parent = w.cur;
	/* Each step stayed beneath the last one, but that may have been moved out meanwhile. */
	if ((!err || err == -ENOENT) && !ksmbd_vfs_is_beneath(path->root, &path->parent))
		err = -ENOTDIR;
	kfree(path->name);
	path->name = w.name;
	path->last = last_of(path->name);
	return err;
}

/* ---- lookups ---- */

static int find_parent(struct ksmbd_path *path)
{
	int err;

	if (!path->last)
		return walk_beneath(&path->root->path, "", 0, true, &path->parent);
	path->name[path->last - 1] = '\0';
	err = walk_beneath(&path->root->path, path->name, path->flags, true, &path->parent);
	path->name[path->last - 1] = '/';
	if (err)
		path->parent = (struct path){};
	return err;
}

static int find_exactly(struct ksmbd_path *path)
{
	int err;

	path->last = last_of(path->name);
	err = find_parent(path);
	if (err)
		return err;
	if (!*path->name) {
		path->path = path->parent;
		path_get(&path->path);
		return 0;
	}
	err = find_child(path->root, path->flags, &path->parent, path->name, path->last,
			 &path->path);
	if (err)
		path->path = (struct path){};
	return err;
}

static int fill_path(struct ksmbd_path *path, const char *name)
{
	int err = canonical_name(name, &path->name);

	if (err)
		return err;
	err = find_exactly(path);
	if (err == -ENOENT && (path->flags & KSMBD_LOOKUP_CASELESS))
		err = walk_caseless(path);
	else if (err == -ENOENT && !path->parent.dentry)
		err = -ENOTDIR;
	if (err == -ENOENT)
		return 0;
	return err ?: ksmbd_vfs_stat(&path->path, &path->st);
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
	path_put(&path->path);
	path_put(&path->parent);
	ksmbd_root_put(path->root);
	kfree(path->name);
	kfree(path);
}

const struct ksmbd_stat *ksmbd_path_stat(const struct ksmbd_path *path)
{
	return path->path.dentry ? &path->st : NULL;
}

const char *ksmbd_path_name(const struct ksmbd_path *path)
{
	return path->name;
}
