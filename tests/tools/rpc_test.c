// SPDX-License-Identifier: GPL-2.0-or-later
/* The DCE/RPC server: proper conversations, then every way to cut and bend them. */
#include <kunit/test.h>

#include "tests/tools/messages.h"
#include "tools/lib/rpc/iface.h"
#include "tools/lib/rpc/pdu.h"
#include "tools/lib/rpc/rpc.h"

static const struct rpc_uuid ndr = { 0x8a885d04,
				     0x1ceb,
				     0x11c9,
				     { 0x9f, 0xe8, 0x08, 0x00, 0x2b, 0x10, 0x48, 0x60 } };
static const struct rpc_uuid ndr64 = { 0x71710533,
				       0xbeba,
				       0x4937,
				       { 0x83, 0x19, 0xb5, 0xdb, 0xef, 0x9c, 0xcc, 0x36 } };
static const struct rpc_uuid features = { 0x6cb71c2c, 0x9812, 0x4540, { 3 } };

static struct messages said;
static u8 reply[RPC_MAX_FRAGMENT];

static struct service *create_service(unsigned int shares)
{
	struct service *service = service_create();
	struct passdb *db = passdb_create();
	struct conf_reader *reader;
	struct conf *conf;
	char name[32];

	messages_init(&said);
	reader = conf_reader_create(&said.report);
	conf_reader_set(reader, "hidden", "path", "/");
	conf_reader_set(reader, "hidden", "browseable", "no");
	while (shares--) {
		snprintf(name, sizeof(name), "share%04u", shares);
		conf_reader_set(reader, name, "path", "/");
		conf_reader_set(reader, name, "comment", "\xd0\xb6 comment");
	}
	conf = conf_reader_finish(reader);
	BUG_ON(!conf);
	service_install(service, conf, db);
	conf_reader_free(reader);
	conf_put(conf);
	passdb_put(db);
	return service;
}

static void put_uuid(struct ndr_out *out, const struct rpc_uuid *uuid, u32 version)
{
	ndr_put_u32(out, uuid->low);
	ndr_put_u16(out, uuid->middle);
	ndr_put_u16(out, uuid->high);
	ndr_put_bytes(out, uuid->rest, 8);
	ndr_put_u32(out, version);
}

static void put_context(struct ndr_out *out, u16 id, const struct rpc_iface *iface,
			const struct rpc_uuid *syntax, u32 version)
{
	ndr_put_u16(out, id);
	ndr_put_u16(out, 1); /* one syntax */
	put_uuid(out, &iface->uuid, iface->major);
	put_uuid(out, syntax, version);
}

/* Three contexts as Windows offers them: NDR, NDR64, features. */
static void put_bind(struct ndr_out *out, u8 type, u16 receives)
{
	size_t begin = pdu_begin(out, type, PDU_FIRST | PDU_LAST, 1);

	ndr_put_u16(out, 4280);
	ndr_put_u16(out, receives);
	ndr_put_u32(out, 0);
	ndr_put_u32(out, 3);
	put_context(out, 0, &rpc_srvsvc, &ndr, 2);
	put_context(out, 1, &rpc_srvsvc, &ndr64, 1);
	put_context(out, 2, &rpc_srvsvc, &features, 1);
	pdu_end(out, begin);
}

static void put_request(struct ndr_out *out, u8 flags, u16 context, u16 opnum, const void *stub,
			size_t len)
{
	size_t begin = pdu_begin(out, PDU_REQUEST, flags, 7);

	ndr_put_u32(out, len);
	ndr_put_u16(out, context);
	ndr_put_u16(out, opnum);
	ndr_put_bytes(out, stub, len);
	pdu_end(out, begin);
}

/* Arguments of NetrShareEnum at @level */
static void put_enum(struct ndr_out *out, u32 level, u32 limit, u32 resume)
{
	ndr_put_pointer(out, true);
	ndr_put_string(out, "\\\\server");
	ndr_put_u32(out, level);
	ndr_put_u32(out, level);
	ndr_put_pointer(out, true);
	ndr_put_u32(out, 0);
	ndr_put_pointer(out, false);
	ndr_put_u32(out, limit);
	ndr_put_pointer(out, true);
	ndr_put_u32(out, resume);
}

