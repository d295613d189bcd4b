// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Random reads, writes, truncations and shared mappings of one file, each compared with a
 * copy of it in memory. What the file holds is a function of the seed alone: a failure is
 * repeated with the seed that it prints.
 *
 *   fsx [-s SEED] [-n OPERATIONS] [-l LENGTH] [-m] [-d] FILE
 *
 * -l: the longest the file gets, in bytes. -m: mappings too. -d: O_DIRECT writes and reads of
 * whole blocks too. Exit status: 0 as expected, 1 a difference or an error.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK	   4096
#define LONGEST_IO (192 * 1024)
#define HISTORY	   12

struct tester {
	const char *path;
	uint64_t state;
	uint64_t seed;
	unsigned long count;
	size_t limit;
	bool map;
	bool direct;
	int fd;
	int direct_fd;
	size_t size;	     /* of the file, as it should be */
	unsigned char *good; /* what the file should hold, zero beyond its size */
	unsigned char *buffer;
	unsigned long number; /* of the operation that runs */
	char history[HISTORY][80];
};

/* xorshift64*: the same numbers on every machine. */
static uint64_t next_random(struct tester *t)
{
	t->state ^= t->state >> 12;
	t->state ^= t->state << 25;
	t->state ^= t->state >> 27;
	return t->state * UINT64_C(0x2545f4914f6cdd1d);
}

static size_t random_below(struct tester *t, size_t bound)
{
	return bound ? (next_random(t) >> 16) % bound : 0;
}

/* Lengths of all magnitudes, not mostly long ones. */
static size_t random_length(struct tester *t, size_t longest)
{
	size_t bound = (size_t)1 << random_below(t, 19);

	if (bound > longest)
		bound = longest;
	return 1 + random_below(t, bound);
}

static void fail(struct tester *t, const char *format, ...)
{
	unsigned long first = t->number >= HISTORY ? t->number - HISTORY + 1 : 0;
	va_list args;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\nseed %" PRIu64 ", operation %lu, size should be %zu; the last ones:\n", t->seed,
	       t->number, t->size);
	for (; first <= t->number; first++)
		printf("  %lu %s\n", first, t->history[first % HISTORY]);
	exit(1);
}

static void note(struct tester *t, const char *name, size_t offset, size_t length)
{
	snprintf(t->history[t->number % HISTORY], sizeof(t->history[0]),
		 "%s 0x%zx..0x%zx (0x%zx) size 0x%zx", name, offset, offset + length, length,
		 t->size);
}

static void fill(struct tester *t, unsigned char *to, size_t length)
{
	uint64_t word = 0;
	size_t i;

	for (i = 0; i < length; i++) {
		if (i % 8 == 0)
			word = next_random(t);
		to[i] = word >> (i % 8 * 8);
	}
}

static void compare(struct tester *t, const unsigned char *got, size_t offset, size_t length)
{
	size_t i, last;

	if (!memcmp(got, t->good + offset, length))
		return;
	for (i = 0; got[i] == t->good[offset + i]; i++)
		;
	for (last = length - 1; got[last] == t->good[offset + last]; last--)
		;
	fail(t, "bytes 0x%zx..0x%zx differ: 0x%02x instead of 0x%02x", offset + i,
	     offset + last + 1, got[i], t->good[offset + i]);
}

static void check_size(struct tester *t)
{
	struct stat st;

	if (fstat(t->fd, &st))
		fail(t, "fstat: %s", strerror(errno));
	if ((size_t)st.st_size != t->size)
		fail(t, "the size is %jd", (intmax_t)st.st_size);
}

static void read_range(struct tester *t, int fd, size_t offset, size_t length)
{
	size_t expected = offset < t->size ? t->size - offset : 0, done = 0;

	if (expected > length)
		expected = length;
	while (done < expected) {
		ssize_t n = pread(fd, t->buffer + done, length - done, offset + done);

		if (n <= 0)
			fail(t, "read at 0x%zx: %s", offset + done, n ? strerror(errno) : "end");
		done += n;
	}
	if (done > expected)
		fail(t, "%zu bytes read beyond the end", done - expected);
	compare(t, t->buffer, offset, expected);
}

static void write_range(struct tester *t, int fd, size_t offset, size_t length)
{
	size_t done = 0;

	while (done < length) {
		ssize_t n = pwrite(fd, t->good + offset + done, length - done, offset + done);

		if (n <= 0)
			fail(t, "write at 0x%zx: %s", offset + done, strerror(errno));
		done += n;
	}
	if (offset + length > t->size)
		t->size = offset + length;
}

static void do_read(struct tester *t)
{
	size_t offset = random_below(t, t->size + BLOCK), length = random_length(t, LONGEST_IO);

	note(t, "read", offset, length);
	read_range(t, t->fd, offset, length);
}

static void do_write(struct tester *t)
{
	size_t offset = random_below(t, t->limit - 1), length = random_length(t, LONGEST_IO);

	/* mostly near what is there, else the file would be at its limit at once */
	if (random_below(t, 4))
		offset = random_below(t, t->size + 3 * BLOCK);
	if (offset >= t->limit)
		offset = t->limit - 1;
	if (length > t->limit - offset)
		length = t->limit - offset;
	note(t, "write", offset, length);
	fill(t, t->good + offset, length);
	write_range(t, t->fd, offset, length);
}

