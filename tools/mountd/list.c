// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/runlock.h"
#include "tools/mountd/mountd.h"

#define READER_MSEC 2000 /* a reader that takes nothing for so long is given up */

static const char *yes_no(bool value)
{
	return value ? "yes" : "no";
}

static void print_shares(FILE *out, struct service *service, const struct conf *conf)
{
	size_t i;

	fputs("# shares: name, path, read only, guests, connections\n", out);
	for (i = 0; i <= conf->share_count; i++) {
		const struct conf_share *share = i < conf->share_count ? conf->shares[i] :
									 conf->ipc;

		fprintf(out, "%s\t%s\t%s\t%s\t%u\n", share->name, share->path ? share->path : "-",
			yes_no(share->read_only), yes_no(share->guest_ok),
			service_uses(service, share->name));
	}
}

static void print_connection(void *arg, const struct service_connection *connection)
{
	fprintf(arg, "%llu\t%llu\t%s\t%s\t%s\n", (unsigned long long)connection->session_id,
		(unsigned long long)connection->tree_id, connection->share,
		*connection->account ? connection->account : "-", connection->peer);
}

static char *make_text(struct service *service, size_t *len)
{
	struct conf *conf = service_conf(service);
	char *text = NULL;
	FILE *out = open_memstream(&text, len);

	if (out && conf) {
		print_shares(out, service, conf);
		fputs("# connections: session, tree, share, user, client\n", out);
		service_visit(service, print_connection, out);
	}
	conf_put(conf);
	if (out && fclose(out)) {
		free(text);
		text = NULL;
	}
	return text;
}

static void write_text(int fd, const char *text, size_t len)
{
	struct pollfd ready = { .fd = fd, .events = POLLOUT };

	while (len) {
		ssize_t put = write(fd, text, len);

		if (put < 0 && errno == EAGAIN && poll(&ready, 1, READER_MSEC) > 0)
			continue;
		if (put <= 0)
			return;
		text += put;
		len -= put;
	}
}

/* The pipe was made by who asks; it must be one, and root's. */
static int open_fifo(const struct mountd *mountd, pid_t asker)
{
	char name[PATH_MAX];
	struct stat st;
	int fd;

	if (runlock_fifo(mountd->run_dir, asker, name, sizeof(name)))
		return -1;
	fd = open(name, O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0 && !fstat(fd, &st) && S_ISFIFO(st.st_mode) && st.st_uid == geteuid())
		return fd;
	tool_complain("%s: %s", name, fd < 0 ? strerror(errno) : "not a pipe of this user");
	if (fd >= 0)
		close(fd);
	return -1;
}

void list_write(const struct mountd *mountd, struct service *service, pid_t asker)
{
	int fd = open_fifo(mountd, asker);
	size_t len;
	char *text;

	if (fd < 0)
		return;
	text = make_text(service, &len);
	if (text)
		write_text(fd, text, len);
	free(text);
	close(fd);
}
