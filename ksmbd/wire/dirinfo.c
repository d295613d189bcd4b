// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/kernel.h>

#include "wire/dirinfo.h"

static void write_nothing(struct ksmbd_wr *w, const struct ksmbd_dirinfo *entry)
{
}

static void write_ea_size(struct ksmbd_wr *w, const struct ksmbd_dirinfo *entry)
{
	ksmbd_wr_u32(w, 0);
}

/* No 8.3 names are made: ShortNameLength 0. */
static void write_short_name(struct ksmbd_wr *w, const struct ksmbd_dirinfo *entry)
{
	write_ea_size(w, entry);
	ksmbd_wr_zero(w, 1 + 1 + 24);
}

static void write_id_both(struct ksmbd_wr *w, const struct ksmbd_dirinfo *entry)
{
	write_short_name(w, entry);
	ksmbd_wr_u16(w, 0);
	ksmbd_wr_u64(w, entry->attr.index);
}

static void write_id_full(struct ksmbd_wr *w, const struct ksmbd_dirinfo *entry)
{
	write_ea_size(w, entry);
	ksmbd_wr_u32(w, 0);
	ksmbd_wr_u64(w, entry->attr.index);
}

static void write_id_extd(struct ksmbd_wr *w, const struct ksmbd_dirinfo *entry)
{
	write_ea_size(w, entry);
	ksmbd_wr_u32(w, 0); /* ReparsePointTag */
	ksmbd_wr_u64(w, entry->attr.index);
	ksmbd_wr_u64(w, 0);
}

static const struct ksmbd_dirinfo_class classes[] = {
	{ 1, true, 64, write_nothing },	   /* FileDirectoryInformation */
	{ 2, true, 68, write_ea_size },	   /* FileFullDirectoryInformation */
	{ 3, true, 94, write_short_name }, /* FileBothDirectoryInformation */
	{ 12, false, 12, write_nothing },  /* FileNamesInformation */
	{ 37, true, 104, write_id_both },  /* FileIdBothDirectoryInformation */
	{ 38, true, 80, write_id_full },   /* FileIdFullDirectoryInformation */
	{ 60, true, 88, write_id_extd },   /* FileIdExtdDirectoryInformation */
};

const struct ksmbd_dirinfo_class *ksmbd_dirinfo_class_find(u8 number)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(classes); i++)
		if (classes[i].number == number)
			return &classes[i];
	return NULL;
}

static void write_attr(struct ksmbd_wr *w, const struct ksmbd_attr *attr)
{
	ksmbd_wr_u64(w, attr->create_time);
	ksmbd_wr_u64(w, attr->access_time);
	ksmbd_wr_u64(w, attr->write_time);
	ksmbd_wr_u64(w, attr->change_time);
	ksmbd_wr_u64(w, attr->size);
	ksmbd_wr_u64(w, attr->alloc);
	ksmbd_wr_u32(w, attr->attributes);
}

bool ksmbd_dirinfo_add(struct ksmbd_dirinfo_list *list, const struct ksmbd_dirinfo *entry)
{
	struct ksmbd_wr *w = list->w;
	u32 mark = ksmbd_wr_mark(w);
	u32 start;

	if (list->count)
		ksmbd_wr_align(w, 8);
	start = ksmbd_wr_mark(w);
	ksmbd_wr_u32(w, 0); /* NextEntryOffset: the last one, so far */
	ksmbd_wr_u32(w, 0); /* FileIndex */
	if (list->class->needs_attr)
		write_attr(w, &entry->attr);
	ksmbd_wr_u32(w, entry->name_len);
	list->class->write_tail(w, entry);
	ksmbd_wr_bytes(w, entry->name, entry->name_len);
	if (!ksmbd_wr_ok(w)) {
		ksmbd_wr_rollback(w, mark);
		return false;
	}
	if (list->count++)
		ksmbd_wr_patch_u32(w, list->last, start - list->last);
	list->last = start;
	return true;
}
