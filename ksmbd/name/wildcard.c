// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/string.h>

#include "name/case.h"
#include "name/utf16.h"
#include "name/wildcard.h"

#define NAME_UNITS_MAX 255

/* A byte that is not UTF-8 becomes a lone low surrogate, which no valid text holds. */
#define RAW_BYTE 0xdc00

/**
 * struct match - where in the name the pattern read so far may have ended
 * @unit, @units: the name, folded when case does not count
 * @last_dot: place of the name's last dot, or @units
 * @at: at[i] is set when the pattern so far fits the name's first i units
 * @low: no place below is set
 */
struct match {
	u16 unit[NAME_UNITS_MAX];
	u16 units;
	u16 last_dot;
	u16 low;
	u8 at[NAME_UNITS_MAX + 1];
};

/* Takes one character as one or two units; returns how many. */
static u32 take_units(const char **text, u32 *len, bool caseless, u16 unit[2])
{
	u8 first = (u8)(*text)[0];
	u32 cp;
	s32 took = ksmbd_utf8_decode(*text, *len, &cp);

	if (took < 0) {
		cp = RAW_BYTE | first;
		took = 1;
	}
	*text += took;
	*len -= took;
	if (cp > 0xffff) {
		unit[0] = (u16)(0xd800 + ((cp - 0x10000) >> 10));
		unit[1] = (u16)(0xdc00 + (cp & 0x3ff));
		return 2;
	}
	unit[0] = (u16)(caseless ? ksmbd_case_fold(cp) : cp);
	return 1;
}

static bool begin_match(struct match *m, const char *name, u32 len, bool caseless)
{
	m->units = 0;
	m->low = 0;
	while (len) {
		u16 unit[2];
		u32 i, n = take_units(&name, &len, caseless, unit);

		if (m->units + n > NAME_UNITS_MAX)
			return false;
		for (i = 0; i < n; i++)
			m->unit[m->units++] = unit[i];
	}
	m->last_dot = m->units;
	while (m->last_dot && m->unit[m->last_dot - 1] != '.')
		m->last_dot--;
	m->last_dot = m->last_dot ? m->last_dot - 1 : m->units;
	memset(m->at, 0, sizeof(m->at));
	m->at[0] = 1;
	return true;
}

/* A star: every place from the first one on, for DOS_STAR not across the last dot. */
static void step_star(struct match *m, bool dos)
{
	u32 i;

	for (i = m->low + 1; i <= m->units; i++)
		if (m->at[i - 1] && !(dos && i - 1 == m->last_dot))
			m->at[i] = 1;
}

/* Does @p stand still at place @i, taking nothing of the name? */
static bool takes_nothing(const struct match *m, u16 p, u32 i)
{
	if (p == '>')
		return i == m->units || m->unit[i] == '.';
	return p == '"' && i == m->units;
}

/* Does @p take the name's unit @i? */
static bool takes_unit(const struct match *m, u16 p, u32 i)
{
	switch (p) {
	case '?':
		return true;
	case '>':
		return m->unit[i] != '.';
	case '"':
		return m->unit[i] == '.';
	default:
		return m->unit[i] == p;
	}
}

/* One pattern unit that is no star. In place, so from the end of the name down. */
static void step_unit(struct match *m, u16 p)
{
	u32 i;

	for (i = m->units; i > m->low; i--)
		m->at[i] = (m->at[i] && takes_nothing(m, p, i)) ||
			   (m->at[i - 1] && takes_unit(m, p, i - 1));
	m->at[i] = m->at[i] && takes_nothing(m, p, i);
}

static bool step(struct match *m, u16 p)
{
	if (p == '*' || p == '<')
		step_star(m, p == '<');
	else
		step_unit(m, p);
	while (!m->at[m->low])
		if (m->low++ == m->units)
			return false;
	return true;
}

bool ksmbd_wildcard_match(const char *pattern, u32 pattern_len, const char *name, u32 name_len,
			  bool caseless)
{
	struct match m;

	if (pattern_len == 1 && pattern[0] == '*')
		return true;
	if (!begin_match(&m, name, name_len, caseless))
		return false;
	while (pattern_len) {
		u16 unit[2];
		u32 i, n = take_units(&pattern, &pattern_len, caseless, unit);

		for (i = 0; i < n; i++)
			if (!step(&m, unit[i]))
				return false;
	}
	return m.at[m.units];
}

bool ksmbd_wildcard_present(const char *pattern, u32 len)
{
	u32 i;

	for (i = 0; i < len; i++)
		if (pattern[i] && strchr("*?<>\"", pattern[i]))
			return true;
	return false;
}
