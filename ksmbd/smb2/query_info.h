/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QUERY_INFO's parts, one for each InfoType; nobody else includes this. */
#ifndef KSMBD_SMB2_QUERY_INFO_H
#define KSMBD_SMB2_QUERY_INFO_H

#include "frame/request_types.h"

/**
 * struct ksmbd_query_info - decoded request, [MS-SMB2] 2.2.37
 * @output_len: room at the client, checked against the limits
 * @additional: AdditionalInformation
 */
struct ksmbd_query_info {
	u8 type;
	u8 class;
	u32 output_len;
	u32 additional;
};

ntstatus_t ksmbd_query_file_info(struct ksmbd_request *req, const struct ksmbd_query_info *qi);
ntstatus_t ksmbd_query_fs_info(struct ksmbd_request *req, const struct ksmbd_query_info *qi);
ntstatus_t ksmbd_query_sec_info(struct ksmbd_request *req, const struct ksmbd_query_info *qi);

/**
 * ksmbd_query_info_begin() - write the fixed part of a response
 * @bytes: upper bound of the information that follows at req->reply->wr
 */
ntstatus_t ksmbd_query_info_begin(struct ksmbd_request *req, u32 bytes);

/** ksmbd_query_info_written() - bytes of information written since the beginning */
u32 ksmbd_query_info_written(const struct ksmbd_request *req);

/**
 * ksmbd_query_info_end() - cut what was written to the client's room, fill in its length
 * Return: STATUS_SUCCESS, or STATUS_BUFFER_OVERFLOW when something was cut off
 */
ntstatus_t ksmbd_query_info_end(struct ksmbd_request *req, const struct ksmbd_query_info *qi);

/**
 * ksmbd_query_info_too_small() - STATUS_BUFFER_TOO_SMALL and the @needed length as error
 * data, [MS-SMB2] 2.2.2, in place of what was written
 */
ntstatus_t ksmbd_query_info_too_small(struct ksmbd_request *req, u32 needed);

#endif
