// SPDX-License-Identifier: GPL-2.0-or-later
/* SET_INFO, [MS-SMB2] 2.2.39, 2.2.40, 3.3.5.21; meanings: [MS-FSA] 2.1.5.15 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/mutex.h>
#include <linux/printk.h>

#include "attr/attr.h"
#include "host/cred.h"
#include "open/notify.h"
#include "open/open.h"
#include "open/oplock.h"
#include "session/conn_types.h"
#include "session/session_types.h"
#include "smb2/reply.h"
#include "smb2/smb2.h"
#include "util/status.h"
#include "util/time.h"
#include "wire/fileinfo.h"
#include "wire/fsinfo.h"
#include "wire/smb2_format.h"

struct set_info {
	u8 type;
	u8 class;
	u32 additional;
	struct ksmbd_rd data;
};

/* ---- FileBasicInformation ---- */

static bool is_time_valid(u64 t)
{
	return t <= KSMBD_NT_TIME_MAX || t == KSMBD_TIME_FREEZE || t == KSMBD_TIME_THAW;
}

/* Is it a time, and neither "leave alone" nor one of the marks? */
static bool is_time_given(u64 t)
{
	return t && t <= KSMBD_NT_TIME_MAX;
}

static ntstatus_t check_basic(const struct ksmbd_open *open, const struct ksmbd_set_basic *basic)
{
	if (!is_time_valid(basic->create_time) || !is_time_valid(basic->access_time) ||
	    !is_time_valid(basic->write_time) || !is_time_valid(basic->change_time))
		return STATUS_INVALID_PARAMETER;
	if ((basic->attributes & FILE_ATTRIBUTE_DIRECTORY) && !open->is_dir)
		return STATUS_INVALID_PARAMETER;
	if ((basic->attributes & FILE_ATTRIBUTE_TEMPORARY) && open->is_dir)
		return STATUS_INVALID_PARAMETER;
	return STATUS_SUCCESS;
}

static int set_times(struct ksmbd_open *open, const struct ksmbd_set_basic *basic)
{
	struct ksmbd_setattr set = { 0 };

	if (is_time_given(basic->access_time)) {
		set.valid |= KSMBD_SETATTR_ATIME;
		set.atime = ksmbd_time_from_nt(basic->access_time);
	}
	if (is_time_given(basic->write_time)) {
		set.valid |= KSMBD_SETATTR_MTIME;
		set.mtime = ksmbd_time_from_nt(basic->write_time);
	}
	return set.valid ? ksmbd_file_setattr(open->file, &set) : 0;
}

/*
 * What is shown anyway is not stored: it would cost every copied file an extended
 * attribute. What the file system has no room for (-EOPNOTSUPP) is dropped: clients
 * copy on.
 */
static int set_attributes(struct ksmbd_open *open, const struct ksmbd_set_basic *basic)
{
	u64 create_time = is_time_given(basic->create_time) ? basic->create_time : 0;
	u32 attributes = basic->attributes;
	struct ksmbd_attr now;
	struct ksmbd_stat st;
	int err;

	if (!attributes && !create_time)
		return 0;
	err = ksmbd_file_stat(open->file, &st);
	if (err)
		return err;
	ksmbd_attr_read(open->share, open->file, &st, NULL, &now);
	if (!attributes)
		attributes = now.attributes;
	if (create_time == now.create_time)
		create_time = 0;
	if (!create_time && !((attributes ^ now.attributes) & FILE_ATTRIBUTE_SETTABLE))
		return 0;
	err = ksmbd_attr_store(open->share, open->file, attributes, create_time);
	return err == -EOPNOTSUPP ? 0 : err;
}

static u32 changed_filter(const struct ksmbd_set_basic *basic)
{
	return (basic->attributes ? FILE_NOTIFY_CHANGE_ATTRIBUTES : 0) |
	       (is_time_given(basic->create_time) ? FILE_NOTIFY_CHANGE_CREATION : 0) |
	       (is_time_given(basic->access_time) ? FILE_NOTIFY_CHANGE_LAST_ACCESS : 0) |
	       (is_time_given(basic->write_time) ? FILE_NOTIFY_CHANGE_LAST_WRITE : 0);
}

/* The change time cannot be set here: the file system keeps it. */
static ntstatus_t set_basic(struct ksmbd_request *req, struct ksmbd_rd *data)
{
	struct ksmbd_open *open = req->open;
	struct ksmbd_set_basic basic;
	ntstatus_t status;
	int err;

	if (!ksmbd_fileinfo_read_basic(data, &basic))
		return STATUS_INFO_LENGTH_MISMATCH;
	status = check_basic(open, &basic);
	if (status != STATUS_SUCCESS)
		return status;
	err = set_attributes(open, &basic);
	if (!err)
		err = set_times(open, &basic);
	if (!err)
		ksmbd_notify_modified(open, changed_filter(&basic));
	return ksmbd_status_from_errno(err);
}

