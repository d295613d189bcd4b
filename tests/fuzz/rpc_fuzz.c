// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The DCE/RPC server. Input: a byte for the pipe, then messages of a length byte (in units
 * of 4) and as much data, each written as a client's pipe write and followed by reads.
 */
#include <stdlib.h>
#include <string.h>

#include "tools/lib/rpc/rpc.h"

static struct service *service;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const char text[] = "[data]\npath=/\ncomment=\xd0\xb6\n[hidden]\npath=/\n"
				   "browseable=no\n[public]\npath=/\nguest ok=yes\n";
	struct report report = { 0 };
	struct conf_reader *reader = conf_reader_create(&report);
	struct passdb *db = passdb_create();
	struct conf *conf;

	conf_reader_text(reader, "fuzz", text, sizeof(text) - 1);
	conf = conf_reader_finish(reader);
	service = service_create();
	if (!conf || !db || !service)
		abort();
	service_install(service, conf, db);
	conf_reader_free(reader);
	conf_put(conf);
	passdb_put(db);
	return 0;
}

static void read_replies(struct rpc_pipe *pipe, size_t cap)
{
	uint8_t buffer[RPC_MAX_FRAGMENT];
	size_t len;
	bool more;

	while (!rpc_pipe_read(pipe, buffer, cap, &len, &more)) {
		if (!len || len > cap)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rpc_pipe *pipe;
	size_t cap;

	if (!size)
		return 0;
	pipe = rpc_pipe_create(service, *data & 1 ? RPC_PIPE_WKSSVC : RPC_PIPE_SRVSVC);
	cap = *data & 2 ? 100 : RPC_MAX_FRAGMENT;
	data++;
	size--;
	while (size) {
		size_t len = *data * 4;

		data++;
		size--;
		if (len > size)
			len = size;
		if (rpc_pipe_write(pipe, data, len))
			break;
		data += len;
		size -= len;
		read_replies(pipe, cap);
	}
	rpc_pipe_free(pipe);
	return 0;
}
