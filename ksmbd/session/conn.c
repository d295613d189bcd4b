// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/wait.h>

#include "config.h"
#include "debug.h"
#include "session/conn.h"
#include "session/session.h"
#include "session/strangers.h"
#include "util/workers.h"

/* Sessions of one connection that are not yet established: they count on the server's limit. */
#define MAX_SETUPS 16

/* Looks for activity in a "deadtime": how exact its end is. */
#define IDLE_LOOKS 4

/* A mutex: shutting a transport down may sleep. */
static DEFINE_MUTEX(table_lock);
static LIST_HEAD(conns); /* under table_lock, with the two below */
static u32 nr_conns;
static bool refusing;
static u64 next_conn_id;
static DECLARE_WAIT_QUEUE_HEAD(all_gone);

/* Which states may follow which: one bit per target. */
static const u8 legal_moves[] = {
	[KSMBD_CONN_NEW] = BIT(KSMBD_CONN_MULTI) | BIT(KSMBD_CONN_NEGOTIATED) |
			   BIT(KSMBD_CONN_CLOSING),
	[KSMBD_CONN_MULTI] = BIT(KSMBD_CONN_NEGOTIATED) | BIT(KSMBD_CONN_CLOSING),
	[KSMBD_CONN_NEGOTIATED] = BIT(KSMBD_CONN_AUTHENTICATED) | BIT(KSMBD_CONN_CLOSING),
	[KSMBD_CONN_AUTHENTICATED] = BIT(KSMBD_CONN_AUTHENTICATED) | BIT(KSMBD_CONN_CLOSING),
	[KSMBD_CONN_CLOSING] = 0,
};

static void arm_deadline(struct ksmbd_conn *conn, u32 ms)
{
	ksmbd_workers_queue_delayed(&conn->deadline, msecs_to_jiffies(ms));
}

static void arm_idle_look(struct ksmbd_conn *conn)
{
	arm_deadline(conn, clamp_t(u64, conn->config->deadtime_ms / IDLE_LOOKS, 1, INT_MAX));
}

/* Something is at work or to be sent, or a session of it has handles. */
static bool is_in_use(struct ksmbd_conn *conn)
{
	struct ksmbd_channel *channel;
	bool used;
	int bkt;

	spin_lock(&conn->lock);
	used = !list_empty(&conn->requests) || !list_empty(&conn->outgoing);
	hash_for_each(conn->channels, bkt, channel, link)
		used |= ksmbd_idtable_count(&channel->session->opens) != 0;
	spin_unlock(&conn->lock);
	return used;
}

/*
 * Every request uses up message ids, which are counted anyway: whether there were any is
 * seen from time to time, and costs a request nothing.
 */
static bool is_idle(struct ksmbd_conn *conn)
{
	u64 mark;

	spin_lock(&conn->credits.lock);
	mark = conn->credits.low + conn->credits.nr_used;
	spin_unlock(&conn->credits.lock);
	if (mark != conn->idle_mark || is_in_use(conn)) {
		conn->idle_mark = mark;
		conn->idle_looks = 0;
		return false;
	}
	return ++conn->idle_looks >= IDLE_LOOKS;
}

static void deadline_passed(struct work_struct *work)
{
	struct ksmbd_conn *conn = container_of(to_delayed_work(work), struct ksmbd_conn, deadline);
	enum ksmbd_conn_state state = ksmbd_conn_state(conn);

	if (state == KSMBD_CONN_CLOSING)
		return;
	if (state < KSMBD_CONN_AUTHENTICATED && conn->config->auth_timeout) {
		ksmbd_debug(CONN, "%s did not authenticate in time\n", conn->peer.text);
		ksmbd_conn_shutdown(conn);
	} else if (conn->config->deadtime_ms && is_idle(conn)) {
		ksmbd_debug(CONN, "%s is idle\n", conn->peer.text);
		ksmbd_conn_shutdown(conn);
	} else if (conn->config->deadtime_ms) {
		arm_idle_look(conn);
	}
}

