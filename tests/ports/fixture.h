/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A share in a temporary directory, with something beside it that must stay unseen:
 *
 *	BASE/share	the root
 *	BASE/outside	a directory
 *	BASE/outside/secret	a file
 *
 * The test thread acts as the process's own user between init and exit.
 */
#ifndef TESTS_PORTS_FIXTURE_H
#define TESTS_PORTS_FIXTURE_H

#include <kunit/test.h>

#include "host/cred.h"
#include "host/vfs.h"

struct ports_fixture {
	char base[64];
	struct ksmbd_root *root;
	struct ksmbd_cred *cred;
};

int ports_fixture_init(struct kunit *test);
void ports_fixture_exit(struct kunit *test);
static inline struct ports_fixture *ports_fixture(struct kunit *test)
{
	return test->priv;
}

/** ports_host_path() - BASE/share/@name or, with a leading '!', BASE/@name; static buffers */
const char *ports_host_path(struct kunit *test, const char *name);
/** ports_put_file() - make a file with text in it behind the port's back */
void ports_put_file(struct kunit *test, const char *name, const char *text);
void ports_put_dir(struct kunit *test, const char *name);
void ports_put_link(struct kunit *test, const char *name, const char *target);
bool ports_exists(struct kunit *test, const char *name);

/** ports_open() - look up and open; NULL with *@err set */
struct ksmbd_file *ports_open(struct kunit *test, const char *name, u32 lookup, u32 flags,
			      int *err);
/** ports_must_open() - the same, or the test ends; READ for directories */
struct ksmbd_file *ports_must_open(struct kunit *test, const char *name, u32 flags);
/** ports_must_create() - exclusively; the test ends if it fails */
struct ksmbd_file *ports_must_create(struct kunit *test, const char *name, u32 mode);
/** ports_lookup_error() - 0 positive, 1 negative, or the errno */
int ports_lookup_error(struct kunit *test, const char *name, u32 lookup);

#endif
