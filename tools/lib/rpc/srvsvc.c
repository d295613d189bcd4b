// SPDX-License-Identifier: GPL-2.0-or-later
/* Server service ([MS-SRVS]): the list of shares, what this server is, what time it is. */
#include <string.h>
#include <time.h>

#include "tools/lib/rpc/iface.h"

#define STYPE_DISKTREE 0
#define STYPE_IPC      3
#define STYPE_SPECIAL  0x80000000u
#define UNLIMITED_USES UINT32_MAX
#define PLATFORM_NT    500
#define VERSION_MAJOR  6
#define VERSION_MINOR  1
/* workstation, server, Unix, NT server ([MS-SRVS] 2.2.2.7) */
#define SERVER_TYPE (0x1 | 0x2 | 0x800 | 0x8000)
#define NO_LIMIT    UINT32_MAX
#define MAX_NAME    256

/* What a level says about a share, in the order of its structure. */
enum share_item {
	ITEM_END,
	ITEM_NAME,
	ITEM_TYPE,
	ITEM_COMMENT,
	ITEM_PERMISSIONS, /* share-level security only: 0 */
	ITEM_MAX_USES,
	ITEM_USES,
	ITEM_PATH,
	ITEM_PASSWORD, /* share-level security only: NULL */
	ITEM_FLAGS,
	ITEM_ACL_SIZE, /* no security descriptor is told */
	ITEM_ACL,
};

#define MAX_ITEMS 11

struct share_level {
	uint32_t level;
	bool listed; /* also by NetrShareEnum */
	uint8_t items[MAX_ITEMS];
};

static const struct share_level share_levels[] = {
	{ 0, true, { ITEM_NAME } },
	{ 1, true, { ITEM_NAME, ITEM_TYPE, ITEM_COMMENT } },
	{ 2,
	  true,
	  { ITEM_NAME, ITEM_TYPE, ITEM_COMMENT, ITEM_PERMISSIONS, ITEM_MAX_USES, ITEM_USES,
	    ITEM_PATH, ITEM_PASSWORD } },
	{ 501, true, { ITEM_NAME, ITEM_TYPE, ITEM_COMMENT, ITEM_FLAGS } },
	{ 502,
	  true,
	  { ITEM_NAME, ITEM_TYPE, ITEM_COMMENT, ITEM_PERMISSIONS, ITEM_MAX_USES, ITEM_USES,
	    ITEM_PATH, ITEM_PASSWORD, ITEM_ACL_SIZE, ITEM_ACL } },
	{ 1005, false, { ITEM_FLAGS } },
};

static const struct share_level *find_level(uint32_t level)
{
	size_t i;

	for (i = 0; i < sizeof(share_levels) / sizeof(share_levels[0]); i++) {
		if (share_levels[i].level == level)
			return &share_levels[i];
	}
	return NULL;
}

/* The string of an item, or NULL for items that are numbers or not there. */
static const char *item_text(enum share_item item, const struct conf_share *share)
{
	switch (item) {
	case ITEM_NAME:
		return share->name;
	case ITEM_COMMENT:
		return share->path ? share->comment : "IPC Service";
	case ITEM_PATH: /* where it is on this machine is nobody's business */
		return "";
	default:
		return NULL;
	}
}

static uint32_t item_number(enum share_item item, const struct conf_share *share,
			    struct service *service)
{
	switch (item) {
	case ITEM_TYPE:
		return share->path ? STYPE_DISKTREE : STYPE_IPC | STYPE_SPECIAL;
	case ITEM_MAX_USES:
		return share->path && share->max_connections ? share->max_connections :
							       UNLIMITED_USES;
	case ITEM_USES:
		return service_uses(service, share->name);
	default:
		return 0;
	}
}

/* The fixed part; strings follow after all fixed parts of an array. */
static void put_fixed(struct rpc_call *call, const struct share_level *level,
		      const struct conf_share *share)
{
	struct ndr_out *out = &call->out;
	const uint8_t *item;

	for (item = level->items; *item; item++) {
		if (item_text(*item, share))
			ndr_put_pointer(out, true);
		else /* a NULL pointer and a number look the same */
			ndr_put_u32(out, item_number(*item, share, call->service));
	}
}

static void put_strings(struct ndr_out *out, const struct share_level *level,
			const struct conf_share *share)
{
	const uint8_t *item;

	for (item = level->items; *item; item++) {
		const char *text = item_text(*item, share);

		if (text)
			ndr_put_string(out, text);
	}
}

