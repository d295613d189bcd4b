// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The module's life. Loading it registers the netlink family and the sysfs class and waits;
 * a daemon's STARTING_UP starts the server; kill_server, the loss of the daemon's heartbeat
 * and rmmod end it.
 */
#include "life.h"
#include "vfs_linux.h"

#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <net/genetlink.h>

#include "config.h"
#include "main.h"

/**
 * life - under @lock, apart from what only the queue touches: @ipc_timeout, @running
 * @reset: to be stopped; @pending: to be started with. Stopping comes first.
 * @outcome: of the last STARTING_UP: 0, -EINPROGRESS, or why it is not in force
 */
static struct {
	struct mutex lock;
	enum ksmbd_life_state state;
	u16 port;
	bool leaving;
	bool reset;
	struct ksmbd_startup *pending;
	int outcome;

	bool running;
	u16 ipc_timeout;
} life = {
	.lock = __MUTEX_INITIALIZER(life.lock),
	.outcome = -ENODATA,
};

static struct workqueue_struct *queue;

static void live(struct work_struct *work);
static void heartbeat(struct work_struct *work);

static DECLARE_WORK(life_work, live);
static DECLARE_DELAYED_WORK(heartbeat_work, heartbeat);

static void set_state(enum ksmbd_life_state state)
{
	mutex_lock(&life.lock);
	life.state = state == KSMBD_LIFE_WAITING && life.leaving ? KSMBD_LIFE_STOPPING : state;
	mutex_unlock(&life.lock);
}

enum ksmbd_life_state ksmbd_life_look(u16 *port)
{
	enum ksmbd_life_state state;

	mutex_lock(&life.lock);
	state = life.state;
	*port = life.port;
	mutex_unlock(&life.lock);
	return state;
}

int ksmbd_life_outcome(void)
{
	int outcome;

	mutex_lock(&life.lock);
	outcome = life.outcome;
	mutex_unlock(&life.lock);
	return outcome;
}

void ksmbd_life_queue(struct work_struct *work)
{
	queue_work(queue, work);
}

int ksmbd_life_begin(struct ksmbd_startup *startup, u32 portid)
{
	int err;

	mutex_lock(&life.lock);
	err = life.leaving ? -ESHUTDOWN : ksmbd_netlink_adopt(portid);
	if (!err) {
		ksmbd_startup_free(life.pending);
		life.pending = startup;
		life.outcome = -EINPROGRESS;
		ksmbd_life_queue(&life_work);
	}
	mutex_unlock(&life.lock);
	return err;
}

void ksmbd_life_reset(bool wait)
{
	mutex_lock(&life.lock);
	ksmbd_netlink_release();
	if (life.pending)
		life.outcome = -ESHUTDOWN;
	ksmbd_startup_free(life.pending);
	life.pending = NULL;
	life.reset = true;
	ksmbd_life_queue(&life_work);
	mutex_unlock(&life.lock);
	if (wait)
		flush_work(&life_work);
}

/* ---- On the queue ---- */

static unsigned long heartbeat_interval(void)
{
	return max(life.ipc_timeout * HZ / 2, HZ);
}

static void start_heartbeat(u16 ipc_timeout)
{
	cancel_delayed_work(&heartbeat_work);
	life.ipc_timeout = ipc_timeout;
	if (ipc_timeout)
		queue_delayed_work(queue, &heartbeat_work, heartbeat_interval());
}

/* One that cannot be delivered proves nothing; none for so long does. */
static void heartbeat(struct work_struct *work)
{
	struct ksmbd_nl_heartbeat beat = { .handle = ksmbd_netlink_handle() };
	struct ksmbd_message msg = {
		.event = KSMBD_NL_HEARTBEAT,
		.fixed = &beat,
		.fixed_len = sizeof(beat),
	};
	u32 idle;

	if (!life.running || !life.ipc_timeout)
		return;
	if (ksmbd_netlink_tell(&msg) && ksmbd_netlink_idle(&idle) && idle >= life.ipc_timeout) {
		pr_err("ksmbd: no daemon for %u seconds: reset\n", life.ipc_timeout);
		ksmbd_life_reset(false);
		return;
	}
	queue_delayed_work(queue, &heartbeat_work, heartbeat_interval());
}

