// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/limits.h>

#include "wire/fileinfo.h"

void ksmbd_fileinfo_write_basic(struct ksmbd_wr *w, const struct ksmbd_fileinfo *info)
{
	ksmbd_wr_u64(w, info->attr.create_time);
	ksmbd_wr_u64(w, info->attr.access_time);
	ksmbd_wr_u64(w, info->attr.write_time);
	ksmbd_wr_u64(w, info->attr.change_time);
	ksmbd_wr_u32(w, info->attr.attributes);
	ksmbd_wr_u32(w, 0);
}

void ksmbd_fileinfo_write_standard(struct ksmbd_wr *w, const struct ksmbd_fileinfo *info)
{
	u32 nlink = info->attr.nlink;

	/* The name that a delete-pending object still has does not count. */
	if (info->delete_pending && nlink)
		nlink--;
	ksmbd_wr_u64(w, info->attr.alloc);
	ksmbd_wr_u64(w, info->attr.size);
	ksmbd_wr_u32(w, nlink);
	ksmbd_wr_u8(w, info->delete_pending);
	ksmbd_wr_u8(w, info->attr.is_dir);
	ksmbd_wr_u16(w, 0);
}

void ksmbd_fileinfo_write_internal(struct ksmbd_wr *w, const struct ksmbd_fileinfo *info)
{
	ksmbd_wr_u64(w, info->attr.index);
}

void ksmbd_fileinfo_write_ea(struct ksmbd_wr *w, const struct ksmbd_fileinfo *info)
{
	ksmbd_wr_u32(w, 0);
}

void ksmbd_fileinfo_write_access(struct ksmbd_wr *w, const struct ksmbd_fileinfo *info)
{
	ksmbd_wr_u32(w, info->access);
}

void ksmbd_fileinfo_write_name(struct ksmbd_wr *w, const struct ksmbd_fileinfo *info)
{
	ksmbd_wr_u32(w, info->name_len);
	ksmbd_wr_bytes(w, info->name, info->name_len);
}

void ksmbd_fileinfo_write_position(struct ksmbd_wr *w, const struct ksmbd_fileinfo *info)
{
	ksmbd_wr_u64(w, info->position);
}

void ksmbd_fileinfo_write_mode(struct ksmbd_wr *w, const struct ksmbd_fileinfo *info)
{
	ksmbd_wr_u32(w, info->mode);
}

void ksmbd_fileinfo_write_alignment(struct ksmbd_wr *w, const struct ksmbd_fileinfo *info)
{
	ksmbd_wr_u32(w, 0); /* FILE_BYTE_ALIGNMENT */
}

void ksmbd_fileinfo_write_all(struct ksmbd_wr *w, const struct ksmbd_fileinfo *info)
{
	ksmbd_fileinfo_write_basic(w, info);
	ksmbd_fileinfo_write_standard(w, info);
	ksmbd_fileinfo_write_internal(w, info);
	ksmbd_fileinfo_write_ea(w, info);
	ksmbd_fileinfo_write_access(w, info);
	ksmbd_fileinfo_write_position(w, info);
	ksmbd_fileinfo_write_mode(w, info);
	ksmbd_fileinfo_write_alignment(w, info);
	ksmbd_fileinfo_write_name(w, info);
}

/* A file has its unnamed data stream; a directory has none, and nothing is written. */
void ksmbd_fileinfo_write_stream(struct ksmbd_wr *w, const struct ksmbd_fileinfo *info)
{
	static const u8 name[] = { ':', 0, ':', 0, '$', 0, 'D', 0, 'A', 0, 'T', 0, 'A', 0 };

	if (info->attr.is_dir)
		return;
	ksmbd_wr_u32(w, 0); /* NextEntryOffset */
	ksmbd_wr_u32(w, sizeof(name));
	ksmbd_wr_u64(w, info->attr.size);
	ksmbd_wr_u64(w, info->attr.alloc);
	ksmbd_wr_bytes(w, name, sizeof(name));
}

