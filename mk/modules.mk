# SPDX-License-Identifier: GPL-2.0-or-later
#
# The kernel module. KDIR=DIRECTORY names other headers than the running kernel's, ARCH= another
# architecture (um).

##@ Kernel module

.PHONY: modules
modules: ## build/ksmbd.ko for the running kernel (KDIR=headers of another)
	@scripts/module build

.PHONY: dkms
dkms: ## leave building and installing the module to DKMS (as root)
	@scripts/module dkms

.PHONY: check-kernels
check-kernels: | setup-kernels ## build the module for 5.10, 6.1, 6.12 and 7.2 (packages into a cache)
	@scripts/check-kernels

.PHONY: check-qemu
check-qemu: all | setup-kernels ## boot Debian's kernels in QEMU (emulation): modprobe, serve a file
	@$(SETUP) qemu
	@scripts/check-qemu

.PHONY: setup-kernels
setup-kernels:
	@$(SETUP) build kernels
