#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# probe.sh INCLUDE: prints -DNAME for each line of probes.txt whose header has the pattern.
# Several lines of one name: any of them is enough.
set -f
include=$1
while read -r name header pattern; do
	case $name in '' | '#'*) continue ;; esac
	if [ -f "$include/$header" ] && grep -Eq -- "$pattern" "$include/$header"; then
		printf ' -D%s' "$name"
	fi
done <"${0%/*}/probes.txt"
echo
