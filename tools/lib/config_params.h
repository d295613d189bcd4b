/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of parameters: names, types, defaults, limits. Used by config.c and its tests.
 */
#ifndef KSMBD_TOOLS_CONFIG_PARAMS_H
#define KSMBD_TOOLS_CONFIG_PARAMS_H

#include "tools/lib/config.h"

enum param_scope {
	PARAM_GLOBAL,
	PARAM_SHARE
};

/* What a field holds; the setter of each is in config_params.c. */
enum param_type {
	PARAM_BOOL,	/* bool */
	PARAM_NOT_BOOL, /* bool, stored negated */
	PARAM_NUMBER,	/* uint32_t within min .. max */
	PARAM_SIZE,	/* uint32_t with K, M, G; brought into min .. max with a warning */
	PARAM_MODE,	/* uint32_t, octal, within min .. max */
	PARAM_CHOICE,	/* uint32_t, one of choices */
	PARAM_STRING,	/* char *, at most max bytes */
	PARAM_PATH,	/* char *, absolute */
	PARAM_LIST,	/* char ** */
	PARAM_HOSTS,	/* struct hosts * */
	PARAM_VETO,	/* struct conf_share: veto, veto_size */
	PARAM_VFS,	/* uint32_t of CONF_VFS_* */
	PARAM_NONE,	/* known, has no effect: one warning */
};

/* How a value of PARAM_CHOICE is taken. */
enum choice_verdict {
	CHOICE_OK,
	CHOICE_WARN,
	CHOICE_REFUSE
};

struct param_choice {
	const char *name;
	uint32_t value;
	enum choice_verdict verdict;
	const char *remark; /* with CHOICE_WARN and CHOICE_REFUSE */
};

/**
 * struct param - a row
 * @name: lower case; compared without spaces
 * @preset: the default as it would be written; NULL: field starts as zero (and all synonyms)
 * @remark: why this has no effect yet, whatever its type
 * @process_remark: why it has none on a server that is a process
 */
struct param {
	const char *name;
	enum param_scope scope;
	enum param_type type;
	size_t offset;
	const char *preset;
	uint64_t min;
	uint64_t max;
	const struct param_choice *choices;
	const char *remark;
	const char *process_remark;
};

extern const struct param conf_params[];
extern const size_t conf_param_count;

/** param_find() - the row of @key (any case, any spaces) in @scope, or NULL */
const struct param *param_find(enum param_scope scope, const char *key);

/**
 * param_set() - store @value into the row's field of @base
 * @base: struct conf_global or struct conf_share; the field's old value is freed
 * @file, @line: where it was written, for messages
 * Return: false after an error was reported
 */
bool param_set(const struct param *param, void *base, const char *value, struct report *report,
	       const char *file, unsigned int line);
/** param_remark() - warn if the row has no effect; @kernel: on the kernel's server */
void param_remark(const struct param *param, bool kernel, struct report *report, const char *file,
		  unsigned int line);
/** params_preset() - store the defaults of all rows of @scope into zeroed @base */
bool params_preset(enum param_scope scope, void *base, struct report *report);
/** params_release() - free every field of @base */
void params_release(enum param_scope scope, void *base);

#endif
