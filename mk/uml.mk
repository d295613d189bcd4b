# SPDX-License-Identifier: GPL-2.0-or-later
#
# The kernel host's test bed: User Mode Linux. The kernels lie outside the checkout, in
# $(KSMBD_CACHE), by default ~/.cache/ksmbd.

##@ Kernel test bed

.PHONY: uml
uml: ## build the User Mode Linux kernels of the tests, once (2.5 GB in ~/.cache/ksmbd)
	@$(SETUP) build uml
	@scripts/uml-build
	@scripts/uml-build --debug

.PHONY: check-uml
check-uml: ## boot them: tests of ksmbd.ko (UML="kunit unload e2e-1": only those)
	@SETUP='$(SETUP)' scripts/check-uml $(UML)