void ksmbd_fileinfo_write_pipe(struct ksmbd_wr *w, const struct ksmbd_fileinfo *info)
{
	ksmbd_wr_u32(w, FILE_PIPE_MESSAGE_MODE); /* ReadMode */
	ksmbd_wr_u32(w, 0);			 /* CompletionMode: operations wait */
}

void ksmbd_fileinfo_write_pipe_local(struct ksmbd_wr *w, const struct ksmbd_fileinfo *info)
{
	ksmbd_wr_u32(w, FILE_PIPE_MESSAGE_MODE); /* NamedPipeType */
	ksmbd_wr_u32(w, FILE_PIPE_FULL_DUPLEX);	 /* NamedPipeConfiguration */
	ksmbd_wr_u32(w, U32_MAX);		 /* MaximumInstances: no limit */
	ksmbd_wr_u32(w, 1);			 /* CurrentInstances */
	ksmbd_wr_u32(w, info->attr.alloc);	 /* InboundQuota */
	ksmbd_wr_u32(w, 0);			 /* ReadDataAvailable */
	ksmbd_wr_u32(w, info->attr.alloc);	 /* OutboundQuota */
	ksmbd_wr_u32(w, info->attr.alloc);	 /* WriteQuotaAvailable */
	ksmbd_wr_u32(w, FILE_PIPE_CONNECTED_STATE);
	ksmbd_wr_u32(w, 0); /* NamedPipeEnd: the client's */
}

void ksmbd_fileinfo_write_compression(struct ksmbd_wr *w, const struct ksmbd_fileinfo *info)
{
	ksmbd_wr_u64(w, info->attr.size);
	ksmbd_wr_zero(w, 8); /* COMPRESSION_FORMAT_NONE, no shifts, reserved */
}

void ksmbd_attr_write(struct ksmbd_wr *w, const struct ksmbd_attr *attr)
{
	ksmbd_wr_u64(w, attr->create_time);
	ksmbd_wr_u64(w, attr->access_time);
	ksmbd_wr_u64(w, attr->write_time);
	ksmbd_wr_u64(w, attr->change_time);
	ksmbd_wr_u64(w, attr->alloc);
	ksmbd_wr_u64(w, attr->size);
	ksmbd_wr_u32(w, attr->attributes);
}

void ksmbd_fileinfo_write_network_open(struct ksmbd_wr *w, const struct ksmbd_fileinfo *info)
{
	ksmbd_attr_write(w, &info->attr);
	ksmbd_wr_u32(w, 0);
}

void ksmbd_fileinfo_write_attribute_tag(struct ksmbd_wr *w, const struct ksmbd_fileinfo *info)
{
	ksmbd_wr_u32(w, info->attr.attributes);
	ksmbd_wr_u32(w, 0); /* ReparseTag */
}

void ksmbd_fileinfo_write_id(struct ksmbd_wr *w, const struct ksmbd_fileinfo *info)
{
	ksmbd_wr_u64(w, info->volume);
	ksmbd_wr_u64(w, info->attr.index);
	ksmbd_wr_u64(w, 0);
}

bool ksmbd_fileinfo_read_basic(struct ksmbd_rd *r, struct ksmbd_set_basic *basic)
{
	basic->create_time = ksmbd_rd_u64(r);
	basic->access_time = ksmbd_rd_u64(r);
	basic->write_time = ksmbd_rd_u64(r);
	basic->change_time = ksmbd_rd_u64(r);
	basic->attributes = ksmbd_rd_u32(r);
	return ksmbd_rd_ok(r);
}

bool ksmbd_fileinfo_read_name(struct ksmbd_rd *r, bool ex, struct ksmbd_set_name *set)
{
	if (ex) {
		set->flags = ksmbd_rd_u32(r);
	} else {
		set->flags = ksmbd_rd_u8(r) ? FILE_RENAME_REPLACE_IF_EXISTS : 0;
		ksmbd_rd_skip(r, 3);
	}
	ksmbd_rd_skip(r, 4);
	set->root = ksmbd_rd_u64(r);
	set->name_len = ksmbd_rd_u32(r);
	set->name = ksmbd_rd_bytes(r, set->name_len);
	return ksmbd_rd_ok(r);
}
