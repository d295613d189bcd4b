/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Encrypted messages. [MS-SMB2] 3.1.4.3, 3.1.5.1 */
#ifndef KSMBD_PROTECT_SEAL_H
#define KSMBD_PROTECT_SEAL_H

#include <linux/types.h>

#include "util/seg_types.h"

struct ksmbd_conn;
struct ksmbd_session;
struct ksmbd_transform;

/**
 * ksmbd_seal_choose() - the cipher that this server likes best among a client's
 * Return: SMB2_ENCRYPTION_*, or 0: none in common
 */
u16 ksmbd_seal_choose(const u16 *ciphers, u32 count);

/**
 * ksmbd_seal_create_keys() - give a session that is being established its sealing keys
 * @session: has its session key; nobody else knows it yet
 * @preauth: 64-byte preauthentication hash of the session, used from 3.1.1 on
 *
 * With conn->cipher 0 there is nothing to do. Return: 0 or a negative errno
 */
int ksmbd_seal_create_keys(struct ksmbd_session *session, const struct ksmbd_conn *conn,
			   const u8 *preauth);

/**
 * ksmbd_seal_message() - encrypt, with a nonce that no message had before
 * @header: receives SMB2_TRANSFORM_SIZE bytes
 * @segs: the message: memory, in place; or from views if the key may have them
 *
 * Any number of threads at once. Return: 0; -EKEYEXPIRED: the nonces are used up; or an
 * error of the crypto port. After an error the segments hold nothing usable.
 */
int ksmbd_seal_message(struct ksmbd_session *session, u8 *header, const struct ksmbd_seg *segs,
		       u32 nsegs);

/**
 * ksmbd_seal_open() - verify and decrypt in place
 * @msg: what @transform was read from; the message follows it
 * Return: 0, -EBADMSG: forged or damaged, -ENOKEY: this session has no keys
 */
int ksmbd_seal_open(const struct ksmbd_session *session, const struct ksmbd_transform *transform,
		    u8 *msg);

#endif
