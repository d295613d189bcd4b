// SPDX-License-Identifier: GPL-2.0-or-later
/* printk(), warnings, bugs, rate limits. */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "internal.h"
#include <linux/jiffies.h>
#include <linux/ratelimit.h>
#include <linux/string.h>

#define LOG_LINE_MAX 1024

int kit_log_level = 6;

static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static void (*log_sink)(int level, const char *text, size_t len);
static unsigned int warn_count;

static const char *const level_names[] = {
	"emerg: ", "alert: ", "crit: ", "error: ", "warning: ", "notice: ", "", "debug: ",
};

void kit_log_set_sink(void (*sink)(int level, const char *text, size_t len))
{
	kit_raw_lock(&log_lock);
	log_sink = sink;
	kit_raw_unlock(&log_lock);
}

static void write_all(const char *buf, size_t len)
{
	while (len) {
		ssize_t n = write(STDERR_FILENO, buf, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		buf += n;
		len -= (size_t)n;
	}
}

/* Bytes that would let a peer's string forge a line or drive a terminal. */
static size_t escape_text(char *out, size_t size, const char *text)
{
	size_t len = 0;

	for (; *text && len + 5 < size; text++) {
		unsigned char c = (unsigned char)*text;

		if (c >= 0x20 && c != 0x7f)
			out[len++] = (char)c;
		else if (c == '\t')
			out[len++] = ' ';
		else
			len += (size_t)snprintf(out + len, 5, "\\x%02x", c);
	}
	out[len] = '\0';
	return len;
}

static void log_text(int level, char *text)
{
	char line[LOG_LINE_MAX + 16];
	size_t len = strlen(text), prefix = strlen(level_names[level]);

	while (len && text[len - 1] == '\n')
		text[--len] = '\0';
	memcpy(line, level_names[level], prefix);
	len = escape_text(line + prefix, sizeof(line) - prefix - 1, text);

	kit_raw_lock(&log_lock);
	if (log_sink) {
		log_sink(level, line + prefix, len);
	} else {
		line[prefix + len] = '\n';
		write_all(line, prefix + len + 1);
	}
	kit_raw_unlock(&log_lock);
}

static void log_format(int level, const char *fmt, va_list args)
{
	char text[LOG_LINE_MAX];
	int saved = errno;

	vsnprintf(text, sizeof(text), fmt, args);
	log_text(level, text);
	errno = saved;
}

int _printk(const char *fmt, ...)
{
	int level = 4;
	va_list args;

	if (fmt[0] == '\001' && fmt[1] >= '0' && fmt[1] <= '7') {
		level = fmt[1] - '0';
		fmt += 2;
	}
	if (level > READ_ONCE(kit_log_level))
		return 0;
	va_start(args, fmt);
	log_format(level, fmt, args);
	va_end(args);
	return 0;
}

static void log_located(int level, const char *what, const char *file, int line, const char *fmt,
			va_list args)
{
	char text[LOG_LINE_MAX];
	int n;

	n = snprintf(text, sizeof(text), "%s: %s:%d: [%s] ", what, file, line, kit_thread_name());
	if (n > 0 && (size_t)n < sizeof(text))
		vsnprintf(text + n, sizeof(text) - (size_t)n, fmt, args);
	log_text(level, text);
}

void kit_bug(const char *file, int line, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_located(0, "BUG", file, line, fmt, args);
	va_end(args);
	abort();
}

void kit_warn(const char *file, int line, const char *fmt, ...)
{
	const char *fatal = getenv("KSMBD_WARN_FATAL");
	va_list args;

	__atomic_fetch_add(&warn_count, 1, __ATOMIC_RELAXED);
	va_start(args, fmt);
	log_located(4, "WARNING", file, line, fmt, args);
	va_end(args);
	if (fatal && strcmp(fatal, "1") == 0)
		abort();
}

unsigned int kit_warn_count(void)
{
	return __atomic_load_n(&warn_count, __ATOMIC_RELAXED);
}

void panic(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_format(0, fmt, args);
	va_end(args);
	abort();
}

void kit_list_corrupt(const char *what, const void *entry, const void *prev, const void *next)
{
	kit_bug("list", 0, "%s corruption: entry %p, prev %p, next %p", what, entry, prev, next);
}

int ___ratelimit(struct ratelimit_state *rs, const char *func)
{
	unsigned long now = jiffies;
	int missed = 0, go;

	if (!rs->interval)
		return 1;
	kit_raw_lock(&rs->lock);
	if (!rs->started || time_after(now, rs->begin + (unsigned long)rs->interval)) {
		missed = rs->missed;
		rs->started = true;
		rs->begin = now;
		rs->printed = 0;
		rs->missed = 0;
	}
	go = rs->burst > rs->printed;
	if (go)
		rs->printed++;
	else
		rs->missed++;
	kit_raw_unlock(&rs->lock);
	if (missed)
		printk(KERN_WARNING "%s: %d callbacks suppressed\n", func, missed);
	return go;
}
