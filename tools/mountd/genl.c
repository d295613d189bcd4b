// SPDX-License-Identifier: GPL-2.0-or-later
/* Generic netlink by libnl. Nothing but sockets and headers in here. */
#include <errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "ksmbd/uapi/ksmbd_netlink.h"
#include "tools/mountd/mountd.h"

#define BUFFER_SIZE	(1024 * 1024) /* of the socket, for bursts of questions */
#define MESSAGE_SIZE	(128 * 1024)
#define START_WAIT_MSEC 5000

/**
 * struct genl - owner: the worker
 * @lock: sending
 * @take, @arg: where genl_receive() hands messages; NULL: nowhere yet
 * @started: STARTING_UP's answer has come; @start_error: what it was
 * @start_seq: its number
 * @anew: the module was loaded since: it waits for STARTING_UP
 */
struct genl {
	struct nl_sock *sock;
	int family;
	bool verbose;
	pthread_mutex_t lock;
	void (*take)(void *arg, uint16_t event, const void *data, size_t size);
	void *arg;
	bool started;
	int start_error;
	uint32_t start_seq;
	bool anew;
};

/* The module was unloaded, or loaded again: it begins anew then, and under another number. */
static void take_family(struct genl *genl, struct nlmsghdr *header)
{
	const struct genlmsghdr *event = nlmsg_data(header);
	struct nlattr *name = nlmsg_find_attr(header, GENL_HDRLEN, CTRL_ATTR_FAMILY_NAME);
	struct nlattr *id = nlmsg_find_attr(header, GENL_HDRLEN, CTRL_ATTR_FAMILY_ID);

	if (!name || !id || nla_strcmp(name, KSMBD_GENL_NAME))
		return;
	if (event->cmd == CTRL_CMD_DELFAMILY) {
		tool_complain("the kernel's server was unloaded");
	} else if (event->cmd == CTRL_CMD_NEWFAMILY) {
		genl->family = nla_get_u16(id);
		genl->anew = true;
	}
}

/* A message of the kernel's server: one attribute, of the event's own type. */
static int take_message(struct nl_msg *msg, void *arg)
{
	struct genl *genl = arg;
	struct nlmsghdr *header = nlmsg_hdr(msg);
	const struct sockaddr_nl *from = nlmsg_get_src(msg);
	const struct genlmsghdr *event;
	const struct nlattr *payload;

	/* Others may send to our address as well: only the kernel has no number. */
	if (!from || from->nl_pid || !genlmsg_valid_hdr(header, 0))
		return NL_SKIP;
	if (header->nlmsg_type == GENL_ID_CTRL)
		take_family(genl, header);
	if (header->nlmsg_type != genl->family)
		return NL_SKIP;
	event = nlmsg_data(header);
	payload = nlmsg_find_attr(header, GENL_HDRLEN, event->cmd);
	if (event->version != KSMBD_GENL_VERSION || !payload)
		tool_complain("event %u of version %u: not understood", event->cmd, event->version);
	else if (genl->take)
		genl->take(genl->arg, event->cmd, nla_data(payload), nla_len(payload));
	return NL_OK;
}

/* The kernel takes a reply of ours or does not; only STARTING_UP is waited for. */
static int take_error(struct sockaddr_nl *from, struct nlmsgerr *error, void *arg)
{
	struct genl *genl = arg;

	if (error->msg.nlmsg_seq == genl->start_seq && !genl->started) {
		genl->started = true;
		genl->start_error = error->error;
	} else if (genl->verbose) {
		tool_complain("the kernel has no use for an answer: %s", strerror(-error->error));
	}
	return NL_SKIP;
}

static int take_ack(struct nl_msg *msg, void *arg)
{
	struct genl *genl = arg;

	if (nlmsg_hdr(msg)->nlmsg_seq == genl->start_seq && !genl->started) {
		genl->started = true;
		genl->start_error = 0;
	}
	return NL_OK;
}

/* The kernel chooses no numbers of ours. */
static int accept_any(struct nl_msg *msg, void *arg)
{
	return NL_OK;
}

