// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /sys/class/ksmbd-control: what ksmbd.control reads and writes.
 *
 * stats	version of the format, state, port, when the daemon was last heard of (uptime in
 *		seconds)
 * startup	0, or the errno that is the outcome of the last STARTING_UP
 * kill_server	"hard" ends all connections; returns when they have ended
 * debug	names of components, those that print in brackets; a name, or "all", toggles
 */
#include "life.h"

#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/timekeeping.h>

#include "debug.h"
#include "kc_class.h"

#define STATS_VERSION 2

static ssize_t stats_show(KC_CLASS_CONST struct class *class,
			  KC_CLASS_CONST struct class_attribute *attr, char *buf)
{
	static const char *const states[] = {
		[KSMBD_LIFE_WAITING] = "startup",   [KSMBD_LIFE_STARTING] = "startup",
		[KSMBD_LIFE_RUNNING] = "running",   [KSMBD_LIFE_RESETTING] = "reset",
		[KSMBD_LIFE_STOPPING] = "shutdown",
	};
	u16 port;
	enum ksmbd_life_state state = ksmbd_life_look(&port);
	u32 idle;
	bool ever = ksmbd_netlink_idle(&idle);

	return scnprintf(buf, PAGE_SIZE, "%d %s %u %llu\n", STATS_VERSION, states[state], port,
			 ever ? (u64)ktime_get_boottime_seconds() - idle : 0);
}

static ssize_t startup_show(KC_CLASS_CONST struct class *class,
			    KC_CLASS_CONST struct class_attribute *attr, char *buf)
{
	return scnprintf(buf, PAGE_SIZE, "%d\n", -ksmbd_life_outcome());
}

static ssize_t kill_server_store(KC_CLASS_CONST struct class *class,
				 KC_CLASS_CONST struct class_attribute *attr, const char *buf,
				 size_t count)
{
	if (!sysfs_streq(buf, "hard"))
		return -EINVAL;
	ksmbd_life_reset(true);
	return count;
}

static ssize_t debug_show(KC_CLASS_CONST struct class *class,
			  KC_CLASS_CONST struct class_attribute *attr, char *buf)
{
	return ksmbd_debug_list(buf, PAGE_SIZE);
}

static ssize_t debug_store(KC_CLASS_CONST struct class *class,
			   KC_CLASS_CONST struct class_attribute *attr, const char *buf,
			   size_t count)
{
	size_t len = count && buf[count - 1] == '\n' ? count - 1 : count;
	int err = ksmbd_debug_toggle(buf, len);

	return err ? err : count;
}

static CLASS_ATTR_RO(stats);
static CLASS_ATTR_RO(startup);
static CLASS_ATTR_WO(kill_server);
static CLASS_ATTR_RW(debug);

static struct attribute *control_attrs[] = {
	&class_attr_stats.attr,
	&class_attr_startup.attr,
	&class_attr_kill_server.attr,
	&class_attr_debug.attr,
	NULL,
};
ATTRIBUTE_GROUPS(control);

static struct class control_class = {
	.name = "ksmbd-control",
	KC_CLASS_OWNED.class_groups = control_groups,
};

int ksmbd_sysfs_init(void)
{
	return class_register(&control_class);
}

void ksmbd_sysfs_exit(void)
{
	class_unregister(&control_class);
}
