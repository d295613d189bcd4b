// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Generic netlink to the daemon. Questions wait in a list for the response with their event
 * and handle; only what comes from the daemon's own port is looked at.
 *
 * One spinlock guards the daemon's state and the list; a waiter lives on its caller's stack
 * and leaves the list under the lock.
 */
#include "life.h"

#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/netlink.h>
#include <linux/notifier.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>

#include "debug.h"
#include "kc_netlink.h"

/* So many threads wait for a daemon that has stopped answering; no more. */
#define MAX_WAITING 8

/**
 * struct waiter - a question
 * @event, @handle: of its response
 * @data, @len: the response, from kvmalloc(), handed over
 * @err: why there is none
 */
struct waiter {
	struct list_head link;
	struct completion done;
	u32 event;
	u32 handle;
	void *data;
	u32 len;
	int err;
};

static unsigned int response_seconds = KSMBD_NL_RESPONSE_SECONDS;
module_param(response_seconds, uint, 0644);
MODULE_PARM_DESC(response_seconds, "how long the daemon's answers may take, 1 to 3600");

static DEFINE_SPINLOCK(lock);
static LIST_HEAD(waiters); /* under lock, as all of the daemon */
static u32 nr_waiters;

/*
 * @answering: it may be asked; a daemon that was released is only told.
 * @silent: the last question that has ended was not answered
 */
static struct {
	u32 portid;
	bool alive;
	bool answering;
	bool silent;
	unsigned long last_active;
} daemon;

static atomic_t next_handle = ATOMIC_INIT(0);

static struct genl_family family;

/* Called with the lock held. */
static void unlist_waiter(struct waiter *waiter)
{
	list_del_init(&waiter->link);
	nr_waiters--;
}

/* Called with the lock held. */
static void finish_waiter(struct waiter *waiter, int err)
{
	unlist_waiter(waiter);
	waiter->err = err;
	complete(&waiter->done);
}

/* Called with the lock held. */
static void fail_waiters(int err)
{
	struct waiter *waiter, *next;

	list_for_each_entry_safe(waiter, next, &waiters, link)
		finish_waiter(waiter, err);
}

/* ---- From the daemon ---- */

static int open_message(struct genl_info *info, const struct nlattr **attr)
{
	u32 event = info->genlhdr->cmd;

	if (info->genlhdr->version != KSMBD_GENL_VERSION || event >= KSMBD_NL_EVENT_COUNT)
		return -EINVAL;
	*attr = info->attrs[event];
	return *attr ? 0 : -EINVAL;
}

/* Is this the daemon's port? Then it lives. */
static bool is_daemon(u32 portid)
{
	bool same;

	spin_lock(&lock);
	same = daemon.alive && daemon.portid == portid;
	if (same)
		daemon.last_active = jiffies;
	spin_unlock(&lock);
	return same;
}

/* Gives @data, or @err, to whoever waits for it; false: nobody does (any more). */
static bool deliver(u32 event, u32 handle, void *data, u32 len, int err)
{
	struct waiter *waiter;
	bool found = false;

	spin_lock(&lock);
	list_for_each_entry(waiter, &waiters, link) {
		if (waiter->event != event || waiter->handle != handle)
			continue;
		waiter->data = data;
		waiter->len = len;
		daemon.silent = false;
		finish_waiter(waiter, err);
		found = true;
		break;
	}
	spin_unlock(&lock);
	return found;
}

static int take_response(struct sk_buff *skb, struct genl_info *info)
{
	u32 event = info->genlhdr->cmd, handle, len;
	const struct nlattr *attr;
	void *data;
	int err = open_message(info, &attr);

	if (err)
		return err;
	if (!is_daemon(info->snd_portid))
		return -EPERM;
	len = nla_len(attr);
	err = ksmbd_control_check(event, nla_data(attr), len, &handle);
	if (err) {
		pr_err_ratelimited("ksmbd: daemon: response %u of %u bytes\n", event, len);
		deliver(event, handle, NULL, 0, -EPROTO);
		return -EINVAL;
	}
	data = kvmalloc(len, GFP_KERNEL);
	if (data)
		memcpy(data, nla_data(attr), len);
	if (!deliver(event, handle, data, len, data ? 0 : -ENOMEM)) {
		ksmbd_debug(IPC, "daemon: response %u too late\n", event);
		ksmbd_netlink_free(data, len);
	}
	return 0;
}

