# SPDX-License-Identifier: GPL-2.0-or-later
#
# Which program is built in which variant, and where it lands.

$(call program,ksmbd.userd,release,build)
$(call program,ksmbd.userd,asan,build/asan)
$(call program,ksmbd.userd,tsan,build/tsan)
$(call program,unit,release,build)
$(call program,unit,asan,build/asan)
$(call program,unit,tsan,build/tsan)
$(foreach f,$(FUZZERS),$(call program,$(f),fuzz,build/fuzz))

.PHONY: build-release build-asan build-tsan build-fuzz
build-release: build/ksmbd.userd build/unit
build-asan: build/asan/ksmbd.userd build/asan/unit
build-tsan: build/tsan/ksmbd.userd build/tsan/unit
build-fuzz: $(FUZZERS:%=build/fuzz/%)

-include $(sort $(DEP_FILES))
