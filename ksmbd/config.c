// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "config.h"

#define MIN_IO_SIZE (64u << 10)
#define MAX_IO_SIZE (8u << 20)
#define MAX_CREDITS 8192u
#define MAX_TREES   65535u /* a TreeId has 16 bits for the slot */

static DEFINE_MUTEX(config_lock);
static struct ksmbd_config *current_config; /* under config_lock */

void ksmbd_config_defaults(struct ksmbd_config *values)
{
	memset(values, 0, sizeof(*values));
	values->min_dialect = KSMBD_DIALECT_202;
	values->max_dialect = KSMBD_DIALECT_311;
	values->signing = KSMBD_SIGNING_AUTO;
	values->multichannel = true;
	values->encryption = KSMBD_ENCRYPTION_AUTO;
	values->restrict_anonymous = 2;
	values->max_read = 4u << 20;
	values->max_write = 4u << 20;
	values->max_trans = 1u << 20;
	values->max_credits = MAX_CREDITS;
	values->max_connections = 256;
	values->max_ip_connections = 32;
	values->max_sessions = 1024;
	values->max_conn_sessions = 1024;
	values->max_trees = 4096;
	values->max_open_files = 10000;
	values->max_waiting = 512;
	values->auth_timeout = 10;
	values->auth_delay = 2000;	/* as Windows Server 2025 and 11 24H2 */
	values->oplock_timeout = 35000; /* as Windows: [MS-SMB2] 3.3.4.6, note */
	strscpy(values->netbios_name, "KSMBD SERVER", sizeof(values->netbios_name));
	strscpy(values->workgroup, "WORKGROUP", sizeof(values->workgroup));
	strscpy(values->server_string, "SMB SERVER", sizeof(values->server_string));
}

/* Sizes go to clients in units they may multiply: whole 64 KiB. */
static u32 clamp_io(u32 size)
{
	return clamp(size, MIN_IO_SIZE, MAX_IO_SIZE) & ~(MIN_IO_SIZE - 1);
}

int ksmbd_config_install(const struct ksmbd_config *values)
{
	struct ksmbd_config *fresh, *old;

	if (values->min_dialect > values->max_dialect)
		return -EINVAL;
	fresh = kmemdup(values, sizeof(*values), GFP_KERNEL);
	if (!fresh)
		return -ENOMEM;
	refcount_set(&fresh->refs, 1);
	fresh->max_read = clamp_io(fresh->max_read);
	fresh->max_write = clamp_io(fresh->max_write);
	fresh->max_trans = clamp_io(fresh->max_trans);
	fresh->max_credits = clamp(fresh->max_credits, 1u, MAX_CREDITS);
	fresh->max_trees = clamp(fresh->max_trees, 1u, MAX_TREES);

	mutex_lock(&config_lock);
	old = current_config;
	current_config = fresh;
	mutex_unlock(&config_lock);
	ksmbd_config_put(old);
	return 0;
}

struct ksmbd_config *ksmbd_config_get(void)
{
	struct ksmbd_config *config;

	mutex_lock(&config_lock);
	config = current_config;
	if (config)
		refcount_inc(&config->refs);
	mutex_unlock(&config_lock);
	return config;
}

void ksmbd_config_put(struct ksmbd_config *config)
{
	if (config && refcount_dec_and_test(&config->refs))
		kfree(config);
}

void ksmbd_config_exit(void)
{
	struct ksmbd_config *old;

	mutex_lock(&config_lock);
	old = current_config;
	current_config = NULL;
	mutex_unlock(&config_lock);
	ksmbd_config_put(old);
}