static void stop_server(void)
{
	if (!life.running)
		return;
	set_state(KSMBD_LIFE_RESETTING);
	life.running = false;
	cancel_delayed_work(&heartbeat_work);
	ksmbd_server_exit();
	ksmbd_vfs_names_drop();
	ksmbd_listen_forget();
	set_state(KSMBD_LIFE_WAITING);
	pr_info("ksmbd: stopped\n");
}

static int start_server(const struct ksmbd_startup *startup)
{
	int err = ksmbd_config_install(&startup->config);

	if (err)
		return err;
	err = ksmbd_server_init();
	if (err) {
		ksmbd_config_exit();
		return err;
	}
	err = ksmbd_listen_start(startup);
	if (err) {
		ksmbd_server_exit();
		ksmbd_listen_forget();
	}
	return err;
}

/* It may try again; unless the next one has come already. */
static void give_up_daemon(void)
{
	mutex_lock(&life.lock);
	if (!life.pending)
		ksmbd_netlink_release();
	mutex_unlock(&life.lock);
	set_state(KSMBD_LIFE_WAITING);
}

static int begin_server(const struct ksmbd_startup *startup)
{
	int err;

	set_state(KSMBD_LIFE_STARTING);
	err = start_server(startup);
	if (err) {
		pr_err("ksmbd: not started: %d\n", err);
		give_up_daemon();
		return err;
	}
	life.running = true;
	set_state(KSMBD_LIFE_RUNNING);
	return 0;
}

/* The next daemon of a running server: connections stay, what is new is for new ones. */
static int change_daemon(const struct ksmbd_startup *startup)
{
	int err = ksmbd_config_install(&startup->config);

	if (!err)
		err = ksmbd_listen_change(startup);
	if (err)
		pr_err("ksmbd: the new daemon's configuration is not in force: %d\n", err);
	else
		pr_info("ksmbd: a new daemon has taken over\n");
	return err;
}

/* Unless the next one has come already, or it was ended meanwhile. */
static void set_outcome(int outcome)
{
	mutex_lock(&life.lock);
	if (!life.pending && life.outcome == -EINPROGRESS)
		life.outcome = outcome;
	mutex_unlock(&life.lock);
}

static void live(struct work_struct *work)
{
	struct ksmbd_startup *startup;
	bool reset;
	int err;

	mutex_lock(&life.lock);
	reset = life.reset;
	startup = life.pending;
	life.reset = false;
	life.pending = NULL;
	if (startup)
		life.port = startup->port;
	mutex_unlock(&life.lock);

	if (reset)
		stop_server();
	if (!startup)
		return;
	err = life.running ? change_daemon(startup) : begin_server(startup);
	set_outcome(err);
	if (life.running)
		start_heartbeat(startup->ipc_timeout);
	ksmbd_startup_free(startup);
}

/* ---- Loading ---- */

/* In order; netlink last, because with it daemons may come. */
static const struct {
	int (*init)(void);
	void (*exit)(void);
} parts[] = {
	{ ksmbd_listen_init, ksmbd_listen_exit },
	{ ksmbd_sysfs_init, ksmbd_sysfs_exit },
	{ ksmbd_netlink_init, ksmbd_netlink_exit },
};

static void exit_parts(u32 count)
{
	while (count--)
		parts[count].exit();
}

static int __init init_module_ksmbd(void)
{
	u32 i;
	int err;

	queue = alloc_ordered_workqueue("ksmbd-life", 0);
	if (!queue)
		return -ENOMEM;
	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		err = parts[i].init();
		if (err) {
			exit_parts(i);
			destroy_workqueue(queue);
			return err;
		}
	}
	return 0;
}

/* Nobody who comes from now on is let in; the daemon is told of each end before its family goes. */
static void __exit exit_module_ksmbd(void)
{
	mutex_lock(&life.lock);
	life.leaving = true;
	mutex_unlock(&life.lock);
	ksmbd_life_reset(true);
	exit_parts(ARRAY_SIZE(parts));
	cancel_delayed_work_sync(&heartbeat_work);
	destroy_workqueue(queue);
	ksmbd_vfs_names_exit();
}

module_init(init_module_ksmbd);
module_exit(exit_module_ksmbd);

MODULE_DESCRIPTION("SMB file server");
MODULE_LICENSE("GPL");
MODULE_VERSION(KSMBD_MODULE_VERSION);
MODULE_ALIAS_GENL_FAMILY(KSMBD_GENL_NAME);
MODULE_SOFTDEP("pre: aes ccm cmac ecb gcm hmac md5 nls_utf8 sha256 sha512");