static void do_truncate(struct tester *t)
{
	size_t size = random_below(t, random_below(t, 3) ? t->size + 2 * BLOCK : t->limit);

	if (size > t->limit)
		size = t->limit;
	note(t, "truncate", size, 0);
	if (ftruncate(t->fd, size))
		fail(t, "truncate to 0x%zx: %s", size, strerror(errno));
	if (size < t->size)
		memset(t->good + size, 0, t->size - size);
	t->size = size;
	check_size(t);
}

static void do_map(struct tester *t, bool store)
{
	size_t offset = random_below(t, t->size), length = random_length(t, LONGEST_IO);
	size_t start = offset / BLOCK * BLOCK;
	unsigned char *map;

	if (!t->size)
		return;
	if (length > t->size - offset)
		length = t->size - offset;
	note(t, store ? "store" : "load", offset, length);
	map = mmap(NULL, offset + length - start, PROT_READ | PROT_WRITE, MAP_SHARED, t->fd, start);
	if (map == MAP_FAILED)
		fail(t, "mmap: %s", strerror(errno));
	if (store) {
		fill(t, t->good + offset, length);
		memcpy(map + (offset - start), t->good + offset, length);
		if (msync(map, offset + length - start, MS_SYNC))
			fail(t, "msync: %s", strerror(errno));
	} else {
		compare(t, map + (offset - start), offset, length);
	}
	munmap(map, offset + length - start);
}

static void do_direct(struct tester *t, bool store)
{
	size_t offset = random_below(t, t->size / BLOCK + 4) * BLOCK;
	size_t length = (1 + random_below(t, 32)) * BLOCK;

	if (offset + length > t->limit)
		return;
	note(t, store ? "direct write" : "direct read", offset, length);
	if (!store) {
		read_range(t, t->direct_fd, offset, length);
		return;
	}
	fill(t, t->good + offset, length);
	write_range(t, t->direct_fd, offset, length);
}

static void do_sync(struct tester *t)
{
	note(t, "sync", 0, 0);
	if (fsync(t->fd))
		fail(t, "fsync: %s", strerror(errno));
	check_size(t);
}

static void open_file(struct tester *t, int flags)
{
	t->fd = open(t->path, O_RDWR | flags, 0644);
	if (t->fd < 0)
		fail(t, "open: %s", strerror(errno));
	t->direct_fd = t->direct ? open(t->path, O_RDWR | O_DIRECT) : -1;
	if (t->direct && t->direct_fd < 0)
		fail(t, "open with O_DIRECT: %s", strerror(errno));
}

static void close_file(struct tester *t)
{
	if (close(t->fd) || (t->direct && close(t->direct_fd)))
		fail(t, "close: %s", strerror(errno));
}

static void do_reopen(struct tester *t)
{
	note(t, "reopen", 0, 0);
	close_file(t);
	open_file(t, 0);
	check_size(t);
}

static void do_operation(struct tester *t)
{
	size_t kind = random_below(t, 100);

	if (kind < 35)
		do_write(t);
	else if (kind < 70)
		do_read(t);
	else if (kind < 78)
		do_truncate(t);
	else if (kind < 80)
		do_sync(t);
	else if (kind < 82)
		do_reopen(t);
	else if (kind < 91 && t->map)
		do_map(t, kind < 86);
	else if (kind >= 91 && t->direct)
		do_direct(t, kind < 96);
	else
		do_read(t);
}

static void check_whole(struct tester *t)
{
	size_t offset;

	check_size(t);
	for (offset = 0; offset < t->size; offset += LONGEST_IO)
		read_range(t, t->fd, offset, LONGEST_IO);
}

static bool parse_options(struct tester *t, int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "s:n:l:md")) >= 0) {
		if (option == 's')
			t->seed = strtoull(optarg, NULL, 0);
		else if (option == 'n')
			t->count = strtoul(optarg, NULL, 0);
		else if (option == 'l')
			t->limit = strtoul(optarg, NULL, 0);
		else if (option == 'm')
			t->map = true;
		else if (option == 'd')
			t->direct = true;
		else
			return false;
	}
	t->path = argv[optind];
	return optind + 1 == argc && t->limit >= BLOCK;
}

int main(int argc, char **argv)
{
	struct tester t = { .seed = 1, .count = 2000, .limit = 2 << 20 };

	if (!parse_options(&t, argc, argv)) {
		fprintf(stderr, "usage: fsx [-s SEED] [-n COUNT] [-l LENGTH] [-m] [-d] FILE\n");
		return 2;
	}
	t.state = t.seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	t.good = aligned_alloc(BLOCK, (t.limit / BLOCK + 2) * BLOCK);
	t.buffer = aligned_alloc(BLOCK, LONGEST_IO);
	if (!t.good || !t.buffer)
		return 1;
	memset(t.good, 0, (t.limit / BLOCK + 2) * BLOCK);
	open_file(&t, O_CREAT | O_TRUNC);
	for (; t.number < t.count; t.number++)
		do_operation(&t);
	t.number--;
	check_whole(&t);
	close_file(&t);
	open_file(&t, 0);
	check_whole(&t);
	close_file(&t);
	printf("seed %" PRIu64 ", %lu operations, size %zu\n", t.seed, t.count, t.size);
	return 0;
}
