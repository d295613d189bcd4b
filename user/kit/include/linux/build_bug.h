/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_BUILD_BUG_H
#define KIT_LINUX_BUILD_BUG_H

/* <assert.h> would take the name over, with one form only: let it have its turn first. */
#include <assert.h>
#include <linux/compiler.h>

#undef static_assert
#define static_assert(expr, ...)	__static_assert(expr, ##__VA_ARGS__, #expr)
#define __static_assert(expr, msg, ...) _Static_assert(expr, msg)

/* Constant expressions only: the kernel also takes what its optimizer can prove. */
#define BUILD_BUG_ON_MSG(cond, msg)           \
	do {                                  \
		_Static_assert(!(cond), msg); \
	} while (0)
#define BUILD_BUG_ON(cond)	       BUILD_BUG_ON_MSG(cond, "BUILD_BUG_ON failed: " #cond)
#define BUILD_BUG_ON_NOT_POWER_OF_2(n) BUILD_BUG_ON((n) == 0 || (((n) & ((n)-1)) != 0))
#define BUILD_BUG_ON_ZERO(e)	       ((int)sizeof(struct { int : (-!!(e)); }))
#define BUILD_BUG()		       BUILD_BUG_ON_MSG(1, "BUILD_BUG")

#endif
