// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "wire/ntlmssp.h"

#define CHALLENGE_HEADER_SIZE 56 /* Version included */
#define PROOF_SIZE	      16
#define NTLMV2_VERSION	      1
#define NTLMSSP_REVISION_W2K3 15

static const u8 signature[8] = "NTLMSSP";

static u32 read_header(struct ksmbd_rd *r, const u8 *data, u32 len)
{
	const u8 *p;

	ksmbd_rd_init(r, data, len);
	p = ksmbd_rd_bytes(r, sizeof(signature));
	if (!p || memcmp(p, signature, sizeof(signature)))
		return 0;
	return ksmbd_rd_u32(r);
}

u32 ksmbd_ntlm_type(const u8 *data, u32 len)
{
	struct ksmbd_rd r;

	return read_header(&r, data, len);
}

/* Len, MaxLen, BufferOffset (2.2.1): a window that lies in the message. */
static void read_field(struct ksmbd_rd *r, struct ksmbd_ntlm_field *field)
{
	struct ksmbd_rd body;
	u32 off;

	field->len = ksmbd_rd_u16(r);
	ksmbd_rd_u16(r);
	off = ksmbd_rd_u32(r);
	field->data = NULL;
	/* The offset of an empty field means nothing. */
	if (!field->len)
		return;
	ksmbd_rd_window(r, &body, off, field->len);
	field->data = body.base;
}

int ksmbd_ntlm_decode_negotiate(const u8 *data, u32 len, u32 *flags)
{
	struct ksmbd_rd r;

	if (read_header(&r, data, len) != NTLMSSP_NEGOTIATE_MESSAGE)
		return -EINVAL;
	/* Domain and workstation, which may follow, are of no use to a server. */
	*flags = ksmbd_rd_u32(&r);
	return ksmbd_rd_ok(&r) ? 0 : -EINVAL;
}

/* Does no field's data begin before the end of where a MIC would be? */
static bool mic_is_free(const u8 *base, const struct ksmbd_ntlm_authenticate *msg)
{
	const struct ksmbd_ntlm_field *const fields[] = {
		&msg->lm, &msg->nt, &msg->domain, &msg->user, &msg->workstation, &msg->session_key,
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(fields); i++)
		if (fields[i]->len &&
		    fields[i]->data - base < KSMBD_NTLM_MIC_OFFSET + KSMBD_NTLM_MIC_SIZE)
			return false;
	return true;
}

int ksmbd_ntlm_decode_authenticate(const u8 *data, u32 len, struct ksmbd_ntlm_authenticate *msg)
{
	struct ksmbd_rd r, mic;

	memset(msg, 0, sizeof(*msg));
	if (read_header(&r, data, len) != NTLMSSP_AUTHENTICATE_MESSAGE)
		return -EINVAL;
	read_field(&r, &msg->lm);
	read_field(&r, &msg->nt);
	read_field(&r, &msg->domain);
	read_field(&r, &msg->user);
	read_field(&r, &msg->workstation);
	read_field(&r, &msg->session_key);
	msg->flags = ksmbd_rd_u32(&r);
	if (!ksmbd_rd_ok(&r))
		return -EINVAL;
	ksmbd_rd_window(&r, &mic, KSMBD_NTLM_MIC_OFFSET, KSMBD_NTLM_MIC_SIZE);
	if (ksmbd_rd_ok(&mic) && mic_is_free(data, msg))
		msg->mic = mic.base;
	return 0;
}

static int decode_av_pairs(struct ksmbd_rd *r, struct ksmbd_ntlm_response *resp)
{
	/* A list that just stops is as good as one with MSV_AV_EOL. */
	while (ksmbd_rd_left(r) >= 4) {
		u16 id = ksmbd_rd_u16(r);
		u16 len = ksmbd_rd_u16(r);
		struct ksmbd_rd value;

		if (id == MSV_AV_EOL)
			break;
		ksmbd_rd_window(r, &value, r->pos, len);
		ksmbd_rd_skip(r, len);
		if (id == MSV_AV_FLAGS)
			resp->has_mic = ksmbd_rd_u32(&value) & MSV_AV_FLAG_MIC;
		if (!ksmbd_rd_ok(&value))
			return -EINVAL;
	}
	return 0;
}

int ksmbd_ntlm_decode_response(const struct ksmbd_ntlm_field *nt, struct ksmbd_ntlm_response *resp)
{
	struct ksmbd_rd r;
	u8 version, high;

	memset(resp, 0, sizeof(*resp));
	ksmbd_rd_init(&r, nt->data, nt->len);
	resp->proof = ksmbd_rd_bytes(&r, PROOF_SIZE);
	resp->blob.len = ksmbd_rd_left(&r);
	version = ksmbd_rd_u8(&r);
	high = ksmbd_rd_u8(&r);
	ksmbd_rd_skip(&r, 2 + 4 + 8 + 8 + 4); /* reserved, time, client's challenge */
	if (!ksmbd_rd_ok(&r) || version != NTLMV2_VERSION || high != NTLMV2_VERSION)
		return -ENOENT;
	resp->blob.data = resp->proof + PROOF_SIZE;
	return decode_av_pairs(&r, resp);
}

static void write_field(struct ksmbd_wr *w, u32 len, u32 off)
{
	ksmbd_wr_u16(w, (u16)len);
	ksmbd_wr_u16(w, (u16)len);
	ksmbd_wr_u32(w, off);
}

void ksmbd_ntlm_wr_challenge(struct ksmbd_wr *w, const struct ksmbd_ntlm_challenge *msg)
{
	const struct ksmbd_ntlm_field *name = &msg->target_name;
	const struct ksmbd_ntlm_field *info = &msg->target_info;

	ksmbd_wr_bytes(w, signature, sizeof(signature));
	ksmbd_wr_u32(w, NTLMSSP_CHALLENGE_MESSAGE);
	write_field(w, name->len, CHALLENGE_HEADER_SIZE);
	ksmbd_wr_u32(w, msg->flags);
	ksmbd_wr_bytes(w, msg->server_challenge, KSMBD_NTLM_CHALLENGE_SIZE);
	ksmbd_wr_zero(w, 8);
	write_field(w, info->len, CHALLENGE_HEADER_SIZE + name->len);
	/* Version, 2.2.2.10: there is no product to name; the revision is the format's. */
	if (msg->flags & NTLMSSP_NEGOTIATE_VERSION) {
		ksmbd_wr_u8(w, 6);
		ksmbd_wr_u8(w, 1);
		ksmbd_wr_zero(w, 5);
		ksmbd_wr_u8(w, NTLMSSP_REVISION_W2K3);
	} else {
		ksmbd_wr_zero(w, 8);
	}
	ksmbd_wr_bytes(w, name->data, name->len);
	ksmbd_wr_bytes(w, info->data, info->len);
}

void ksmbd_ntlm_wr_av(struct ksmbd_wr *w, enum ksmbd_ntlm_av id, const void *value, u32 len)
{
	ksmbd_wr_u16(w, (u16)id);
	ksmbd_wr_u16(w, (u16)len);
	ksmbd_wr_bytes(w, value, len);
}
