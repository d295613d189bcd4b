# SPDX-License-Identifier: GPL-2.0-or-later
#
# Programs, manual pages and the systemd unit below PREFIX, the module below /lib/modules; all of
# it below DESTDIR. make install-tools leaves the module out.

PREFIX ?= /usr/local
SBINDIR ?= $(PREFIX)/sbin
MANDIR ?= $(PREFIX)/share/man
# Searched by systemd below /usr/local/lib as well as below /usr/lib.
UNITDIR ?= $(PREFIX)/lib/systemd/system
INSTALL ?= install

PROGRAMS := ksmbd.userd $(TOOL_PROGRAMS)
MAN_PAGES := $(sort $(wildcard Documentation/man/*.[1-8]))
UNITS := $(sort $(wildcard tools/*/*.service.in))
# .../man/NAME.SECTION goes to MANDIR/manSECTION/
man_target = '$(DESTDIR)$(MANDIR)/man$(patsubst .%,%,$(suffix $(1)))/$(notdir $(1))'
unit_target = '$(DESTDIR)$(UNITDIR)/$(notdir $(1:.in=))'

# systemd learns of units only when told; there is none to tell in a staging directory.
RELOAD_UNITS = $(if $(DESTDIR),:,[ ! -d /run/systemd/system ] || systemctl daemon-reload)

##@ Install

.PHONY: install
install: install-tools install-module ## module, programs, man pages, unit (PREFIX=/usr/local, DESTDIR, KDIR)

.PHONY: install-tools
install-tools: $(PROGRAMS:%=build/%) ## all but the module
	@$(INSTALL) -d '$(DESTDIR)$(SBINDIR)'
	@$(INSTALL) -m 755 $(PROGRAMS:%=build/%) '$(DESTDIR)$(SBINDIR)'
	@$(foreach m,$(MAN_PAGES),$(INSTALL) -D -m 644 $(m) $(call man_target,$(m)) &&) :
	@$(foreach u,$(UNITS),$(INSTALL) -d '$(DESTDIR)$(UNITDIR)' && \
		sed 's,@SBINDIR@,$(SBINDIR),g; s,@RUNSTATEDIR@,$(RUNSTATEDIR),g' $(u) \
			>$(call unit_target,$(u)) && chmod 644 $(call unit_target,$(u)) &&) $(RELOAD_UNITS)
	@echo '$(DESTDIR)$(SBINDIR): $(PROGRAMS)'

.PHONY: install-module
install-module: install-tools
	@scripts/module install

.PHONY: uninstall
uninstall: ## remove what install put there
	@rm -f $(foreach p,$(PROGRAMS),'$(DESTDIR)$(SBINDIR)/$(p)')
	@rm -f $(foreach m,$(MAN_PAGES),$(call man_target,$(m)))
	@rm -f $(foreach u,$(UNITS),$(call unit_target,$(u)))
	@$(RELOAD_UNITS)
	@scripts/module uninstall