/* Write what @out holds and empty it. */
static int send_pdu(struct rpc_pipe *pipe, struct ndr_out *out)
{
	int ret = rpc_pipe_write(pipe, out->data, out->len);

	ndr_out_release(out);
	return ret;
}

static struct rpc_pipe *bound_pipe(struct kunit *test, struct service *service, u16 receives)
{
	struct rpc_pipe *pipe = rpc_pipe_create(service, RPC_PIPE_SRVSVC);
	struct ndr_out out;
	size_t len;
	bool more;

	ndr_out_init(&out, 65536);
	put_bind(&out, PDU_BIND, receives);
	KUNIT_EXPECT_EQ(test, send_pdu(pipe, &out), 0);
	KUNIT_EXPECT_EQ(test, rpc_pipe_read(pipe, reply, sizeof(reply), &len, &more), 0);
	KUNIT_EXPECT_EQ(test, reply[2], PDU_BIND_ACK);
	return pipe;
}

/* Read a whole reply's stub; its fragments must be as they should. */
static void read_stub(struct kunit *test, struct rpc_pipe *pipe, size_t max, struct ndr_out *stub)
{
	struct pdu_header header = { 0 };
	bool first = true, more;
	size_t len;

	ndr_out_init(stub, RPC_MAX_REPLY);
	do {
		KUNIT_ASSERT_EQ(test, rpc_pipe_read(pipe, reply, sizeof(reply), &len, &more), 0);
		KUNIT_ASSERT_GE(test, len, PDU_RESPONSE_HEADER);
		KUNIT_EXPECT_LE(test, len, max);
		KUNIT_EXPECT_FALSE(test, more);
		KUNIT_EXPECT_TRUE(test, pdu_get_header(reply, &header));
		KUNIT_EXPECT_EQ(test, header.type, PDU_RESPONSE);
		KUNIT_EXPECT_EQ(test, header.length, len);
		KUNIT_EXPECT_EQ(test, header.call_id, 7);
		KUNIT_EXPECT_EQ(test, !!(header.flags & PDU_FIRST), first);
		ndr_put_bytes(stub, reply + PDU_RESPONSE_HEADER, len - PDU_RESPONSE_HEADER);
		first = false;
	} while (!(header.flags & PDU_LAST));
	KUNIT_EXPECT_EQ(test, rpc_pipe_read(pipe, reply, sizeof(reply), &len, &more), -ENODATA);
}

static void negotiates_contexts(struct kunit *test)
{
	struct service *service = create_service(1);
	struct rpc_pipe *pipe = bound_pipe(test, service, 4280);
	static const u16 results[3][2] = { { 0, 0 }, { 2, 2 }, { 3, 0 } };
	struct ndr_in in;
	size_t i;

	ndr_in_init(&in, reply, sizeof(reply), false);
	ndr_get_bytes(&in, PDU_HEADER_SIZE);
	KUNIT_EXPECT_EQ(test, ndr_get_u16(&in), 4280);
	KUNIT_EXPECT_EQ(test, ndr_get_u16(&in), 4280);
	KUNIT_EXPECT_NE(test, ndr_get_u32(&in), 0);
	KUNIT_EXPECT_EQ(test, ndr_get_u16(&in), 13);
	KUNIT_EXPECT_EQ(test, memcmp(ndr_get_bytes(&in, 13), "\\PIPE\\srvsvc", 13), 0);
	ndr_get_align(&in, 4);
	KUNIT_EXPECT_EQ(test, ndr_get_u32(&in), 3);
	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_EQ(test, ndr_get_u16(&in), results[i][0]);
		KUNIT_EXPECT_EQ(test, ndr_get_u16(&in), results[i][1]);
		ndr_get_bytes(&in, 20);
	}
	KUNIT_EXPECT_FALSE(test, in.bad);
	rpc_pipe_free(pipe);
	service_free(service);
}

