// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Loses memory, for tests/uml/selftest: kmemleak in the test bed has to find some of it.
 */
#include <linux/module.h>
#include <linux/slab.h>

/*
 * Many, and without what was in their memory before: the allocator chains what is free, so that
 * one stale pointer on some stack would hide them all.
 */
#define OBJECTS 100

static int __init leak_init(void)
{
	void *lost;
	int i;

	for (i = 0; i < OBJECTS; i++) {
		lost = kzalloc(1000, GFP_KERNEL);
		pr_info("leak_test: %d of %d, %s\n", i + 1, OBJECTS, lost ? "lost" : "no memory");
	}
	return 0;
}

static void __exit leak_exit(void)
{
}

module_init(leak_init);
module_exit(leak_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Test of the test bed: loses memory");
