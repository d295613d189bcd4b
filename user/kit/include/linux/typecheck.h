/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef KIT_LINUX_TYPECHECK_H
#define KIT_LINUX_TYPECHECK_H

#define typecheck(type, x)                  \
	({                                  \
		type __tc_1;                \
		typeof(x) __tc_2;           \
                                            \
		(void)(&__tc_1 == &__tc_2); \
		1;                          \
	})

#endif
