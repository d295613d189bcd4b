# SPDX-License-Identifier: GPL-2.0-or-later
#
# Rules of one variant. Objects are made again when a flag changes, programs also when their
# list of objects does: both are recorded in stamp files that change only with their content.

.PHONY: FORCE
FORCE:

.PHONY: setup-build
setup-build:
	@$(SETUP) build

# $(call stamp,TEXT): recipe that writes TEXT to the target if that is not what it says.
stamp = @mkdir -p $(@D); printf '%s\n' '$(strip $(1))' | cmp -s - $@ || \
	printf '%s\n' '$(strip $(1))' >$@

# $(call compile,VARIANT,MORE FLAGS)
compile = @mkdir -p $(@D)$(if $(filter 0,$(V)),; echo "  CC      $@")
compile_command = $(CC_$(1)) $(CPPFLAGS_ALL) $(call directory_flags,$<) $(CPPFLAGS) \
	$(CFLAGS_ALL) $(CFLAGS_$(1)) $(2) $(CFLAGS) -MMD -MP -c -o $@ $<

define variant_rules
build/obj/$(1)/flags: FORCE
	$$(call stamp,$$(call compile_command,$(1),$$(CFLAGS_ENGINE) \
		$$(CFLAGS_ENGINE_$(1)) $$(CPPFLAGS_HOST_$(1))))

build/obj/$(1)/ksmbd/%.o: ksmbd/%.c build/obj/$(1)/flags | setup-build
	$$(compile)
	$$(Q)$$(call compile_command,$(1),$$(CFLAGS_ENGINE) $$(CFLAGS_ENGINE_$(1)))

build/obj/$(1)/%.o: %.c build/obj/$(1)/flags | setup-build
	$$(compile)
	$$(Q)$$(call compile_command,$(1),$$(CPPFLAGS_HOST_$(1)))
endef
$(foreach v,$(VARIANTS),$(eval $(call variant_rules,$(v))))

# $(call program,NAME,VARIANT,DIRECTORY): link SRC_<NAME> into DIRECTORY/NAME.
define program_rules
OBJ_$(1)_$(2) := $$(SRC_$(1):%.c=build/obj/$(2)/%.o)
DEP_FILES += $$(OBJ_$(1)_$(2):.o=.d)

build/obj/$(2)/$(1).link: FORCE
	$$(call stamp,$$(CC_$(2)) $$(LDFLAGS_$(2)) $$(LDFLAGS) $$(LDLIBS_$(1)) $$(LDLIBS) \
		$$(OBJ_$(1)_$(2)))

$(3)/$(1): $$(OBJ_$(1)_$(2)) build/obj/$(2)/$(1).link | setup-build
	@mkdir -p $$(@D)$$(if $$(filter 0,$$(V)),; echo "  LD      $$@")
	$$(Q)$$(CC_$(2)) -pthread $$(LDFLAGS_$(2)) $$(LDFLAGS) -o $$@ $$(OBJ_$(1)_$(2)) \
		$$(LDLIBS_$(1)) $$(LDLIBS)
endef
program = $(eval $(call program_rules,$(1),$(2),$(3)))
