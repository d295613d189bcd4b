// SPDX-License-Identifier: GPL-2.0-or-later
/* SMB_COM_NEGOTIATE as the door to SMB2. [MS-CIFS] 2.2.4.52, [MS-SMB2] 3.3.5.3.1 */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "config_types.h"
#include "session/conn_types.h"
#include "smb1/smb1.h"
#include "smb2/negotiate.h"
#include "wire/smb2_format.h"

#define SMB1_HEADER_SIZE      32
#define SMB_COM_NEGOTIATE     0x72
#define DIALECT_BUFFER_FORMAT 0x02
#define NO_DIALECT	      0xFFFF
#define SMB1_FLAGS_REPLY      0x80

static const struct {
	const char *name;
	u16 dialect;
} smb2_offers[] = {
	{ "SMB 2.002", KSMBD_DIALECT_202 },
	{ "SMB 2.???", SMB2_DIALECT_WILDCARD },
};

/* Reads one NUL-terminated dialect name; NULL at the end or when malformed. */
static const char *read_dialect(struct ksmbd_rd *rd)
{
	const char *name;
	u32 start, left = ksmbd_rd_left(rd);

	if (left < 2 || ksmbd_rd_u8(rd) != DIALECT_BUFFER_FORMAT)
		return NULL;
	start = rd->pos;
	name = (const char *)rd->base + start;
	if (!memchr(name, 0, left - 1))
		return NULL;
	ksmbd_rd_skip(rd, strlen(name) + 1);
	return name;
}

/* The best SMB2 dialect among the offers, or 0. */
static u16 find_offer(struct ksmbd_rd *rd)
{
	u16 best = 0;
	const char *name;
	u32 i;

	while ((name = read_dialect(rd)) != NULL)
		for (i = 0; i < ARRAY_SIZE(smb2_offers); i++)
			if (!strcmp(name, smb2_offers[i].name) && smb2_offers[i].dialect > best)
				best = smb2_offers[i].dialect;
	return best;
}

static u16 decode_offer(struct ksmbd_rd *rd)
{
	struct ksmbd_rd names;
	u8 command;
	u16 bytes;

	ksmbd_rd_skip(rd, 4);
	command = ksmbd_rd_u8(rd);
	ksmbd_rd_seek(rd, SMB1_HEADER_SIZE);
	if (ksmbd_rd_u8(rd) != 0) /* WordCount */
		return 0;
	bytes = ksmbd_rd_u16(rd);
	ksmbd_rd_window(rd, &names, rd->pos, bytes);
	if (!ksmbd_rd_ok(rd) || command != SMB_COM_NEGOTIATE)
		return 0;
	return find_offer(&names);
}

/* "None of your dialects", in the client's own protocol. */
static void refuse_smb1(struct ksmbd_request *req)
{
	struct ksmbd_wr *wr = &req->reply->wr;

	ksmbd_wr_rollback(wr, 0);
	ksmbd_wr_bytes(wr, req->buf, min(req->len, (u32)SMB1_HEADER_SIZE));
	ksmbd_wr_zero(wr, SMB1_HEADER_SIZE - wr->len);
	wr->buf[4] = SMB_COM_NEGOTIATE;
	memset(wr->buf + 5, 0, 4); /* Status */
	wr->buf[9] |= SMB1_FLAGS_REPLY;
	memset(wr->buf + 12, 0, 12); /* PIDHigh, SecurityFeatures, Reserved */
	ksmbd_wr_u8(wr, 1);	     /* WordCount */
	ksmbd_wr_u16(wr, NO_DIALECT);
	ksmbd_wr_u16(wr, 0); /* ByteCount */
}

bool ksmbd_smb1_negotiate(struct ksmbd_request *req, ntstatus_t *status)
{
	u16 dialect = decode_offer(&req->rd);

	if (dialect == SMB2_DIALECT_WILDCARD && req->conn->config->max_dialect < KSMBD_DIALECT_210)
		dialect = KSMBD_DIALECT_202;
	if (!dialect ||
	    (dialect == KSMBD_DIALECT_202 && req->conn->config->min_dialect > dialect)) {
		refuse_smb1(req);
		return false;
	}
	*status = ksmbd_smb2_negotiate_multi(req, dialect);
	return true;
}
