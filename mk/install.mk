# SPDX-License-Identifier: GPL-2.0-or-later

PREFIX ?= /usr/local
SBINDIR ?= $(PREFIX)/sbin
MANDIR ?= $(PREFIX)/share/man
INSTALL ?= install

PROGRAMS := ksmbd.userd $(TOOL_PROGRAMS)
MAN_PAGES := $(sort $(wildcard Documentation/man/*.[1-8]))
# .../man/NAME.SECTION goes to MANDIR/manSECTION/
man_target = '$(DESTDIR)$(MANDIR)/man$(patsubst .%,%,$(suffix $(1)))/$(notdir $(1))'

##@ Install

.PHONY: install
install: $(PROGRAMS:%=build/%) ## user programs and man pages (PREFIX=/usr/local, DESTDIR)
	$(INSTALL) -d '$(DESTDIR)$(SBINDIR)'
	$(INSTALL) -m 755 $(PROGRAMS:%=build/%) '$(DESTDIR)$(SBINDIR)'
	$(foreach m,$(MAN_PAGES),$(INSTALL) -D -m 644 $(m) $(call man_target,$(m)) &&) :

.PHONY: uninstall
uninstall: ## remove what install put there
	rm -f $(foreach p,$(PROGRAMS),'$(DESTDIR)$(SBINDIR)/$(p)')
	rm -f $(foreach m,$(MAN_PAGES),$(call man_target,$(m)))
