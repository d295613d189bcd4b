/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names without regard to case: one upper-case table of single code points, as
 * Windows compares names ([MS-UCODEREF] 3.1.5.3). No locale, no normalisation.
 *
 * A byte of a name that is not UTF-8 counts as a character of its own, equal only to
 * itself, so that names from other systems stay distinct.
 */
#ifndef KSMBD_NAME_CASE_H
#define KSMBD_NAME_CASE_H

#include <linux/types.h>

/** ksmbd_case_fold() - upper case of a code point, or the code point itself */
u32 ksmbd_case_fold(u32 cp);

/**
 * ksmbd_name_equal_caseless() - are two UTF-8 names one name?
 * Their lengths may differ: a letter's cases need not have equal encodings.
 */
bool ksmbd_name_equal_caseless(const char *a, u32 alen, const char *b, u32 blen);

/** ksmbd_name_hash_caseless() - equal for names that are equal without regard to case */
u32 ksmbd_name_hash_caseless(const char *name, u32 len);

#endif