static struct ksmbd_conn *alloc_conn(const struct ksmbd_transport_ops *ops, void *transport,
				     const struct ksmbd_addr *peer)
{
	struct ksmbd_conn *conn = kzalloc(sizeof(*conn), GFP_KERNEL);

	if (!conn)
		return NULL;
	conn->config = ksmbd_config_get();
	if (!conn->config) {
		kfree(conn);
		return NULL;
	}
	refcount_set(&conn->refs, 1);
	conn->ops = ops;
	conn->transport = transport;
	conn->peer = *peer;
	INIT_LIST_HEAD(&conn->link);
	INIT_LIST_HEAD(&conn->requests);
	INIT_LIST_HEAD(&conn->outgoing);
	mutex_init(&conn->setup_lock);
	spin_lock_init(&conn->lock);
	spin_lock_init(&conn->credits.lock);
	hash_init(conn->channels);
	init_waitqueue_head(&conn->idle);
	INIT_DELAYED_WORK(&conn->deadline, deadline_passed);
	conn->credits.high = 1;
	conn->credits.max = conn->config->max_credits;
	conn->next_async_id = 1;
	conn->max_trans = conn->config->max_trans;
	conn->max_read = conn->config->max_read;
	conn->max_write = conn->config->max_write;
	return conn;
}

/* Counts the peers and, when there is room, enters @conn. Called with table_lock held. */
static int admit_conn(struct ksmbd_conn *conn)
{
	const struct ksmbd_config *config = conn->config;
	struct ksmbd_conn *other;
	u32 same = 0;

	if (refusing)
		return -ESHUTDOWN;
	if (config->max_connections && nr_conns >= config->max_connections)
		return -EBUSY;
	list_for_each_entry(other, &conns, link)
		if (other->peer.family == conn->peer.family &&
		    !memcmp(other->peer.key, conn->peer.key, sizeof(conn->peer.key)))
			same++;
	if (config->max_ip_connections && same >= config->max_ip_connections)
		return -EBUSY;
	conn->id = ++next_conn_id;
	list_add_tail(&conn->link, &conns);
	WRITE_ONCE(nr_conns, nr_conns + 1);
	ksmbd_conn_get(conn); /* the list's */
	return 0;
}

static void free_conn(struct ksmbd_conn *conn)
{
	ksmbd_config_put(conn->config);
	kvfree(conn->spare_buf);
	kfree_sensitive(conn);
}

int ksmbd_conn_create(const struct ksmbd_transport_ops *ops, void *transport,
		      const struct ksmbd_addr *peer, struct ksmbd_conn **out)
{
	struct ksmbd_conn *conn = alloc_conn(ops, transport, peer);
	int err;

	if (!conn)
		return -ENOMEM;
	mutex_lock(&table_lock);
	err = admit_conn(conn);
	mutex_unlock(&table_lock);
	ksmbd_debug(CONN, "%s: connection %llu: %d\n", peer->text, (unsigned long long)conn->id,
		    err);
	if (err) {
		free_conn(conn);
		return err;
	}
	if (conn->config->auth_timeout)
		arm_deadline(conn, conn->config->auth_timeout * 1000);
	else if (conn->config->deadtime_ms)
		arm_idle_look(conn);
	*out = conn;
	return 0;
}

void ksmbd_conn_get(struct ksmbd_conn *conn)
{
	refcount_inc(&conn->refs);
}

void ksmbd_conn_put(struct ksmbd_conn *conn)
{
	if (!refcount_dec_and_test(&conn->refs))
		return;
	conn->ops->release(conn->transport);
	free_conn(conn);
}

void ksmbd_conn_unlist(struct ksmbd_conn *conn)
{
	ksmbd_debug(CONN, "%s: connection %llu has ended\n", conn->peer.text,
		    (unsigned long long)conn->id);
	cancel_delayed_work_sync(&conn->deadline);
	mutex_lock(&table_lock);
	list_del_init(&conn->link);
	WRITE_ONCE(nr_conns, nr_conns - 1);
	/* Under the lock: whoever waits must not free the queue's users before this is over. */
	wake_up_all(&all_gone);
	mutex_unlock(&table_lock);
	ksmbd_conn_put(conn);
}

