// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where the server listens: on everything, or on the interfaces of the daemon's list, each
 * from the moment it exists. Everything here but the notifier runs on the life's queue, one
 * thing at a time, and needs no lock.
 */
#include "life.h"

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/netdevice.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <net/net_namespace.h>

#include "main.h"
#include "transport/tcp.h"

/**
 * struct interface - one of the list
 * @index: of the device that is listened on, 0: none
 */
struct interface {
	char name[KSMBD_INTERFACE_NAME_SIZE];
	int index;
};

/* @deaf: it could not be listened there; @watching: read by the notifier. */
static struct {
	u16 port;
	u32 count;
	struct interface *list;
	bool deaf;
	bool watching;
} where;

static int device_index(const char *name)
{
	struct net_device *dev = dev_get_by_name(&init_net, name);
	int index = dev ? dev->ifindex : 0;

	if (dev)
		dev_put(dev);
	return index;
}

static int listen_on(struct interface *interface)
{
	char addr[KSMBD_INTERFACE_NAME_SIZE + 1];
	int index = device_index(interface->name), err;

	if (!index) {
		pr_info("ksmbd: interface %s is not there (yet)\n", interface->name);
		return 0;
	}
	snprintf(addr, sizeof(addr), "%%%s", interface->name);
	err = ksmbd_server_listen(addr, where.port, NULL);
	if (err)
		pr_err("ksmbd: cannot listen on interface %s, port %u: %d\n", interface->name,
		       where.port, err);
	else
		interface->index = index;
	return err;
}

/* Listens wherever it does not yet; an error only if nobody listens anywhere. */
static int listen_on_all(void)
{
	bool any = false;
	int err = 0, last;
	u32 i;

	if (!where.count) {
		err = ksmbd_server_listen(NULL, where.port, NULL);
		if (err)
			pr_err("ksmbd: cannot listen on port %u: %d\n", where.port, err);
		return err;
	}
	for (i = 0; i < where.count; i++) {
		if (!where.list[i].index) {
			last = listen_on(&where.list[i]);
			err = last ? last : err;
		}
		any |= where.list[i].index;
	}
	return any ? 0 : err;
}

static void stop_all(void)
{
	u32 i;

	ksmbd_tcp_stop();
	for (i = 0; i < where.count; i++)
		where.list[i].index = 0;
}

/* A device came, went, or changed its name. */
static void look_again(struct work_struct *work)
{
	u32 i;

	for (i = 0; i < where.count; i++) {
		struct interface *interface = &where.list[i];

		if (interface->index && device_index(interface->name) != interface->index) {
			/* Its socket is tied to a device that is gone. */
			stop_all();
			break;
		}
	}
	for (i = 0; i < where.count; i++)
		if (!where.list[i].index && device_index(where.list[i].name))
			listen_on(&where.list[i]);
}

static DECLARE_WORK(look_work, look_again);

static int device_changed(struct notifier_block *block, unsigned long event, void *data)
{
	if (!READ_ONCE(where.watching) ||
	    !net_eq(dev_net(netdev_notifier_info_to_dev(data)), &init_net))
		return NOTIFY_DONE;
	switch (event) {
	case NETDEV_REGISTER:
	case NETDEV_UP:
	case NETDEV_CHANGENAME:
	case NETDEV_UNREGISTER:
		ksmbd_life_queue(&look_work);
	}
	return NOTIFY_DONE;
}

static struct notifier_block device_block = {
	.notifier_call = device_changed,
};

static int take_list(const struct ksmbd_startup *startup)
{
	struct interface *list = NULL;
	u32 i;

	if (startup->ninterfaces) {
		list = kcalloc(startup->ninterfaces, sizeof(*list), GFP_KERNEL);
		if (!list)
			return -ENOMEM;
	}
	for (i = 0; i < startup->ninterfaces; i++)
		strscpy(list[i].name, startup->interfaces[i], sizeof(list[i].name));
	kfree(where.list);
	where.list = list;
	where.count = startup->ninterfaces;
	where.port = startup->port;
	return 0;
}

static bool is_same(const struct ksmbd_startup *startup)
{
	u32 i;

	if (where.deaf || where.port != startup->port || where.count != startup->ninterfaces)
		return false;
	for (i = 0; i < where.count; i++)
		if (strcmp(where.list[i].name, startup->interfaces[i]))
			return false;
	return true;
}

int ksmbd_listen_start(const struct ksmbd_startup *startup)
{
	int err = take_list(startup);

	if (!err) {
		/* First, so that no device slips through between. */
		WRITE_ONCE(where.watching, where.count != 0);
		err = listen_on_all();
	}
	where.deaf = err;
	if (!err)
		pr_info("ksmbd: listening on port %u\n", where.port);
	return err;
}

int ksmbd_listen_change(const struct ksmbd_startup *startup)
{
	if (is_same(startup))
		return 0;
	stop_all();
	return ksmbd_listen_start(startup);
}

void ksmbd_listen_forget(void)
{
	WRITE_ONCE(where.watching, false);
	kfree(where.list);
	where.list = NULL;
	where.count = 0;
	where.port = 0;
}

int ksmbd_listen_init(void)
{
	return register_netdevice_notifier(&device_block);
}

void ksmbd_listen_exit(void)
{
	unregister_netdevice_notifier(&device_block);
}
