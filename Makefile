# SPDX-License-Identifier: GPL-2.0-or-later
#
# User-space build, tests and checks. `make help` lists the targets. Products and logs land
# below build/ only. The engine's kernel build is ksmbd/Makefile (kbuild).

MAKEFLAGS += --no-builtin-rules
# As many jobs as processors, unless -j says otherwise.
ifeq ($(filter -j%,$(MAKEFLAGS)),)
MAKEFLAGS += -j$(shell nproc)
endif
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

include mk/config.mk
include mk/sources.mk
include mk/variant.mk
include mk/products.mk
include mk/modules.mk
include mk/test.mk
include mk/uml.mk
include mk/install.mk

##@ Build

.PHONY: all
all: build/ksmbd.userd $(TOOL_PROGRAMS:%=build/%) ## the user programs, into build/ (default)

.PHONY: setup
setup: ## install missing Debian packages: only those that the build needs
	@$(SETUP) build

.PHONY: clean
clean: ## remove build/ (except a share with files in it: build/run)
	@find build -mindepth 1 -maxdepth 1 ! -name run -exec rm -rf {} + 2>/dev/null || :

##@ Run

.PHONY: run
run: build/ksmbd.userd ## serve build/run/share on 127.0.0.1:4450 until Ctrl-C
	@scripts/run

##@ Help

.PHONY: help
help: ## this list
	@awk -f scripts/make-help.awk $(MAKEFILE_LIST)