/* Bytes that a share takes in a reply, about; for PreferedMaximumLength. */
static size_t estimate(const struct share_level *level, const struct conf_share *share)
{
	const uint8_t *item;
	size_t size = 0;

	for (item = level->items; *item; item++) {
		const char *text = item_text(*item, share);

		size += 4 + (text ? 16 + 2 * strlen(text) : 0);
	}
	return size;
}

/*
 * The next entry of the list from @index on, which is moved behind it: the shares that
 * are browseable, then IPC$, then NULL.
 */
static const struct conf_share *share_at(const struct conf *conf, size_t *index)
{
	while (*index < conf->share_count) {
		const struct conf_share *share = conf->shares[(*index)++];

		if (share->browseable)
			return share;
	}
	if ((*index)++ == conf->share_count)
		return conf->ipc;
	return NULL;
}

struct listing {
	size_t begin; /* index to resume from */
	size_t end;
	uint32_t count; /* entries from begin to end */
	uint32_t total; /* entries from begin to the end of the list */
};

/* How many shares from @begin on fit into @limit bytes; at least one. */
static struct listing measure(const struct conf *conf, const struct share_level *level,
			      size_t begin, uint32_t limit)
{
	struct listing list = { .begin = begin, .end = begin };
	const struct conf_share *share;
	size_t index = begin, size = 0;
	bool full = false;

	while ((share = share_at(conf, &index))) {
		list.total++;
		size += estimate(level, share);
		full = full || (limit != NO_LIMIT && list.count && size > limit);
		if (!full) {
			list.count++;
			list.end = index;
		}
	}
	return list;
}

static void put_container(struct rpc_call *call, const struct share_level *level,
			  const struct listing *list)
{
	struct ndr_out *out = &call->out;
	size_t index = list->begin;
	uint32_t i;

	ndr_put_pointer(out, true); /* the container */
	ndr_put_u32(out, list->count);
	ndr_put_pointer(out, list->count);
	if (!list->count)
		return;
	ndr_put_u32(out, list->count); /* the array's size */
	for (i = 0; i < list->count; i++)
		put_fixed(call, level, share_at(call->conf, &index));
	index = list->begin;
	for (i = 0; i < list->count; i++)
		put_strings(out, level, share_at(call->conf, &index));
}

static void skip_server_name(struct ndr_in *in)
{
	char ignored[MAX_NAME];

	if (ndr_get_pointer(in))
		ndr_get_string(in, ignored, sizeof(ignored));
}

/* NetrShareEnum (15) and NetrShareEnumSticky (36), [MS-SRVS] 3.1.4.8, 3.1.4.9 */
static void enumerate_shares(struct rpc_call *call)
{
	struct ndr_in *in = &call->in;
	struct ndr_out *out = &call->out;
	const struct share_level *level;
	struct listing list = { 0 };
	uint32_t number, limit, resume = 0, result = WERR_INVALID_LEVEL;
	bool has_resume;

	skip_server_name(in);
	number = ndr_get_u32(in);
	if (ndr_get_u32(in) != number) /* the union's own copy of the level */
		in->bad = true;
	if (ndr_get_pointer(in)) { /* an empty container of the caller's */
		ndr_get_u32(in);
		if (ndr_get_pointer(in) && ndr_get_u32(in)) /* an array with something in it */
			in->bad = true;
	}
	limit = ndr_get_u32(in);
	has_resume = ndr_get_pointer(in);
	if (has_resume)
		resume = ndr_get_u32(in);
	if (in->bad)
		return;
	level = find_level(number);
	ndr_put_u32(out, number);
	ndr_put_u32(out, number);
	if (level && level->listed) {
		list = measure(call->conf, level, resume, limit);
		put_container(call, level, &list);
		result = list.count < list.total ? WERR_MORE_DATA : WERR_OK;
	} else {
		ndr_put_pointer(out, false);
	}
	ndr_put_u32(out, list.total);
	ndr_put_pointer(out, has_resume);
	if (has_resume)
		ndr_put_u32(out, result == WERR_MORE_DATA ? list.end : 0);
	ndr_put_u32(out, result);
}