/* ---- names ---- */

/* A batch oplock was in the way: everything is looked at again. */
static ntstatus_t resume_set(struct ksmbd_request *req, ntstatus_t why)
{
	if (why != STATUS_SUCCESS)
		return why;
	ksmbd_rd_seek(&req->rd, SMB2_HEADER_SIZE);
	return ksmbd_smb2_set_info(req);
}

static ntstatus_t read_name(struct ksmbd_rd *data, bool ex, struct ksmbd_set_name *set)
{
	if (!ksmbd_fileinfo_read_name(data, ex, set))
		return STATUS_INVALID_PARAMETER;
	if (set->root || !set->name_len || (set->name_len & 1))
		return STATUS_INVALID_PARAMETER;
	if (set->flags & ~FILE_RENAME_REPLACE_IF_EXISTS)
		return STATUS_NOT_SUPPORTED;
	return STATUS_SUCCESS;
}

typedef ntstatus_t (*name_fn)(struct ksmbd_open *open, const u8 *wire_name, u32 wire_len,
			      bool replace, const struct ksmbd_oplock_wait *wait);

/*
 * Directories are changed with the rights of who asks, not of who opened the handle: another
 * user may have authenticated in the session since. The handle's rights are the table's business.
 */
static ntstatus_t change_name(struct ksmbd_request *req, const struct ksmbd_set_name *set,
			      name_fn change)
{
	const struct ksmbd_oplock_wait wait = { .req = req, .resume = resume_set };
	bool other = req->user != req->open->user;
	ntstatus_t status = STATUS_ACCESS_DENIED;

	if (other)
		ksmbd_cred_leave();
	if (!other || !ksmbd_cred_enter(req->user->cred))
		status = change(req->open, set->name, set->name_len,
				set->flags & FILE_RENAME_REPLACE_IF_EXISTS, &wait);
	if (!other)
		return status;
	ksmbd_cred_leave();
	if (ksmbd_cred_enter(req->open->user->cred))
		pr_err("ksmbd: cannot act as the owner of a handle again\n");
	return status;
}

static ntstatus_t rename_to(struct ksmbd_request *req, struct ksmbd_rd *data, bool ex)
{
	struct ksmbd_set_name set;
	ntstatus_t status = read_name(data, ex, &set);

	return status == STATUS_SUCCESS ? change_name(req, &set, ksmbd_open_rename) : status;
}

static ntstatus_t set_rename(struct ksmbd_request *req, struct ksmbd_rd *data)
{
	return rename_to(req, data, false);
}

/* POSIX semantics and the other flags of the newer class are refused. */
static ntstatus_t set_rename_ex(struct ksmbd_request *req, struct ksmbd_rd *data)
{
	return rename_to(req, data, true);
}

static ntstatus_t set_link(struct ksmbd_request *req, struct ksmbd_rd *data)
{
	struct ksmbd_set_name set;
	ntstatus_t status;

	if (req->open->is_dir)
		return STATUS_FILE_IS_A_DIRECTORY;
	status = read_name(data, false, &set);
	return status == STATUS_SUCCESS ? change_name(req, &set, ksmbd_open_link) : status;
}

/* ---- deletion ---- */

static ntstatus_t set_disposition(struct ksmbd_request *req, struct ksmbd_rd *data)
{
	return ksmbd_open_set_delete(req->open, ksmbd_rd_u8(data));
}

static ntstatus_t set_disposition_ex(struct ksmbd_request *req, struct ksmbd_rd *data)
{
	u32 flags = ksmbd_rd_u32(data);

	if (flags & ~(u32)(FILE_DISPOSITION_DELETE | FILE_DISPOSITION_FORCE_IMAGE_SECTION_CHECK))
		return STATUS_NOT_SUPPORTED;
	return ksmbd_open_set_delete(req->open, flags & FILE_DISPOSITION_DELETE);
}

/* ---- sizes ---- */

static ntstatus_t set_end_of_file(struct ksmbd_request *req, struct ksmbd_rd *data)
{
	u64 size = ksmbd_rd_u64(data);
	int err;

	if (req->open->is_dir || size > S64_MAX)
		return STATUS_INVALID_PARAMETER;
	err = ksmbd_file_truncate(req->open->file, size);
	ksmbd_oplock_data_changed(req->open);
	if (!err)
		ksmbd_notify_modified(req->open, FILE_NOTIFY_CHANGE_SIZE);
	return ksmbd_status_from_errno(err);
}