bool ksmbd_conn_set_state(struct ksmbd_conn *conn, enum ksmbd_conn_state to)
{
	bool legal;

	spin_lock(&conn->lock);
	legal = legal_moves[conn->state] & BIT(to);
	if (legal)
		conn->state = to;
	spin_unlock(&conn->lock);
	return legal;
}

enum ksmbd_conn_state ksmbd_conn_state(struct ksmbd_conn *conn)
{
	enum ksmbd_conn_state state;

	spin_lock(&conn->lock);
	state = conn->state;
	spin_unlock(&conn->lock);
	return state;
}

void ksmbd_conn_shutdown(struct ksmbd_conn *conn)
{
	/* First: what ends because the connection is closing is told to nobody. */
	conn->ops->shutdown(conn->transport);
	ksmbd_conn_set_state(conn, KSMBD_CONN_CLOSING);
	ksmbd_stranger_wake();
}

void ksmbd_conn_table_init(void)
{
	mutex_lock(&table_lock);
	refusing = false;
	mutex_unlock(&table_lock);
}

void ksmbd_conn_stop_all(void)
{
	struct ksmbd_conn *conn;

	mutex_lock(&table_lock);
	refusing = true;
	list_for_each_entry(conn, &conns, link)
		ksmbd_conn_shutdown(conn);
	mutex_unlock(&table_lock);
	wait_event(all_gone, !READ_ONCE(nr_conns));
	/* Until the last one's ksmbd_conn_unlist() is out of it. */
	mutex_lock(&table_lock);
	mutex_unlock(&table_lock);
}

/* Called with conn->lock held. */
static u32 count_setups(struct ksmbd_conn *conn)
{
	struct ksmbd_channel *channel;
	u32 n = 0;
	int bkt;

	hash_for_each(conn->channels, bkt, channel, link)
		n += !smp_load_acquire(&channel->established);
	return n;
}

int ksmbd_conn_add_channel(struct ksmbd_conn *conn, struct ksmbd_channel *channel)
{
	u32 setups = MAX_SETUPS;
	int err = 0;

	spin_lock(&conn->lock);
	if (conn->state < KSMBD_CONN_AUTHENTICATED)
		setups = KSMBD_STRANGER_SETUPS;
	if (conn->nr_channels >= conn->config->max_conn_sessions || count_setups(conn) >= setups) {
		err = -ENOSPC;
	} else {
		hash_add(conn->channels, &channel->link, channel->session_id);
		conn->nr_channels++;
	}
	spin_unlock(&conn->lock);
	return err;
}

struct ksmbd_channel *ksmbd_conn_find_channel(struct ksmbd_conn *conn, u64 session_id)
{
	struct ksmbd_channel *channel, *found = NULL;

	spin_lock(&conn->lock);
	hash_for_each_possible(conn->channels, channel, link, session_id) {
		if (channel->session_id != session_id)
			continue;
		found = channel;
		refcount_inc(&channel->refs);
		break;
	}
	spin_unlock(&conn->lock);
	return found;
}

bool ksmbd_conn_remove_channel(struct ksmbd_conn *conn, struct ksmbd_channel *channel)
{
	bool mine;

	spin_lock(&conn->lock);
	mine = !hlist_unhashed(&channel->link);
	if (mine) {
		hash_del(&channel->link);
		conn->nr_channels--;
	}
	spin_unlock(&conn->lock);
	return mine;
}

static struct ksmbd_channel *take_channel(struct ksmbd_conn *conn)
{
	struct ksmbd_channel *channel = NULL;
	int bkt;

	spin_lock(&conn->lock);
	hash_for_each(conn->channels, bkt, channel, link) {
		hash_del(&channel->link);
		conn->nr_channels--;
		break;
	}
	spin_unlock(&conn->lock);
	return channel;
}

void ksmbd_conn_drop_channels(struct ksmbd_conn *conn)
{
	struct ksmbd_channel *channel;

	while ((channel = take_channel(conn)) != NULL) {
		ksmbd_channel_end(channel);
		ksmbd_channel_put(channel);
	}
}
