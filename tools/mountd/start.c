// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Does the kernel serve? STARTING_UP is acknowledged when it has been accepted. Afterwards our
 * module has the outcome in a file; the in-tree one has a state, which is "running" even if
 * somebody else had the port.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tools/mountd/mountd.h"

#define STARTUP "/sys/class/ksmbd-control/startup"
#define STATS	"/sys/class/ksmbd-control/stats"

#define LOOK_USEC 20000
#define LOOKS	  1500 /* half a minute: the kernel ends old connections before */

/* A file's first line. Return: 0 or a negative errno */
static int read_line(const char *path, char *line, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return -errno;
	got = read(fd, line, size - 1);
	close(fd);
	if (got < 0)
		return -EIO;
	line[got] = '\0';
	return 0;
}

static bool is_running(void)
{
	char line[128], state[16] = "";

	return !read_line(STATS, line, sizeof(line)) && sscanf(line, "%*d %15s", state) == 1 &&
	       !strcmp(state, "running");
}

/* As the server does it: one socket for both families where there are two. */
static int bind_port(unsigned int port, const char *interface)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1, ret = 0;
	bool both = fd >= 0;

	if (!both)
		fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (interface &&
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface, strlen(interface) + 1))
		ret = -errno;
	if (!ret && (both ? bind(fd, (struct sockaddr *)&six, sizeof(six)) :
			    bind(fd, (struct sockaddr *)&four, sizeof(four))))
		ret = -errno;
	close(fd);
	return ret;
}

int start_possible(unsigned int port, char *const *interfaces)
{
	if (!access(STARTUP, F_OK) || is_running())
		return 0;
	if (!interfaces)
		return bind_port(port, NULL) == -EADDRINUSE ? -EADDRINUSE : 0;
	/* One where it can listen, or could later, is enough. */
	for (; *interfaces; interfaces++)
		if (bind_port(port, *interfaces) != -EADDRINUSE)
			return 0;
	return -EADDRINUSE;
}

int start_outcome(void)
{
	char line[16];
	int looks, ret;

	for (looks = 0; looks < LOOKS; looks++) {
		ret = read_line(STARTUP, line, sizeof(line));
		if (!ret) {
			ret = -atoi(line);
			if (ret != -EINPROGRESS)
				return ret;
		} else if (access(STATS, R_OK) || is_running()) {
			return 0; /* or nothing is to be seen from here */
		}
		usleep(LOOK_USEC);
	}
	return -ETIMEDOUT;
}
