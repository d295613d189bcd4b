/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_BUG_H
#define KIT_LINUX_BUG_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <linux/build_bug.h>
#include <linux/printk.h>

/* Prints "BUG: file:line: text" and aborts. Also what every broken lock or counter ends in. */
void kit_bug(const char *file, int line, const char *fmt, ...) __printf(3, 4) __noreturn __cold;
/* Prints "WARNING: file:line: text"; aborts when KSMBD_WARN_FATAL=1 is in the environment. */
void kit_warn(const char *file, int line, const char *fmt, ...) __printf(3, 4) __cold;

#define BUG() kit_bug(__FILE__, __LINE__, "BUG in %s()", __func__)
#define BUG_ON(cond)                                                                        \
	do {                                                                                \
		if (unlikely(cond))                                                         \
			kit_bug(__FILE__, __LINE__, "BUG_ON(%s) in %s()", #cond, __func__); \
	} while (0)

#define WARN(cond, fmt...)                                 \
	({                                                 \
		int __wn_c = !!(cond);                     \
                                                           \
		if (unlikely(__wn_c))                      \
			kit_warn(__FILE__, __LINE__, fmt); \
		unlikely(__wn_c);                          \
	})

#define WARN_ON(cond)                                                                \
	({                                                                           \
		int __wn_c = !!(cond);                                               \
                                                                                     \
		if (unlikely(__wn_c))                                                \
			kit_warn(__FILE__, __LINE__, "%s in %s()", #cond, __func__); \
		unlikely(__wn_c);                                                    \
	})

#define WARN_ONCE(cond, fmt...)                                                                   \
	({                                                                                        \
		static bool __wn_done;                                                            \
		int __wn_o = !!(cond);                                                            \
                                                                                                  \
		if (unlikely(__wn_o) && !__atomic_exchange_n(&__wn_done, true, __ATOMIC_RELAXED)) \
			kit_warn(__FILE__, __LINE__, fmt);                                        \
		unlikely(__wn_o);                                                                 \
	})

#define WARN_ON_ONCE(cond) WARN_ONCE(cond, "%s in %s()", #cond, __func__)

#endif
