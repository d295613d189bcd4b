# SPDX-License-Identifier: GPL-2.0-or-later
#
# Tools and flags. A variant is one way to compile everything; its objects live in
# build/obj/<variant>/, its products in build/ (release) or build/<variant>/.

VARIANTS := release asan tsan fuzz

# SETUP=: builds without looking for missing packages.
SETUP ?= scripts/setup
V ?= 0
Q := $(if $(filter-out 0,$(V)),,@)

CC_release := gcc
CC_asan := clang
CC_tsan := clang
CC_fuzz := clang

INCLUDES := -Iuser/kit/include -Iksmbd -I.
# Where the tools look for an installation's files and for the running daemon.
SYSCONFDIR ?= /etc
RUNSTATEDIR ?= /run
CPPFLAGS_ALL := $(INCLUDES) -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 \
	-DKSMBD_SYSCONFDIR='"$(SYSCONFDIR)"' -DKSMBD_RUNSTATEDIR='"$(RUNSTATEDIR)"'

# Only ksmbd.mountd talks to the kernel. directory_flags: of the file $(1).
LIBNL_CFLAGS ?= -I/usr/include/libnl3
directory_flags = $(if $(filter tools/mountd/%,$(1)),$(LIBNL_CFLAGS))
LDLIBS_ksmbd.mountd := -lnl-genl-3 -lnl-3

# fno-strict-aliasing, fno-common: as the kernel builds the same engine files.
CFLAGS_ALL := -std=gnu11 -g -pthread -fno-strict-aliasing -fno-common \
	-fno-delete-null-pointer-checks \
	-Wall -Wextra -Werror -Wmissing-prototypes -Wstrict-prototypes -Wvla -Wundef \
	-Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers -Wno-type-limits

# What the kernel's compiler flags demand of the engine.
CFLAGS_ENGINE := -Wdeclaration-after-statement

HARDEN_C := -fPIE -fstack-protector-strong -fstack-clash-protection -D_FORTIFY_SOURCE=2
HARDEN_LD := -pie -Wl,-z,relro,-z,now,-z,noexecstack

# gcc warns of these where a value is cut off on purpose; the kernel switches them off too.
CFLAGS_release := -O2 $(HARDEN_C) -Wno-format-truncation -Wno-alloc-size-larger-than
CFLAGS_ENGINE_release := -Wframe-larger-than=1024
LDFLAGS_release := $(HARDEN_LD)

SANITIZE_ADDRESS := address,undefined
CFLAGS_sanitize := -O1 -fno-omit-frame-pointer -fno-optimize-sibling-calls

CFLAGS_asan := $(CFLAGS_sanitize) -fsanitize=$(SANITIZE_ADDRESS) -fno-sanitize-recover=all
LDFLAGS_asan := -fsanitize=$(SANITIZE_ADDRESS)

CFLAGS_tsan := $(CFLAGS_sanitize) -fsanitize=thread
LDFLAGS_tsan := -fsanitize=thread

CFLAGS_fuzz := $(CFLAGS_sanitize) -fsanitize=fuzzer-no-link,$(SANITIZE_ADDRESS) \
	-fno-sanitize-recover=all
LDFLAGS_fuzz := -fsanitize=fuzzer,$(SANITIZE_ADDRESS)
# The engine has no fuzzing hooks: the fuzz build's only difference is in the user host.
CPPFLAGS_HOST_fuzz := -DKSMBD_FUZZ

LDLIBS := -lcrypto -lpthread