static void lists_shares_in_fragments(struct kunit *test)
{
	static const u32 levels[] = { 0, 1, 2, 501, 502 };
	struct service *service = create_service(400);
	struct rpc_pipe *pipe = bound_pipe(test, service, 1432);
	struct ndr_out args, out, stub;
	struct ndr_in in;
	size_t i;

	ndr_out_init(&args, 65536);
	ndr_out_init(&out, 65536);
	for (i = 0; i < ARRAY_SIZE(levels); i++) {
		put_enum(&args, levels[i], U32_MAX, 0);
		put_request(&out, PDU_FIRST | PDU_LAST, 0, 15, args.data, args.len);
		ndr_out_release(&args);
		KUNIT_ASSERT_EQ(test, send_pdu(pipe, &out), 0);
		read_stub(test, pipe, 1432, &stub);
		ndr_in_init(&in, stub.data, stub.len, false);
		KUNIT_EXPECT_EQ(test, ndr_get_u32(&in), levels[i]);
		KUNIT_EXPECT_EQ(test, ndr_get_u32(&in), levels[i]);
		KUNIT_EXPECT_TRUE(test, ndr_get_pointer(&in));
		KUNIT_EXPECT_EQ(test, ndr_get_u32(&in), 401); /* with IPC$, without "hidden" */
		in.at = stub.len - 4;
		KUNIT_EXPECT_EQ(test, ndr_get_u32(&in), WERR_OK);
		ndr_out_release(&stub);
	}
	rpc_pipe_free(pipe);
	service_free(service);
}

/* All shares in small portions: none is lost, none comes twice. */
static void resumes_listing(struct kunit *test)
{
	struct service *service = create_service(50);
	struct rpc_pipe *pipe = bound_pipe(test, service, 4280);
	struct ndr_out args, out, stub;
	struct ndr_in in;
	u32 resume = 0, seen = 0, result = WERR_MORE_DATA, rounds = 0, count, total;

	ndr_out_init(&args, 65536);
	ndr_out_init(&out, 65536);
	while (result == WERR_MORE_DATA && rounds++ < 100) {
		put_enum(&args, 1, 300, resume);
		put_request(&out, PDU_FIRST | PDU_LAST, 0, 36, args.data, args.len);
		ndr_out_release(&args);
		KUNIT_ASSERT_EQ(test, send_pdu(pipe, &out), 0);
		read_stub(test, pipe, 4280, &stub);
		ndr_in_init(&in, stub.data, stub.len, false);
		ndr_get_bytes(&in, 12);
		count = ndr_get_u32(&in);
		in.at = stub.len - 16;
		total = ndr_get_u32(&in);
		KUNIT_EXPECT_EQ(test, total, 51 - seen);
		ndr_get_pointer(&in);
		resume = ndr_get_u32(&in);
		result = ndr_get_u32(&in);
		seen += count;
		ndr_out_release(&stub);
	}
	KUNIT_EXPECT_EQ(test, result, WERR_OK);
	KUNIT_EXPECT_EQ(test, seen, 51);
	KUNIT_EXPECT_GT(test, rounds, 5);
	rpc_pipe_free(pipe);
	service_free(service);
}

static u32 fault_of(struct kunit *test, struct rpc_pipe *pipe, u16 context, u16 opnum,
		    const void *stub, size_t len)
{
	struct ndr_out out;
	struct ndr_in in;
	size_t got;
	bool more;

	ndr_out_init(&out, 65536);
	put_request(&out, PDU_FIRST | PDU_LAST, context, opnum, stub, len);
	KUNIT_ASSERT_EQ(test, send_pdu(pipe, &out), 0);
	KUNIT_ASSERT_EQ(test, rpc_pipe_read(pipe, reply, sizeof(reply), &got, &more), 0);
	if (reply[2] != PDU_FAULT)
		return 0;
	KUNIT_EXPECT_EQ(test, got, 32);
	ndr_in_init(&in, reply, got, false);
	ndr_get_bytes(&in, 24);
	return ndr_get_u32(&in);
}

static void faults_calls(struct kunit *test)
{
	struct service *service = create_service(1);
	struct rpc_pipe *pipe = bound_pipe(test, service, 4280);
	static const u8 zeros[64];

	KUNIT_EXPECT_EQ(test, fault_of(test, pipe, 0, 12, zeros, 64), RPC_FAULT_OP_RANGE);
	KUNIT_EXPECT_EQ(test, fault_of(test, pipe, 1, 15, zeros, 64), RPC_FAULT_UNKNOWN_IF);
	KUNIT_EXPECT_EQ(test, fault_of(test, pipe, 0, 15, NULL, 0), RPC_FAULT_BAD_STUB);
	KUNIT_EXPECT_EQ(test, fault_of(test, pipe, 0, 21, zeros, 7), RPC_FAULT_BAD_STUB);
	KUNIT_EXPECT_EQ(test, fault_of(test, pipe, 0, 21, zeros, 8), 0);
	rpc_pipe_free(pipe);
	service_free(service);
}