int ksmbd_netlink_adopt(u32 portid)
{
	int err = 0;

	spin_lock(&lock);
	if (daemon.alive && daemon.answering) {
		err = -EEXIST;
	} else {
		daemon.portid = portid;
		daemon.alive = true;
		daemon.answering = true;
		daemon.silent = false;
		daemon.last_active = jiffies;
	}
	spin_unlock(&lock);
	return err;
}

static int take_startup(struct sk_buff *skb, struct genl_info *info)
{
	struct ksmbd_startup *startup;
	const struct nlattr *attr;
	int err = open_message(info, &attr);

	if (err)
		return err;
	err = ksmbd_control_get_startup(nla_data(attr), nla_len(attr), &startup);
	if (err) {
		pr_err("ksmbd: a daemon's configuration is refused: %d\n", err);
		return err;
	}
	err = ksmbd_life_begin(startup, info->snd_portid);
	if (!err)
		return 0;
	pr_err("ksmbd: a daemon is refused: %s\n",
	       err == -EEXIST ? "there is one" : "the module is being removed");
	ksmbd_startup_free(startup);
	return err;
}

static int socket_released(struct notifier_block *block, unsigned long action, void *data)
{
	struct netlink_notify *notify = data;
	bool died = false;

	if (action != NETLINK_URELEASE || notify->protocol != NETLINK_GENERIC ||
	    !net_eq(notify->net, &init_net))
		return NOTIFY_DONE;
	spin_lock(&lock);
	if (daemon.alive && daemon.portid == notify->portid) {
		daemon.alive = false;
		died = daemon.answering;
		fail_waiters(-ENOTCONN);
	}
	spin_unlock(&lock);
	if (died)
		pr_info("ksmbd: the daemon has gone; connections stay, new logins wait for the next\n");
	return NOTIFY_DONE;
}

static struct notifier_block release_block = {
	.notifier_call = socket_released,
};

/* ---- To the daemon ---- */

static int send_message(const struct ksmbd_message *msg, u32 portid)
{
	u32 len = msg->fixed_len + msg->more_len;
	struct sk_buff *skb = genlmsg_new(nla_total_size(len), GFP_KERNEL);
	struct nlattr *attr;
	void *head;
	int err;

	if (!skb)
		return -ENOMEM;
	head = genlmsg_put(skb, 0, 0, &family, 0, msg->event);
	attr = head ? nla_reserve(skb, msg->event, len) : NULL;
	if (!attr) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	memcpy(nla_data(attr), msg->fixed, msg->fixed_len);
	if (msg->more_len)
		memcpy((u8 *)nla_data(attr) + msg->fixed_len, msg->more, msg->more_len);
	genlmsg_end(skb, head);
	err = genlmsg_unicast(&init_net, skb, portid);
	return err == -ECONNREFUSED ? -ENOTCONN : err;
}

u32 ksmbd_netlink_handle(void)
{
	u32 handle;

	do {
		handle = atomic_inc_return(&next_handle);
	} while (!handle);
	return handle;
}

/*
 * Enters the list; from here on a response is accepted. A daemon that has stopped holds up
 * logins, but not the threads that serve those who are in.
 */
static int begin_wait(struct waiter *waiter, u32 *portid)
{
	int err = 0;

	spin_lock(&lock);
	if (!daemon.alive)
		err = -ENOTCONN;
	else if (!daemon.answering)
		err = -ESHUTDOWN;
	else if (daemon.silent && nr_waiters >= MAX_WAITING)
		err = -EAGAIN;
	*portid = daemon.portid;
	if (!err) {
		list_add_tail(&waiter->link, &waiters);
		nr_waiters++;
	}
	spin_unlock(&lock);
	return err;
}

/* Leaves the list; a response that comes now is too late. */
static void end_wait(struct waiter *waiter, bool asked)
{
	spin_lock(&lock);
	if (!list_empty(&waiter->link)) {
		unlist_waiter(waiter);
		daemon.silent |= asked;
	}
	spin_unlock(&lock);
}

int ksmbd_netlink_ask(const struct ksmbd_message *msg, void **reply, u32 *len)
{
	struct waiter waiter = {
		.event = msg->event + 1,
		.handle = msg->handle,
		.err = -ETIMEDOUT,
	};
	u32 portid;
	int err;

	INIT_LIST_HEAD(&waiter.link);
	init_completion(&waiter.done);
	err = begin_wait(&waiter, &portid);
	if (err)
		return err;
	err = send_message(msg, portid);
	if (!err)
		wait_for_completion_timeout(&waiter.done,
					    clamp(READ_ONCE(response_seconds), 1U, 3600U) * HZ);
	end_wait(&waiter, !err);
	if (!err)
		err = waiter.err;
	ksmbd_debug(IPC, "daemon: event %u: %d\n", msg->event, err);
	if (err) {
		ksmbd_netlink_free(waiter.data, waiter.len);
		return err;
	}
	*reply = waiter.data;
	*len = waiter.len;
	return 0;
}

