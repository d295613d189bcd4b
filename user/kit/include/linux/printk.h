/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_PRINTK_H
#define KIT_LINUX_PRINTK_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <linux/ratelimit_types.h>

#define KERN_SOH     "\001"
#define KERN_EMERG   KERN_SOH "0"
#define KERN_ALERT   KERN_SOH "1"
#define KERN_CRIT    KERN_SOH "2"
#define KERN_ERR     KERN_SOH "3"
#define KERN_WARNING KERN_SOH "4"
#define KERN_NOTICE  KERN_SOH "5"
#define KERN_INFO    KERN_SOH "6"
#define KERN_DEBUG   KERN_SOH "7"

/*
 * One line to standard error, never mixed with another's. No %p extensions:
 * the format is the C library's. Lines above kit_log_level are not formatted.
 */
int _printk(const char *fmt, ...) __printf(1, 2);
#define printk(fmt, ...) _printk(fmt, ##__VA_ARGS__)
#define no_printk(fmt, ...)                          \
	({                                           \
		if (0)                               \
			_printk(fmt, ##__VA_ARGS__); \
		0;                                   \
	})

#ifndef pr_fmt
#define pr_fmt(fmt) fmt
#endif
#define pr_emerg(fmt, ...)  printk(KERN_EMERG pr_fmt(fmt), ##__VA_ARGS__)
#define pr_alert(fmt, ...)  printk(KERN_ALERT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_crit(fmt, ...)   printk(KERN_CRIT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_err(fmt, ...)    printk(KERN_ERR pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn(fmt, ...)   printk(KERN_WARNING pr_fmt(fmt), ##__VA_ARGS__)
#define pr_notice(fmt, ...) printk(KERN_NOTICE pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info(fmt, ...)   printk(KERN_INFO pr_fmt(fmt), ##__VA_ARGS__)
#define pr_devel(fmt, ...)  no_printk(KERN_DEBUG pr_fmt(fmt), ##__VA_ARGS__)

extern int kit_log_level;

/* Arguments are not evaluated when the level is off, as with the kernel's dynamic debug. */
#define pr_debug(fmt, ...)                                             \
	do {                                                           \
		if (unlikely(READ_ONCE(kit_log_level) >= 7))           \
			printk(KERN_DEBUG pr_fmt(fmt), ##__VA_ARGS__); \
	} while (0)

#define printk_once(fmt, ...)                                                 \
	do {                                                                  \
		static bool __pk_done;                                        \
                                                                              \
		if (!__atomic_exchange_n(&__pk_done, true, __ATOMIC_RELAXED)) \
			printk(fmt, ##__VA_ARGS__);                           \
	} while (0)
#define pr_err_once(fmt, ...)  printk_once(KERN_ERR pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn_once(fmt, ...) printk_once(KERN_WARNING pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info_once(fmt, ...) printk_once(KERN_INFO pr_fmt(fmt), ##__VA_ARGS__)

#define printk_ratelimited(fmt, ...)                                               \
	do {                                                                       \
		static DEFINE_RATELIMIT_STATE(__pk_rs, DEFAULT_RATELIMIT_INTERVAL, \
					      DEFAULT_RATELIMIT_BURST);            \
                                                                                   \
		if (__ratelimit(&__pk_rs))                                         \
			printk(fmt, ##__VA_ARGS__);                                \
	} while (0)
#define pr_err_ratelimited(fmt, ...)	printk_ratelimited(KERN_ERR pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn_ratelimited(fmt, ...)	printk_ratelimited(KERN_WARNING pr_fmt(fmt), ##__VA_ARGS__)
#define pr_notice_ratelimited(fmt, ...) printk_ratelimited(KERN_NOTICE pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info_ratelimited(fmt, ...)	printk_ratelimited(KERN_INFO pr_fmt(fmt), ##__VA_ARGS__)
#define pr_debug_ratelimited(fmt, ...)                                             \
	do {                                                                       \
		if (unlikely(READ_ONCE(kit_log_level) >= 7))                       \
			printk_ratelimited(KERN_DEBUG pr_fmt(fmt), ##__VA_ARGS__); \
	} while (0)

#endif