/* Room is given and taken in whole units, [MS-FSCC] 2.4.4; @size is in the file. */
static u64 whole_units(struct ksmbd_open *open, u64 size)
{
	struct ksmbd_statfs fs;

	if (ksmbd_file_statfs(open->file, &fs) || !fs.block_size)
		return size;
	return div_u64(size + fs.block_size - 1, fs.block_size) * fs.block_size;
}

static ntstatus_t set_allocation(struct ksmbd_request *req, struct ksmbd_rd *data)
{
	struct ksmbd_open *open = req->open;
	u64 size = ksmbd_rd_u64(data);
	struct ksmbd_stat st;
	int err;

	if (open->is_dir || size > S64_MAX)
		return STATUS_INVALID_PARAMETER;
	err = ksmbd_file_stat(open->file, &st);
	if (err)
		return ksmbd_status_from_errno(err);
	if (size < st.size) {
		size = whole_units(open, size);
		if (size < st.size)
			err = ksmbd_file_truncate(open->file, size);
	} else if (size > st.alloc) {
		err = ksmbd_file_allocate(open->file, 0, size);
	}
	ksmbd_oplock_data_changed(open);
	if (!err)
		ksmbd_notify_modified(open, FILE_NOTIFY_CHANGE_SIZE);
	return ksmbd_status_from_errno(err == -EOPNOTSUPP ? 0 : err);
}

/* ---- of the handle ---- */

static ntstatus_t set_position(struct ksmbd_request *req, struct ksmbd_rd *data)
{
	u64 position = ksmbd_rd_u64(data);

	if (position > S64_MAX)
		return STATUS_INVALID_PARAMETER;
	atomic64_set(&req->open->position, position);
	return STATUS_SUCCESS;
}

static ntstatus_t set_mode(struct ksmbd_request *req, struct ksmbd_rd *data)
{
	const u32 sync = FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT;
	u32 mode = ksmbd_rd_u32(data);

	if ((mode & ~(sync | FILE_WRITE_THROUGH | FILE_SEQUENTIAL_ONLY |
		      FILE_NO_INTERMEDIATE_BUFFERING | FILE_DELETE_ON_CLOSE)) ||
	    (mode & sync) == sync)
		return STATUS_INVALID_PARAMETER;
	mutex_lock(&req->open->lock);
	req->open->mode = mode;
	mutex_unlock(&req->open->lock);
	return STATUS_SUCCESS;
}

/* Pipes are read message by message and wait; a client may confirm or ignore that. */
static ntstatus_t set_pipe(struct ksmbd_request *req, struct ksmbd_rd *data)
{
	u32 read_mode = ksmbd_rd_u32(data);
	u32 completion = ksmbd_rd_u32(data);

	return read_mode > 1 || completion > 1 ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
}

/* ---- the table ---- */

#define ON_PIPE	     BIT(0) /* for pipes, else for files and directories */
#define READ_ONLY_OK BIT(1) /* changes nothing on disk */

/**
 * struct set_class - a row: a class without one is refused
 * @min: fewest bytes
 * @right: of the handle; 0: none
 * @set: may be NULL: @refuse is why
 */
struct set_class {
	u8 number;
	u8 flags;
	u16 min;
	u32 right;
	ntstatus_t (*set)(struct ksmbd_request *req, struct ksmbd_rd *data);
	ntstatus_t refuse;
};

static const struct set_class file_classes[] = {
	{ FILE_BASIC_INFORMATION, 0, 36, FILE_WRITE_ATTRIBUTES, set_basic },
	{ FILE_RENAME_INFORMATION, 0, KSMBD_SET_NAME_FIXED, FILE_DELETE, set_rename },
	{ FILE_RENAME_INFORMATION_EX, 0, KSMBD_SET_NAME_FIXED, FILE_DELETE, set_rename_ex },
	/* the right is looked at in ksmbd_open_link() */
	{ FILE_LINK_INFORMATION, 0, KSMBD_SET_NAME_FIXED, 0, set_link },
	{ FILE_DISPOSITION_INFORMATION, 0, 1, FILE_DELETE, set_disposition },
	{ FILE_DISPOSITION_INFORMATION_EX, 0, 4, FILE_DELETE, set_disposition_ex },
	{ FILE_POSITION_INFORMATION, READ_ONLY_OK, 8, 0, set_position },
	{ FILE_FULL_EA_INFORMATION, 0, 0, FILE_WRITE_EA, NULL, STATUS_EAS_NOT_SUPPORTED },
	{ FILE_MODE_INFORMATION, READ_ONLY_OK, 4, 0, set_mode },
	{ FILE_ALLOCATION_INFORMATION, 0, 8, FILE_WRITE_DATA, set_allocation },
	{ FILE_END_OF_FILE_INFORMATION, 0, 8, FILE_WRITE_DATA, set_end_of_file },
	{ FILE_PIPE_INFORMATION, ON_PIPE | READ_ONLY_OK, 8, FILE_WRITE_ATTRIBUTES, set_pipe },
	{ FILE_VALID_DATA_LENGTH_INFORMATION, 0, 8, FILE_WRITE_DATA, NULL, STATUS_NOT_SUPPORTED },
	{ FILE_SHORT_NAME_INFORMATION, 0, 4, FILE_DELETE, NULL, STATUS_NOT_SUPPORTED },
};

