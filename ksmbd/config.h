/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Server-wide settings: an immutable snapshot, swapped whole (house rule 10).
 */
#ifndef KSMBD_CONFIG_H
#define KSMBD_CONFIG_H

#include <linux/types.h>

#include "config_types.h"

/**
 * ksmbd_config_install() - make @values the current settings
 * @values: copied; @values->refs is ignored. Sizes are clamped to what the engine supports.
 *
 * Connections keep the snapshot they began with.
 * Return: 0, -ENOMEM, or -EINVAL when min_dialect > max_dialect.
 */
int ksmbd_config_install(const struct ksmbd_config *values);

/** ksmbd_config_defaults() - fill in the documented defaults */
void ksmbd_config_defaults(struct ksmbd_config *values);

/** ksmbd_config_get() - a reference to the current snapshot; NULL before the first install */
struct ksmbd_config *ksmbd_config_get(void);
void ksmbd_config_put(struct ksmbd_config *config);

/** ksmbd_config_exit() - drop the current snapshot at shutdown */
void ksmbd_config_exit(void);

#endif
