// SPDX-License-Identifier: GPL-2.0-or-later
/* TCP: listeners, and connections over the socket port. [MS-SMB2] 2.1 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/printk.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "frame/frame.h"
#include "host/sock.h"
#include "session/conn.h"
#include "transport/tcp.h"
#include "util/workers.h"

#define MAX_LISTENERS 16
/* Out of descriptors or memory: let some connections end before the next try. */
#define ACCEPT_PAUSE_MS 50

struct listener {
	struct ksmbd_sock *sock;
	struct task_struct *thread;
};

/*
 * A connection's thread. Whoever takes it off the list joins and frees it: the reaper once it
 * has ended, or ksmbd_tcp_join(). The code of a module must not go away before the last
 * instruction of its threads, so that leaving the table of connections is not enough.
 */
struct conn_thread {
	struct list_head link;
	struct task_struct *task; /* referenced */
	struct ksmbd_conn *conn;
	bool ended;
};

static struct listener listeners[MAX_LISTENERS];
static u32 nr_listeners;

static DEFINE_SPINLOCK(threads_lock);
static LIST_HEAD(threads); /* under threads_lock, with .ended of each */

static int tcp_recv(void *transport, void *buf, u32 len)
{
	return ksmbd_sock_recv(transport, buf, len);
}

static u32 tcp_pending(void *transport)
{
	return ksmbd_sock_pending(transport);
}

static s64 tcp_send(void *transport, const struct ksmbd_seg *segs, u32 nsegs, u64 pos, bool wait)
{
	return ksmbd_sock_send_from(transport, segs, nsegs, pos, wait);
}

static void tcp_shutdown(void *transport)
{
	ksmbd_sock_shutdown(transport);
}

static void tcp_release(void *transport)
{
	ksmbd_sock_close(transport);
}

static const struct ksmbd_transport_ops tcp_ops = {
	.name = "tcp",
	.recv = tcp_recv,
	.pending = tcp_pending,
	.send = tcp_send,
	.shutdown = tcp_shutdown,
	.release = tcp_release,
};

/* Takes a thread off the list: one that has ended, or any. */
static struct conn_thread *take_thread(bool any)
{
	struct conn_thread *thread, *found = NULL;

	spin_lock(&threads_lock);
	list_for_each_entry(thread, &threads, link) {
		if (!any && !thread->ended)
			continue;
		list_del(&thread->link);
		found = thread;
		break;
	}
	spin_unlock(&threads_lock);
	return found;
}

static void join_threads(bool any)
{
	struct conn_thread *thread;

	while ((thread = take_thread(any)) != NULL) {
		kthread_stop(thread->task);
		put_task_struct(thread->task);
		kfree(thread);
	}
}

static void reap_threads(struct work_struct *work)
{
	join_threads(false);
}

static DECLARE_WORK(reaper, reap_threads);

static int serve_conn(void *data)
{
	struct conn_thread *thread = data;

	ksmbd_frame_serve(thread->conn);
	spin_lock(&threads_lock);
	thread->ended = true;
	spin_unlock(&threads_lock);
	ksmbd_workers_queue(&reaper);
	return 0;
}

static int start_conn_thread(struct ksmbd_conn *conn)
{
	struct conn_thread *thread = kzalloc(sizeof(*thread), GFP_KERNEL);
	struct task_struct *task;

	if (!thread)
		return -ENOMEM;
	task = kthread_create(serve_conn, thread, "ksmbd/%u", (u32)conn->id);
	if (IS_ERR(task)) {
		kfree(thread);
		return PTR_ERR(task);
	}
	get_task_struct(task);
	thread->task = task;
	thread->conn = conn;
	spin_lock(&threads_lock);
	list_add_tail(&thread->link, &threads);
	spin_unlock(&threads_lock);
	wake_up_process(task);
	return 0;
}

/* Gives an accepted socket its connection and thread, or closes it. */
static void start_conn(struct ksmbd_sock *sock, const struct ksmbd_addr *peer)
{
	struct ksmbd_conn *conn;
	int err = ksmbd_conn_create(&tcp_ops, sock, peer, &conn);

	if (err) {
		pr_info_ratelimited("ksmbd: connection from %s refused: %d\n", peer->text, err);
		ksmbd_sock_close(sock);
		return;
	}
	err = start_conn_thread(conn);
	if (err) {
		pr_err_ratelimited("ksmbd: no thread for a connection: %d\n", err);
		ksmbd_conn_unlist(conn);
		ksmbd_conn_put(conn);
	}
}

static int accept_loop(void *data)
{
	struct listener *listener = data;
	struct ksmbd_addr peer;
	struct ksmbd_sock *sock;
	int err;

	while (!kthread_should_stop()) {
		err = ksmbd_sock_accept(listener->sock, &sock, &peer);
		if (!err)
			start_conn(sock, &peer);
		else if (err != -ESHUTDOWN)
			msleep(ACCEPT_PAUSE_MS);
		else if (!kthread_should_stop())
			msleep(1); /* ksmbd_tcp_stop() is on its way */
	}
	return 0;
}

int ksmbd_tcp_listen(const char *addr, u16 port, u16 *bound)
{
	struct listener *listener = &listeners[nr_listeners];
	int err;

	if (nr_listeners == MAX_LISTENERS)
		return -ENOSPC;
	err = ksmbd_sock_listen(addr, port, &listener->sock);
	if (err)
		return err;
	if (bound)
		*bound = ksmbd_sock_port(listener->sock);
	listener->thread = kthread_run(accept_loop, listener, "ksmbd/0");
	if (IS_ERR(listener->thread)) {
		ksmbd_sock_close(listener->sock);
		return PTR_ERR(listener->thread);
	}
	nr_listeners++;
	return 0;
}

void ksmbd_tcp_stop(void)
{
	while (nr_listeners) {
		struct listener *listener = &listeners[--nr_listeners];

		ksmbd_sock_shutdown(listener->sock);
		kthread_stop(listener->thread);
		ksmbd_sock_close(listener->sock);
	}
}

void ksmbd_tcp_join(void)
{
	join_threads(true);
}
