// SPDX-License-Identifier: GPL-2.0-or-later
/* ksmbd.addshare's edits: what was a configuration still is one, and says what it was told. */
#include <stdlib.h>
#include <string.h>

#include "tools/lib/config.h"
#include "tools/lib/config_edit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct conf *read_conf(const char *text, size_t len)
{
	struct report report = { 0 };
	struct conf_reader *reader = conf_reader_create(&report);
	struct conf *conf;

	conf_reader_text(reader, "t", text, len);
	conf = conf_reader_finish(reader);
	conf_reader_free(reader);
	return conf;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct edit_param params[] = { { "path", "/tmp" }, { "writable", "yes" } };
	const char *text = (const char *)data;
	struct conf *old = read_conf(text, size), *new;
	const struct conf_share *share;
	struct edit_text result;
	bool there;

	if (!old)
		return 0;
	there = edit_has_share(text, size, "s");
	if (there != !!conf_share_find(old, "s"))
		abort();
	if (edit_set_share(text, size, "s", params, 2, &result))
		abort();
	new = read_conf(result.data, result.len);
	/* [global] may have what no share can be made of. */
	if (!new &&there)
		abort();
	share = new ? conf_share_find(new, "s") : NULL;
	if (new && (!share || share->read_only || new->share_count != old->share_count + !there))
		abort();
	if (new && !new->global.root_directory && strcmp(share->path, "/tmp"))
		abort();
	conf_put(new);
	free(result.data);
	if (edit_delete_share(text, size, "s", &result))
		abort();
	new = read_conf(result.data, result.len);
	if (!new || conf_share_find(new, "s") || new->share_count != old->share_count - there)
		abort();
	conf_put(new);
	free(result.data);
	conf_put(old);
	return 0;
}
