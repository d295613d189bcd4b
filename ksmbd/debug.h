/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages for whoever looks for a fault, by component, all off by default: for
 * `ksmbd.control -d`. Not for secrets.
 */
#ifndef KSMBD_DEBUG_H
#define KSMBD_DEBUG_H

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/printk.h>
#include <linux/types.h>

enum ksmbd_debug_component {
	KSMBD_DEBUG_SMB,
	KSMBD_DEBUG_AUTH,
	KSMBD_DEBUG_VFS,
	KSMBD_DEBUG_OPLOCK,
	KSMBD_DEBUG_IPC,
	KSMBD_DEBUG_CONN,
	KSMBD_DEBUG_RDMA,
	KSMBD_DEBUG_COUNT
};

/* A bit for each component. */
extern atomic_t ksmbd_debug_mask;

/**
 * ksmbd_debug() - print if the component is switched on
 * @component: without its prefix, as in ksmbd_debug(AUTH, "%s: unknown\n", name)
 */
#define ksmbd_debug(component, fmt, ...)                                           \
	do {                                                                       \
		if (atomic_read(&ksmbd_debug_mask) & BIT(KSMBD_DEBUG_##component)) \
			pr_info("ksmbd: " fmt, ##__VA_ARGS__);                     \
	} while (0)

/**
 * ksmbd_debug_list() - a line: each component and a space, those that print in brackets
 * Return: bytes written, without the NUL
 */
u32 ksmbd_debug_list(char *buf, u32 size);

/**
 * ksmbd_debug_toggle() - switch a component, or "all", the other way
 * @name: @len bytes
 * Return: 0; -EINVAL: no such component
 */
int ksmbd_debug_toggle(const char *name, u32 len);

#endif