static bool connect_family(struct genl *genl)
{
	int ret = genl_connect(genl->sock), group;

	if (ret < 0) {
		tool_complain("netlink: %s", nl_geterror(ret));
		return false;
	}
	nl_socket_set_buffer_size(genl->sock, BUFFER_SIZE, BUFFER_SIZE);
	nl_socket_set_msg_buf_size(genl->sock, MESSAGE_SIZE);
	genl->family = genl_ctrl_resolve(genl->sock, KSMBD_GENL_NAME);
	if (genl->family < 0) {
		tool_complain("the kernel has no SMB server: is the module loaded? "
			      "(modprobe ksmbd)");
		return false;
	}
	group = genl_ctrl_resolve_grp(genl->sock, "nlctrl", "notify");
	/* From now on the kernel asks us. */
	nl_socket_disable_auto_ack(genl->sock);
	nl_socket_modify_cb(genl->sock, NL_CB_SEQ_CHECK, NL_CB_CUSTOM, accept_any, NULL);
	nl_socket_modify_cb(genl->sock, NL_CB_VALID, NL_CB_CUSTOM, take_message, genl);
	nl_socket_modify_cb(genl->sock, NL_CB_ACK, NL_CB_CUSTOM, take_ack, genl);
	nl_socket_modify_err_cb(genl->sock, NL_CB_CUSTOM, take_error, genl);
	nl_socket_set_nonblocking(genl->sock);
	if (group < 0 || nl_socket_add_membership(genl->sock, group) < 0)
		tool_complain("warning: it will not be noticed when the module is loaded again");
	return true;
}

struct genl *genl_open(bool verbose)
{
	struct genl *genl = calloc(1, sizeof(*genl));

	if (!genl)
		return NULL;
	genl->verbose = verbose;
	pthread_mutex_init(&genl->lock, NULL);
	genl->sock = nl_socket_alloc();
	if (genl->sock && connect_family(genl))
		return genl;
	genl_close(genl);
	return NULL;
}

void genl_close(struct genl *genl)
{
	if (!genl)
		return;
	if (genl->sock)
		nl_socket_free(genl->sock);
	pthread_mutex_destroy(&genl->lock);
	free(genl);
}

/* Return: libnl's code */
static int send_message(struct genl *genl, uint16_t event, int flags, const void *data, size_t size,
			uint32_t *seq)
{
	struct nl_msg *msg = nlmsg_alloc_size(NLMSG_HDRLEN + GENL_HDRLEN + nla_total_size(size));
	int ret = -NLE_NOMEM;

	if (!msg)
		return ret;
	pthread_mutex_lock(&genl->lock);
	if (genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, genl->family, 0, flags, event,
			KSMBD_GENL_VERSION) &&
	    !nla_put(msg, event, size, data)) {
		nl_complete_msg(genl->sock, msg);
		if (seq)
			*seq = nlmsg_hdr(msg)->nlmsg_seq;
		ret = nl_send(genl->sock, msg);
	}
	pthread_mutex_unlock(&genl->lock);
	/* It may have had a password's hash. */
	explicit_bzero(nlmsg_data(nlmsg_hdr(msg)), nlmsg_datalen(nlmsg_hdr(msg)));
	nlmsg_free(msg);
	return ret;
}

void genl_send(struct genl *genl, uint16_t event, const void *data, size_t size)
{
	int ret = send_message(genl, event, 0, data, size, NULL);

	if (ret < 0)
		tool_complain("cannot answer the kernel: %s", nl_geterror(ret));
}

/* Take what has come. Return: 0, or a negative errno when the socket is of no more use */
static int drain(struct genl *genl)
{
	int ret = nl_recvmsgs_default(genl->sock);

	switch (ret) {
	case -NLE_NOMEM: /* the kernel had more to say than the socket holds: it knows */
		tool_complain("questions of the kernel were lost");
		return 0;
	case -NLE_BAD_SOCK:
	case -NLE_FAILURE:
		tool_complain("netlink: %s", nl_geterror(ret));
		return -EIO;
	default:
		return 0;
	}
}

int genl_start(struct genl *genl, const void *data, size_t size)
{
	struct pollfd ready = { .fd = nl_socket_get_fd(genl->sock), .events = POLLIN };
	int ret;

	genl->started = false;
	genl->anew = false;
	ret = send_message(genl, KSMBD_NL_STARTING_UP, NLM_F_REQUEST | NLM_F_ACK, data, size,
			   &genl->start_seq);
	if (ret < 0)
		return ret == -NLE_PERM ? -EPERM : -EIO;
	while (!genl->started) {
		ret = poll(&ready, 1, START_WAIT_MSEC);
		if (!ret)
			return -ETIMEDOUT;
		if (ret > 0 && drain(genl))
			return -EIO;
	}
	return genl->start_error;
}

int genl_receive(struct genl *genl, int stop,
		 void (*take)(void *arg, uint16_t event, const void *data, size_t size), void *arg)
{
	struct pollfd ready[] = {
		{ .fd = nl_socket_get_fd(genl->sock), .events = POLLIN },
		{ .fd = stop, .events = POLLIN },
	};
	int ret = 0;

	genl->take = take;
	genl->arg = arg;
	while (!ret) {
		if (poll(ready, 2, -1) < 0) {
			ret = errno == EINTR ? 0 : -errno;
			continue;
		}
		if (ready[1].revents)
			break;
		if (ready[0].revents)
			ret = drain(genl);
		if (!ret && genl->anew)
			ret = -ESTALE;
	}
	return ret;
}
