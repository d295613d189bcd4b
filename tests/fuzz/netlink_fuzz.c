// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages to the daemon, one after another: an event in one byte, a length in two, the payload.
 * The kernel is trusted, but what clients make it ask is in there.
 */
#include <stdlib.h>
#include <string.h>

#include "ksmbd/uapi/ksmbd_netlink.h"
#include "tools/lib/netlink/answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char text[] = "[global]\nmap to guest = bad user\n"
			   "[a]\npath=/tmp\nguest ok=yes\nveto files=/x/y/\n"
			   "[b]\npath=/\nvalid users=ann\nhosts allow=127.\n";

static void install(struct service *service)
{
	static const uint8_t hash[PASSDB_HASH_SIZE] = { 1 };
	struct report report = { 0 };
	struct conf_reader *reader = conf_reader_create(&report);
	struct passdb *db = passdb_create();
	struct conf *conf;

	conf_reader_text(reader, "t", text, sizeof(text) - 1);
	conf = conf_reader_finish(reader);
	if (!conf || passdb_set(db, "ann", hash))
		abort();
	service_install(service, conf, db);
	conf_reader_free(reader);
	conf_put(conf);
	passdb_put(db);
}

/* In a buffer of its own size, so that reading past its end shows. */
static void send_one(struct answers *answers, uint16_t event, const uint8_t *data, size_t size,
		     uint8_t *buffer)
{
	struct answer_reply reply = { .data = buffer };
	uint8_t *copy = malloc(size);
	int ret;

	if (size)
		memcpy(copy, data, size);
	answer_is_quick(event, copy, size);
	ret = answers_event(answers, event, copy, size, &reply);
	if (reply.size > ANSWER_MAX_SIZE || (ret && reply.size) ||
	    (reply.event && reply.event != event + 1))
		abort();
	if (event & 0x20 && reply.event)
		answers_undo(answers, event & 0x1f, copy, &reply);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct service *service = service_create();
	struct answers *answers = answers_create(service);
	uint8_t *buffer = malloc(ANSWER_MAX_SIZE);

	if (!answers || !buffer)
		abort();
	install(service);
	while (size >= 3) {
		uint16_t event = data[0];
		size_t len = data[1] | data[2] << 8;

		data += 3;
		size -= 3;
		if (len > size)
			len = size;
		if (event == 0xff) /* a reload between two messages */
			install(service);
		else
			send_one(answers, event, data, len, buffer);
		data += len;
		size -= len;
	}
	answers_free(answers);
	service_free(service);
	free(buffer);
	return 0;
}
