# SPDX-License-Identifier: GPL-2.0-or-later
#
# Tests and checks. `check` is everything; the others are its parts, for a developer's hands.

FUZZ_SECONDS ?= 60
STAGES ?=

.PHONY: setup-check
setup-check:
	@$(SETUP) build check

##@ Tests and checks

.PHONY: check
check: ## everything; the last line is "N passed, N failed" (STAGES="unit-asan e2e": only those)
	@SETUP='$(SETUP)' scripts/check $(STAGES)

.PHONY: unit
unit: build/unit ## unit tests of the engine, the kit and the vectors
	@build/unit

.PHONY: e2e
e2e: all | setup-check ## real clients against build/ksmbd.userd
	@tests/e2e/run --server build/ksmbd.userd

.PHONY: fuzz
fuzz: build-fuzz | setup-check ## fuzz whole connections (FUZZ_SECONDS=60)
	@scripts/fuzz --seconds $(FUZZ_SECONDS) conn_fuzz
	@scripts/fuzz --seconds $$(($(FUZZ_SECONDS) / 2)) --except conn_fuzz

.PHONY: asan
asan: ## unit and end-to-end tests under address and undefined sanitizers
	@SETUP='$(SETUP)' scripts/check unit-asan e2e-asan

.PHONY: tsan
tsan: ## unit tests and parallel clients under the thread sanitizer
	@SETUP='$(SETUP)' scripts/check unit-tsan parallel-tsan

.PHONY: style
style: build/ksmbd.userd | setup-check ## layering, symbols, sizes, SPDX, layout
	@scripts/check-all-style

.PHONY: format
format: | setup-check ## lay out all C files with clang-format
	@scripts/check-format --fix

.PHONY: kobj
kobj: | setup-check ## compile the engine as kernel objects
	@scripts/check-kobj

.PHONY: sparse
sparse: | setup-check ## endianness and annotation check of the engine
	@scripts/check-kobj --sparse

##@ Measure

.PHONY: bench
bench: build/ksmbd.userd ## smbclient at everyday work, then small and large operations: against Debian's smbd
	@$(SETUP) build bench
	@scripts/bench
	@scripts/bench-ops
	@scripts/bench-pipe