/* A bind and a request in two fragments: the seed of the tests below. */
static void put_talk(struct ndr_out *out)
{
	struct ndr_out args;

	ndr_out_init(&args, 65536);
	put_enum(&args, 1, U32_MAX, 0);
	ndr_put_align(&args, 8);
	put_bind(out, PDU_BIND, 4280);
	/* PDUs follow without filling on the wire; these sizes are multiples of 8. */
	BUG_ON(out->len % 8);
	put_request(out, PDU_FIRST, 0, 15, args.data, 24);
	put_request(out, PDU_LAST, 0, 15, args.data + 24, args.len - 24);
	ndr_out_release(&args);
}

static size_t drain(struct rpc_pipe *pipe, size_t cap)
{
	size_t len, total = 0;
	bool more;

	while (!rpc_pipe_read(pipe, reply, cap, &len, &more))
		total += len;
	return total;
}

/* However the bytes are cut into writes and reads, the same comes out. */
static void cuts_make_no_difference(struct kunit *test)
{
	struct service *service = create_service(3);
	struct ndr_out out;
	size_t step, at, whole = 0, got;

	ndr_out_init(&out, 65536);
	put_talk(&out);
	for (step = out.len; step; step--) {
		struct rpc_pipe *pipe = rpc_pipe_create(service, RPC_PIPE_SRVSVC);

		got = 0;
		for (at = 0; at < out.len; at += step) {
			size_t len = min(step, out.len - at);

			KUNIT_ASSERT_EQ(test, rpc_pipe_write(pipe, out.data + at, len), 0);
			got += drain(pipe, 1 + step);
		}
		whole = whole ? whole : got;
		KUNIT_EXPECT_EQ(test, got, whole);
		rpc_pipe_free(pipe);
	}
	KUNIT_EXPECT_GT(test, whole, 300);
	ndr_out_release(&out);
	service_free(service);
}

/* Every byte of the talk with every bit turned: no crash, no endless reply. */
static void survives_flips(struct kunit *test)
{
	struct service *service = create_service(3);
	struct ndr_out out;
	size_t at;
	u8 bit;

	ndr_out_init(&out, 65536);
	put_talk(&out);
	for (at = 0; at < out.len; at++) {
		for (bit = 1; bit; bit <<= 1) {
			struct rpc_pipe *pipe = rpc_pipe_create(service, RPC_PIPE_SRVSVC);

			out.data[at] ^= bit;
			rpc_pipe_write(pipe, out.data, out.len);
			KUNIT_EXPECT_LT(test, drain(pipe, sizeof(reply)), 4096);
			out.data[at] ^= bit;
			rpc_pipe_free(pipe);
		}
	}
	ndr_out_release(&out);
	service_free(service);
}

/* Arguments cut at every length, as complete calls: a fault or an answer. */
static void survives_short_arguments(struct kunit *test)
{
	static const u16 opnums[] = { 15, 16, 21, 28, 36 };
	struct service *service = create_service(3);
	struct rpc_pipe *pipe = bound_pipe(test, service, 4280);
	struct ndr_out args;
	size_t i, len;

	ndr_out_init(&args, 65536);
	put_enum(&args, 1, U32_MAX, 0);
	for (i = 0; i < ARRAY_SIZE(opnums); i++) {
		for (len = 0; len <= args.len; len++)
			fault_of(test, pipe, 0, opnums[i], args.data, len);
	}
	KUNIT_EXPECT_EQ(test, fault_of(test, pipe, 0, 15, args.data, args.len - 1),
			RPC_FAULT_BAD_STUB);
	KUNIT_EXPECT_EQ(test, fault_of(test, pipe, 0, 15, args.data, args.len), 0);
	ndr_out_release(&args);
	rpc_pipe_free(pipe);
	service_free(service);
}