static ntstatus_t set_file(struct ksmbd_request *req, struct set_info *si)
{
	const struct ksmbd_open *open = req->open;
	const struct set_class *class = NULL;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(file_classes); i++)
		if (file_classes[i].number == si->class)
			class = &file_classes[i];
	if (!class)
		return STATUS_INVALID_INFO_CLASS;
	if (!!open->pipe != !!(class->flags & ON_PIPE))
		return STATUS_INVALID_PARAMETER;
	if (class->right & ~open->access)
		return STATUS_ACCESS_DENIED;
	if (!req->tree->writable && !(class->flags & READ_ONLY_OK))
		return STATUS_ACCESS_DENIED;
	if (si->data.len < class->min)
		return STATUS_INFO_LENGTH_MISMATCH;
	return class->set ? class->set(req, &si->data) : class->refuse;
}

/* No file system is renamed or limited from here. */
static ntstatus_t set_file_system(struct ksmbd_request *req, struct set_info *si)
{
	switch (si->class) {
	case FILE_FS_CONTROL_INFORMATION:
	case FILE_FS_OBJECTID_INFORMATION:
		return req->open->access & FILE_WRITE_DATA ? STATUS_NOT_SUPPORTED :
							     STATUS_ACCESS_DENIED;
	case FILE_FS_LABEL_INFORMATION:
		return STATUS_NOT_SUPPORTED;
	default:
		return STATUS_INVALID_INFO_CLASS;
	}
}

/* Descriptors are made from the mode; none can be kept yet. */
static ntstatus_t set_security(struct ksmbd_request *req, struct set_info *si)
{
	static const struct {
		u32 which;
		u32 right;
	} need[] = {
		{ 0x1 | 0x2, FILE_WRITE_OWNER }, /* owner, group */
		{ 0x4, FILE_WRITE_DAC },
		{ 0x8, FILE_ACCESS_SYSTEM_SECURITY },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(need); i++)
		if ((si->additional & need[i].which) && !(req->open->access & need[i].right))
			return STATUS_ACCESS_DENIED;
	return STATUS_NOT_SUPPORTED;
}

static const struct {
	u8 type;
	ntstatus_t (*set)(struct ksmbd_request *req, struct set_info *si);
} info_types[] = {
	{ SMB2_0_INFO_FILE, set_file },
	{ SMB2_0_INFO_FILESYSTEM, set_file_system },
	{ SMB2_0_INFO_SECURITY, set_security },
};

static ntstatus_t decode(struct ksmbd_request *req, struct set_info *si)
{
	struct ksmbd_rd *rd = &req->rd;
	u32 len;
	u16 off;

	ksmbd_rd_skip(rd, 2);
	si->type = ksmbd_rd_u8(rd);
	si->class = ksmbd_rd_u8(rd);
	len = ksmbd_rd_u32(rd);
	off = ksmbd_rd_u16(rd);
	ksmbd_rd_skip(rd, 2);
	si->additional = ksmbd_rd_u32(rd);
	if (len)
		ksmbd_rd_window(rd, &si->data, off, len);
	else
		ksmbd_rd_init(&si->data, NULL, 0);
	if (!ksmbd_rd_ok(rd) || len > req->conn->max_trans || !ksmbd_charge_covers(req, len))
		return STATUS_INVALID_PARAMETER;
	return STATUS_SUCCESS;
}

static ntstatus_t execute(struct ksmbd_request *req, struct set_info *si)
{
	u32 i;

	if (si->type == SMB2_0_INFO_QUOTA)
		return STATUS_NOT_SUPPORTED;
	for (i = 0; i < ARRAY_SIZE(info_types); i++)
		if (info_types[i].type == si->type)
			return info_types[i].set(req, si);
	return STATUS_INVALID_PARAMETER;
}

ntstatus_t ksmbd_smb2_set_info(struct ksmbd_request *req)
{
	struct set_info si;
	ntstatus_t status;

	status = decode(req, &si);
	if (status == STATUS_SUCCESS)
		status = execute(req, &si);
	if (status == STATUS_SUCCESS)
		status = ksmbd_reply_reserve(req, 2);
	if (status == STATUS_SUCCESS)
		ksmbd_wr_u16(&req->reply->wr, 2);
	return status;
}
