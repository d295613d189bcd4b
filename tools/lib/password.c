// SPDX-License-Identifier: GPL-2.0-or-later
#include "tools/lib/password.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

int password_read_fd(int fd, char *password, size_t size)
{
	size_t len = 0;
	int ret = 0;

	/* Byte by byte: what follows the line is somebody else's. */
	for (;;) {
		char byte;
		ssize_t got = read(fd, &byte, 1);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			ret = -errno;
		if (!got && !len)
			ret = -ENODATA;
		if (got <= 0 || byte == '\n')
			break;
		if (!byte)
			ret = -EINVAL;
		else if (len + 1 == size)
			ret = -EMSGSIZE;
		else
			password[len++] = byte;
	}
	password[len] = '\0';
	if (ret)
		explicit_bzero(password, size);
	return ret;
}

static void write_text(int fd, const char *text)
{
	/* A prompt that cannot be seen is no reason to give up. */
	if (write(fd, text, strlen(text)) < 0)
		return;
}

/* Until there is a line, or one of the signals that are blocked. */
static int wait_line(int fd, const sigset_t *stop)
{
	struct pollfd ready[] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = signalfd(-1, stop, SFD_CLOEXEC), .events = POLLIN },
	};
	int ret;

	do {
		ret = poll(ready, 2, -1);
	} while (ret < 0 && errno == EINTR);
	ret = ret < 0 ? -errno : ready[1].revents & POLLIN ? -EINTR : 0;
	close(ready[1].fd);
	return ret;
}

int password_ask(const char *prompt, char *password, size_t size)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY), ret;
	struct termios before, silent;
	sigset_t stop, old;

	if (fd < 0)
		return -ENOTTY;
	if (tcgetattr(fd, &before)) {
		close(fd);
		return -ENOTTY;
	}
	/* Ctrl-C must not leave the terminal without echo: it ends us after it is restored. */
	sigemptyset(&stop);
	sigaddset(&stop, SIGINT);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGQUIT);
	sigaddset(&stop, SIGHUP);
	sigaddset(&stop, SIGTSTP);
	sigprocmask(SIG_BLOCK, &stop, &old);
	silent = before;
	silent.c_lflag &= ~ECHO;
	silent.c_lflag |= ICANON;
	/* First, since it drops what was typed before: an answer comes after the prompt. */
	tcsetattr(fd, TCSAFLUSH, &silent);
	write_text(fd, prompt);
	write_text(fd, ": ");
	ret = wait_line(fd, &stop);
	if (!ret)
		ret = password_read_fd(fd, password, size);
	tcsetattr(fd, TCSAFLUSH, &before);
	write_text(fd, "\n");
	sigprocmask(SIG_SETMASK, &old, NULL);
	close(fd);
	return ret;
}