void ksmbd_netlink_free(void *reply, u32 len)
{
	if (!reply)
		return;
	memzero_explicit(reply, len);
	kvfree(reply);
}

int ksmbd_netlink_tell(const struct ksmbd_message *msg)
{
	u32 portid;
	bool alive;
	int err;

	spin_lock(&lock);
	alive = daemon.alive;
	portid = daemon.portid;
	spin_unlock(&lock);
	if (!alive)
		return -ENOTCONN;
	err = send_message(msg, portid);
	if (!err)
		is_daemon(portid);
	return err;
}

void ksmbd_netlink_release(void)
{
	spin_lock(&lock);
	daemon.answering = false;
	fail_waiters(-ESHUTDOWN);
	spin_unlock(&lock);
}

bool ksmbd_netlink_idle(u32 *seconds)
{
	unsigned long then;
	bool ever;

	spin_lock(&lock);
	then = daemon.last_active;
	ever = daemon.portid != 0;
	spin_unlock(&lock);
	*seconds = ever ? (jiffies - then) / HZ : 0;
	return ever;
}

/* ---- The family ---- */

#define OPERATION(event, function)                                               \
	{                                                                        \
		.cmd = (event), .doit = (function), .flags = GENL_ADMIN_PERM,    \
		.validate = GENL_DONT_VALIDATE_STRICT | GENL_DONT_VALIDATE_DUMP, \
	}

static const struct genl_ops operations[] = {
	OPERATION(KSMBD_NL_STARTING_UP, take_startup),
	OPERATION(KSMBD_NL_LOGIN_RESPONSE, take_response),
	OPERATION(KSMBD_NL_SHARE_RESPONSE, take_response),
	OPERATION(KSMBD_NL_TREE_RESPONSE, take_response),
	OPERATION(KSMBD_NL_RPC_RESPONSE, take_response),
	OPERATION(KSMBD_NL_SPNEGO_RESPONSE, take_response),
	OPERATION(KSMBD_NL_LOGIN_EXT_RESPONSE, take_response),
};

/* Structures of any size: control/ is stricter than a policy can be. */
static const struct nla_policy policy[KSMBD_NL_EVENT_COUNT] = {
	[KSMBD_NL_STARTING_UP] = { .type = NLA_BINARY },
	[KSMBD_NL_LOGIN_RESPONSE] = { .type = NLA_BINARY },
	[KSMBD_NL_SHARE_RESPONSE] = { .type = NLA_BINARY },
	[KSMBD_NL_TREE_RESPONSE] = { .type = NLA_BINARY },
	[KSMBD_NL_RPC_RESPONSE] = { .type = NLA_BINARY },
	[KSMBD_NL_SPNEGO_RESPONSE] = { .type = NLA_BINARY },
	[KSMBD_NL_LOGIN_EXT_RESPONSE] = { .type = NLA_BINARY },
};

/* Not netnsok: the first network namespace alone. */
static struct genl_family family __ro_after_init = { .name = KSMBD_GENL_NAME,
						     .version = KSMBD_GENL_VERSION,
						     .maxattr = KSMBD_NL_EVENT_COUNT - 1,
						     .policy = policy,
						     .parallel_ops = true,
						     .module = THIS_MODULE,
						     .ops = operations,
						     .n_ops = ARRAY_SIZE(operations),
						     KC_GENL_LENIENT(KSMBD_NL_EVENT_COUNT) };

int ksmbd_netlink_init(void)
{
	int err = netlink_register_notifier(&release_block);

	if (err)
		return err;
	err = genl_register_family(&family);
	if (err) {
		netlink_unregister_notifier(&release_block);
		if (err == -EEXIST)
			pr_err("ksmbd: the family %s is taken: another ksmbd is loaded\n",
			       KSMBD_GENL_NAME);
	}
	return err;
}

void ksmbd_netlink_exit(void)
{
	ksmbd_owed_exit();
	genl_unregister_family(&family);
	netlink_unregister_notifier(&release_block);
}
