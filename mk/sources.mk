# SPDX-License-Identifier: GPL-2.0-or-later
#
# Sources are found, not listed: a new file needs no edit here.

ENGINE_SRC := $(sort $(filter-out ksmbd/tests/%,$(wildcard ksmbd/*.c ksmbd/*/*.c)))
KIT_SRC := $(sort $(wildcard user/kit/*.c))
HOST_SRC := $(sort $(filter-out user/main.c,$(wildcard user/*.c)) $(wildcard user/host/*.c))
LIB_SRC := $(sort $(wildcard tools/lib/*.c tools/lib/*/*.c))

# Everything below a program's main().
CORE_SRC := $(ENGINE_SRC) $(KIT_SRC) $(HOST_SRC) $(LIB_SRC)

SRC_ksmbd.userd := $(CORE_SRC) user/main.c

# The tools: a program each in tools/NAME/, called ksmbd.NAME.
TOOLS := $(sort $(patsubst tools/%/,%,$(filter-out tools/lib/,$(dir $(wildcard tools/*/*.c)))))
TOOL_PROGRAMS := $(TOOLS:%=ksmbd.%)
$(foreach t,$(TOOLS),$(eval SRC_ksmbd.$(t) := $(LIB_SRC) $(sort $(wildcard tools/$(t)/*.c))))
SRC_unit := $(CORE_SRC) tests/fuzz/hook.c $(sort $(wildcard ksmbd/tests/*.c \
	$(patsubst %,tests/%/*.c,unit kit ports tools vectors replay)))

# Each *_fuzz.c is a program; the other files beside it are shared by all of them.
FUZZ_MAIN := $(sort $(wildcard tests/fuzz/*_fuzz.c))
FUZZ_SHARED := $(sort $(filter-out $(FUZZ_MAIN),$(wildcard tests/fuzz/*.c)))
FUZZERS := $(FUZZ_MAIN:tests/fuzz/%.c=%)
$(foreach f,$(FUZZERS),$(eval SRC_$(f) := $(CORE_SRC) $(FUZZ_SHARED) tests/fuzz/$(f).c))