static void breaks_on_violations(struct kunit *test)
{
	static const u8 zeros[4096];
	struct service *service = create_service(1);
	struct ndr_out out;
	struct rpc_pipe *pipe;
	int i, ret = 0;

	ndr_out_init(&out, 1 << 20);
	pipe = rpc_pipe_create(service, RPC_PIPE_SRVSVC); /* a request before a bind */
	put_request(&out, PDU_FIRST | PDU_LAST, 0, 15, zeros, 8);
	KUNIT_EXPECT_EQ(test, send_pdu(pipe, &out), -EPIPE);
	KUNIT_EXPECT_EQ(test, rpc_pipe_write(pipe, zeros, 1), -EPIPE);
	rpc_pipe_free(pipe);

	pipe = bound_pipe(test, service, 4280); /* a second bind */
	put_bind(&out, PDU_BIND, 4280);
	KUNIT_EXPECT_EQ(test, send_pdu(pipe, &out), -EPIPE);
	rpc_pipe_free(pipe);

	pipe = bound_pipe(test, service, 4280); /* a request without a first fragment */
	put_request(&out, PDU_LAST, 0, 15, zeros, 8);
	KUNIT_EXPECT_EQ(test, send_pdu(pipe, &out), -EPIPE);
	rpc_pipe_free(pipe);

	pipe = bound_pipe(test, service, 4280); /* a request without an end */
	for (i = 0; i < 32 && !ret; i++) {
		put_request(&out, i ? 0 : PDU_FIRST, 0, 15, zeros, sizeof(zeros));
		ret = send_pdu(pipe, &out);
	}
	KUNIT_EXPECT_EQ(test, ret, -EPIPE);
	KUNIT_EXPECT_EQ(test, i, RPC_MAX_REQUEST / sizeof(zeros) + 1);
	rpc_pipe_free(pipe);

	pipe = bound_pipe(test, service, 4280); /* replies that nobody reads */
	for (i = 0, ret = 0; i < 10000 && !ret; i++) {
		put_request(&out, PDU_FIRST | PDU_LAST, 0, 99, zeros, 8);
		ret = send_pdu(pipe, &out);
	}
	KUNIT_EXPECT_EQ(test, ret, -EPIPE);
	KUNIT_EXPECT_LE(test, i, RPC_MAX_WAITING / 32 + 2);
	rpc_pipe_free(pipe);
	service_free(service);
}

static void table_numbers_pipes(struct kunit *test)
{
	struct service *service = create_service(1);
	struct rpc_table *table = rpc_table_create(service);
	struct ndr_out out;
	size_t len;
	bool more;

	ndr_out_init(&out, 65536);
	put_bind(&out, PDU_BIND, 4280);
	KUNIT_EXPECT_EQ(test, rpc_table_open(table, 5, RPC_PIPE_SRVSVC), 0);
	KUNIT_EXPECT_EQ(test, rpc_table_open(table, 5, RPC_PIPE_WKSSVC), -EEXIST);
	KUNIT_EXPECT_EQ(test, rpc_table_open(table, 5 + 256, RPC_PIPE_WKSSVC), 0);
	KUNIT_EXPECT_EQ(test, rpc_table_write(table, 6, out.data, out.len), -ENOENT);
	KUNIT_EXPECT_EQ(test, rpc_table_write(table, 5, out.data, out.len), 0);
	KUNIT_EXPECT_EQ(test, rpc_table_read(table, 5 + 256, reply, 100, &len, &more), -ENODATA);
	KUNIT_EXPECT_EQ(test, rpc_table_read(table, 5, reply, 100, &len, &more), 0);
	KUNIT_EXPECT_EQ(test, len, 100);
	KUNIT_EXPECT_TRUE(test, more);
	KUNIT_EXPECT_EQ(test, rpc_table_read(table, 5, reply, 100, &len, &more), 0);
	KUNIT_EXPECT_FALSE(test, more);
	rpc_table_close(table, 5);
	rpc_table_close(table, 5);
	KUNIT_EXPECT_EQ(test, rpc_table_read(table, 5, reply, 100, &len, &more), -ENOENT);
	ndr_out_release(&out);
	rpc_table_free(table);
	service_free(service);
}

static struct kunit_case rpc_cases[] = {
	KUNIT_CASE(negotiates_contexts),      KUNIT_CASE(lists_shares_in_fragments),
	KUNIT_CASE(resumes_listing),	      KUNIT_CASE(faults_calls),
	KUNIT_CASE(cuts_make_no_difference),  KUNIT_CASE(survives_flips),
	KUNIT_CASE(survives_short_arguments), KUNIT_CASE(breaks_on_violations),
	KUNIT_CASE(table_numbers_pipes),      {},
};

static struct kunit_suite rpc_suite = { .name = "tools-rpc", .test_cases = rpc_cases };
kunit_test_suite(rpc_suite);
