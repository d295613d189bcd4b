# SPDX-License-Identifier: GPL-2.0-or-later
#
# Which program is built in which variant, and where it lands.

$(call program,ksmbd.userd,release,build)
$(call program,ksmbd.userd,asan,build/asan)
$(call program,ksmbd.userd,tsan,build/tsan)
$(call program,unit,release,build)
$(call program,unit,asan,build/asan)
$(call program,unit,tsan,build/tsan)
$(foreach p,$(TOOL_PROGRAMS),$(call program,$(p),release,build)$(call program,$(p),asan,build/asan))
$(foreach f,$(FUZZERS),$(call program,$(f),fuzz,build/fuzz))

.PHONY: build-release build-asan build-tsan build-fuzz
build-release: build/ksmbd.userd $(TOOL_PROGRAMS:%=build/%) build/unit
build-asan: build/asan/ksmbd.userd $(TOOL_PROGRAMS:%=build/asan/%) build/asan/unit
build-tsan: build/tsan/ksmbd.userd build/tsan/unit
build-fuzz: $(FUZZERS:%=build/fuzz/%)

-include $(sort $(DEP_FILES))
