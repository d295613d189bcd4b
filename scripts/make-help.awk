# SPDX-License-Identifier: GPL-2.0-or-later
#
# Print the targets of a Makefile: "target: ... ## text" lines, under "##@ heading" lines.
BEGIN { FS = ":.*## " }
/^##@ / { heading[++rows] = substr($0, 5); next }
/^[a-z%][a-z0-9-]*:.*## / {
	name[++rows] = $1
	text[rows] = $2
}
END {
	for (i = 1; i <= rows; i++) {
		if (i in heading)
			pending = heading[i]
		else {
			if (pending != "")
				printf "%s%s\n", (printed++ ? "\n" : ""), pending
			pending = ""
			printf "  %-16s %s\n", name[i], text[i]
		}
	}
	print "\nVariables: V=1 (show commands), PREFIX, DESTDIR, FUZZ_SECONDS (fuzz), STAGES (check), SETUP=: (install nothing)"
}
