// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the daemon has to hear in the end: it counts tree connections and keeps pipes, and
 * would go on with those whose end it was not told. While its socket is full the message is kept
 * here and tried again. A daemon that has died, or was replaced, counts nothing any more.
 *
 * One spinlock guards the list; nothing is taken under it.
 */
#include "life.h"

#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#define OWED_MAX 16384 /* some 3 MB; as many trees may end while the daemon is stopped */
#define INTERVAL (HZ / 4)

/* A message without an answer; in owed.list, or its sender's. */
struct owed_message {
	struct list_head link;
	u32 event;
	u32 len;
	u8 data[];
};

static struct {
	spinlock_t lock;
	struct list_head list;
	u32 count;
} owed = {
	.lock = __SPIN_LOCK_UNLOCKED(owed.lock),
	.list = LIST_HEAD_INIT(owed.list),
};

static void pay(struct work_struct *work);

static DECLARE_DELAYED_WORK(pay_work, pay);

static struct owed_message *take_first(void)
{
	struct owed_message *first;

	spin_lock(&owed.lock);
	first = list_first_entry_or_null(&owed.list, struct owed_message, link);
	if (first) {
		list_del(&first->link);
		owed.count--;
	}
	spin_unlock(&owed.lock);
	return first;
}

/* Back to where it was; only pay() takes any out. */
static void put_first(struct owed_message *message)
{
	spin_lock(&owed.lock);
	list_add(&message->link, &owed.list);
	owed.count++;
	spin_unlock(&owed.lock);
}

static bool is_full(int err)
{
	return err == -EAGAIN || err == -ENOBUFS || err == -ENOMEM;
}

static void pay(struct work_struct *work)
{
	struct owed_message *message;

	while ((message = take_first())) {
		struct ksmbd_message msg = {
			.event = message->event,
			.fixed = message->data,
			.fixed_len = message->len,
		};

		if (is_full(ksmbd_netlink_tell(&msg))) {
			put_first(message);
			schedule_delayed_work(&pay_work, INTERVAL);
			return;
		}
		kfree(message);
	}
}

static bool keep_message(const struct ksmbd_message *msg)
{
	struct owed_message *message = kmalloc(sizeof(*message) + msg->fixed_len, GFP_KERNEL);
	bool room;

	if (!message)
		return false;
	message->event = msg->event;
	message->len = msg->fixed_len;
	memcpy(message->data, msg->fixed, msg->fixed_len);
	spin_lock(&owed.lock);
	room = owed.count < OWED_MAX;
	if (room) {
		list_add_tail(&message->link, &owed.list);
		owed.count++;
	}
	spin_unlock(&owed.lock);
	if (room)
		schedule_delayed_work(&pay_work, INTERVAL);
	else
		kfree(message);
	return room;
}

void ksmbd_owed_tell(const struct ksmbd_message *msg)
{
	if (is_full(ksmbd_netlink_tell(msg)) && !keep_message(msg))
		pr_warn_ratelimited("ksmbd: daemon: its queue is full: event %u is lost\n",
				    msg->event);
}

void ksmbd_owed_exit(void)
{
	struct owed_message *message;

	cancel_delayed_work_sync(&pay_work);
	while ((message = take_first()))
		kfree(message);
}