/* NetrShareGetInfo (16), [MS-SRVS] 3.1.4.10 */
static void get_share_info(struct rpc_call *call)
{
	struct ndr_out *out = &call->out;
	char name[MAX_NAME];
	const struct share_level *level;
	const struct conf_share *share;
	uint32_t number;

	skip_server_name(&call->in);
	ndr_get_string(&call->in, name, sizeof(name));
	number = ndr_get_u32(&call->in);
	if (call->in.bad)
		return;
	level = find_level(number);
	share = conf_share_find(call->conf, name);
	ndr_put_u32(out, number);
	ndr_put_pointer(out, level && share);
	if (level && share) {
		put_fixed(call, level, share);
		put_strings(out, level, share);
	}
	ndr_put_u32(out, !level ? WERR_INVALID_LEVEL : share ? WERR_OK : WERR_NO_SUCH_SHARE);
}

/* NetrServerGetInfo (21), [MS-SRVS] 3.1.4.17 */
static void get_server_info(struct rpc_call *call)
{
	const struct conf_global *global = &call->conf->global;
	struct ndr_out *out = &call->out;
	uint32_t level;
	bool known;

	skip_server_name(&call->in);
	level = ndr_get_u32(&call->in);
	if (call->in.bad)
		return;
	known = level >= 100 && level <= 102;
	ndr_put_u32(out, level);
	ndr_put_pointer(out, known);
	if (known) {
		ndr_put_u32(out, PLATFORM_NT);
		ndr_put_pointer(out, true); /* name */
	}
	if (known && level >= 101) {
		ndr_put_u32(out, VERSION_MAJOR);
		ndr_put_u32(out, VERSION_MINOR);
		ndr_put_u32(out, SERVER_TYPE);
		ndr_put_pointer(out, true); /* comment */
	}
	if (level == 102) {
		ndr_put_u32(out, global->max_sessions); /* users */
		ndr_put_u32(out, global->deadtime ? global->deadtime : UINT32_MAX);
		ndr_put_u32(out, 0);	    /* not hidden */
		ndr_put_u32(out, 0);	    /* announce */
		ndr_put_u32(out, 0);	    /* announce delta */
		ndr_put_u32(out, 0);	    /* licenses */
		ndr_put_pointer(out, true); /* user path */
	}
	if (known)
		ndr_put_string(out, global->netbios_name);
	if (known && level >= 101)
		ndr_put_string(out, global->server_string);
	if (level == 102)
		ndr_put_string(out, "");
	ndr_put_u32(out, known ? WERR_OK : WERR_INVALID_LEVEL);
}

/* NetrRemoteTOD (28), [MS-SRVS] 3.1.4.21 */
static void tell_time(struct rpc_call *call)
{
	struct ndr_out *out = &call->out;
	struct timespec now, up;
	struct tm utc = { 0 }, local = { 0 };

	skip_server_name(&call->in);
	if (call->in.bad)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	clock_gettime(CLOCK_BOOTTIME, &up);
	gmtime_r(&now.tv_sec, &utc);
	localtime_r(&now.tv_sec, &local);
	ndr_put_pointer(out, true);
	ndr_put_u32(out, now.tv_sec);
	ndr_put_u32(out, up.tv_sec * 1000 + up.tv_nsec / 1000000);
	ndr_put_u32(out, utc.tm_hour);
	ndr_put_u32(out, utc.tm_min);
	ndr_put_u32(out, utc.tm_sec);
	ndr_put_u32(out, now.tv_nsec / 10000000);
	ndr_put_u32(out, -local.tm_gmtoff / 60); /* minutes west */
	ndr_put_u32(out, 310);			 /* clock ticks of 0.1 ms */
	ndr_put_u32(out, utc.tm_mday);
	ndr_put_u32(out, utc.tm_mon + 1);
	ndr_put_u32(out, utc.tm_year + 1900);
	ndr_put_u32(out, utc.tm_wday);
	ndr_put_u32(out, WERR_OK);
}

static const struct rpc_op srvsvc_ops[] = {
	{ 15, enumerate_shares }, { 16, get_share_info },   { 21, get_server_info },
	{ 28, tell_time },	  { 36, enumerate_shares },
};

const struct rpc_iface rpc_srvsvc = {
	.pipe_name = "srvsvc",
	.uuid = { 0x4b324fc8, 0x1670, 0x01d3, { 0x12, 0x78, 0x5a, 0x47, 0xbf, 0x6e, 0xe1, 0x88 } },
	.major = 3,
	.ops = srvsvc_ops,
	.op_count = sizeof(srvsvc_ops) / sizeof(srvsvc_ops[0]),
};
