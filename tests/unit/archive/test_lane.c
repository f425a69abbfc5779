/* SPDX-License-Identifier: Apache-2.0 */
#include "../test.h"

#include "archive/lane.h"
#include "crypto/digest.h"

#include <stdio.h>
#include <string.h>

#define MIB ((size_t)1 << 20)

/* ---- a stream over memory ---- */

struct memory {
	struct medark_bytes left;
	bool breaks; /* at its end, instead of ending */
};

static ssize_t memory_read(void *self, void *out, size_t size, struct medark_error *err)
{
	struct memory *m = self;
	size_t n = m->left.size < size ? m->left.size : size;

	if (n == 0 && m->breaks)
		return medark_error_set(err, MEDARK_E_SOURCE, "cannot read: it is torn");
	n = n > 50000 ? 50000 : n;
	if (n)
		memcpy(out, m->left.data, n);
	m->left = medark_bytes(m->left.data + n, m->left.size - n);
	return (ssize_t)n;
}

static void memory_free(void *self)
{
	(void)self;
}

static const struct medark_stream_ops memory_ops = { .read = memory_read, .free = memory_free };

/* ---- what comes out of a lane ---- */

struct found {
	uint32_t records, spaces, faults, keys;
	uint32_t stretches;
	size_t giant;	 /* bytes */
	uint32_t giants; /* that ended */
	bool unreadable;
};

static struct medark_pipeline *pipeline_new(unsigned threads)
{
	static const struct medark_key key = { { 1 } };
	static const struct medark_archive_id archive = { { 2 } };
	struct medark_pipeline_setup setup = {
		.archive_key = &key, .archive = &archive, .level = 1, .threads = threads
	};
	struct medark_pipeline *p = NULL;

	assert_int_equal(medark_digest_setup(NULL), 0);
	assert_int_equal(medark_pipeline_new(&setup, &p, NULL), 0);
	return p;
}

static void count(const struct medark_stretch *s, struct found *f)
{
	f->stretches++;
	f->giant += s->giant_size;
	f->giants += s->giant_ends;
	f->unreadable |= s->unreadable;
	f->keys += (uint32_t)(s->chunk.keys.size / sizeof(struct medark_chunk_key));
	for (uint32_t i = 0; i < s->chunk.count; i++) {
		f->records += s->chunk.records[i].form == MEDARK_CHUNK_RECORD;
		f->spaces += s->chunk.records[i].form == MEDARK_CHUNK_SPACE;
		f->faults += s->chunk.records[i].fault != MEDARK_FAULT_NONE;
	}
}

/* The bytes of giant and records, one after the other, must be the file's. */
static void compare(const struct medark_stretch *s, struct medark_bytes *rest)
{
	if (s->giant_size) {
		assert_true(s->giant_size <= rest->size);
		assert_memory_equal(s->chunk.block->bytes, rest->data, s->giant_size);
		*rest = medark_bytes(rest->data + s->giant_size, rest->size - s->giant_size);
	}
	for (uint32_t i = 0; i < s->chunk.count; i++) {
		struct medark_bytes piece = s->chunk.records[i].piece;

		assert_true(piece.size && piece.size <= rest->size);
		assert_memory_equal(piece.data, rest->data, piece.size);
		*rest = medark_bytes(rest->data + piece.size, rest->size - piece.size);
	}
}

static struct found read_lane(struct medark_bytes text, size_t head, bool breaks, unsigned threads,
			      size_t stretch)
{
	MEDARK_AUTO(medark_pipeline_free) struct medark_pipeline *p = pipeline_new(threads);
	struct memory memory = { medark_bytes(text.data + head, text.size - head), breaks };
	struct medark_scanner *scanners[8] = { 0 };
	struct medark_stream *stream = NULL;
	struct medark_pool *pool = NULL;
	struct medark_stretch *s;
	struct medark_lane lane;
	struct found f = { 0 };

	for (unsigned i = 0; i < threads; i++)
		assert_int_equal(medark_scanner_new(7, false, &scanners[i], NULL), 0);
	assert_int_equal(medark_pool_new(&pool, NULL), 0);
	assert_int_equal(medark_stream_new(&memory_ops, &memory, &stream, NULL), 0);
	assert_int_equal(
		medark_lane_init(&lane, stream, medark_bytes(text.data, head), scanners, NULL), 0);
	lane.stretch = stretch;
	do {
		assert_int_equal(medark_lane_start(&lane, p, pool, NULL), 0);
		assert_int_equal(medark_lane_take(&lane, p, pool, &s, NULL), 0);
		count(s, &f);
		compare(s, &text);
		medark_block_release(pool, MEDARK_TAKE(s->chunk.block));
	} while (!s->is_last);
	assert_int_equal(text.size, 0);
	medark_lane_clear(&lane, pool);
	medark_pool_free(pool);
	for (unsigned i = 0; i < threads; i++)
		medark_scanner_free(scanners[i]);
	return f;
}

/* ---- texts ---- */

static void add(struct medark_buffer *b, const char *text)
{
	assert_int_equal(medark_buffer_add(b, text, strlen(text), NULL), 0);
}

static void add_line(struct medark_buffer *b, unsigned patient, size_t padding, const char *end)
{
	static const char spaces[] = "                                ";

	assert_int_equal(medark_buffer_print(b, NULL,
					     "{\"resourceType\":\"Observation\",\"id\":\"o\","
					     "\"subject\":{\"reference\":\"Patient/p%u\"}",
					     patient),
			 0);
	for (; padding; padding -= padding < 32 ? padding : 32)
		assert_int_equal(medark_buffer_add(b, spaces, padding < 32 ? padding : 32, NULL),
				 0);
	add(b, "}");
	add(b, end);
}

static struct found read_buffer(const struct medark_buffer *b, size_t head, unsigned threads)
{
	return read_lane(medark_bytes(b->data, b->size), head, false, threads, MEDARK_BLOCK_SMALL);
}

static void lines_of_any_length_are_told_apart(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer b = MEDARK_BUFFER(64 * MIB);
	struct found f;

	(void)state;
	for (unsigned i = 0; i < 3000; i++)
		add_line(&b, i, i % 97 ? i % 1500 : i * 100, i % 2 ? "\n" : "\r\n");
	for (unsigned threads = 1; threads <= 3; threads++) {
		f = read_buffer(&b, threads * 20000, threads);
		assert_int_equal(f.records, 3000);
		assert_int_equal(f.faults, 0);
		assert_int_equal(f.keys, 3000);
		assert_int_equal(f.giant, 0);
	}
}

static void files_are_read_in_stretches_of_any_size(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer b = MEDARK_BUFFER(64 * MIB);

	(void)state;
	for (unsigned i = 0; i < 2000; i++)
		add_line(&b, i, i % 61 ? i % 300 : i * 10, "\n");
	add_line(&b, 1, 17 * MIB, "\n");
	add_line(&b, 2, 0, "");
	for (size_t size = MEDARK_BLOCK_LEAST; size <= MEDARK_BLOCK_SMALL; size *= 2) {
		/* What was read to recognise the file is more than a stretch, or less. */
		struct found f = read_lane(medark_bytes(b.data, b.size), 65536, false, 2, size);

		assert_int_equal(f.records, 2001);
		assert_int_equal(f.giants, 1);
		assert_int_equal(f.faults, 0);
	}
}

static void the_last_line_needs_no_end(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer b = MEDARK_BUFFER(MIB);
	struct found f;

	(void)state;
	add_line(&b, 1, 0, "\n\n  \n");
	add_line(&b, 1, 0, "");
	f = read_buffer(&b, b.size, 1);
	assert_int_equal(f.records, 2);
	assert_int_equal(f.spaces, 2);
}

static void an_empty_file_has_no_records(void **state)
{
	struct found f = read_lane(medark_bytes("", 0), 0, false, 1, MEDARK_BLOCK_SMALL);

	(void)state;
	assert_int_equal(f.records + f.spaces, 0);
	assert_int_equal(f.stretches, 1);
}

static void records_of_one_patient_share_their_key(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer b = MEDARK_BUFFER(MIB);

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		add_line(&b, i / 10, 0, "\n");
	assert_int_equal(read_buffer(&b, 0, 1).keys, 10);
}

static void a_byte_order_mark_is_no_part_of_the_first_record(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer b = MEDARK_BUFFER(MIB);

	(void)state;
	add(&b, "\xef\xbb\xbf");
	add_line(&b, 1, 0, "\n");
	add_line(&b, 1, 0, "\n");
	assert_int_equal(read_buffer(&b, 10, 1).faults, 0);
}

static void very_many_lines_come_in_portions(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer b = MEDARK_BUFFER(4 * MIB);
	struct found f;

	(void)state;
	for (unsigned i = 0; i < 300000; i++)
		add(&b, "\n");
	add_line(&b, 1, 0, "\n");
	f = read_buffer(&b, 60000, 2);
	assert_int_equal(f.spaces, 300000);
	assert_int_equal(f.records, 1);
	assert_true(f.stretches >= 300001 / MEDARK_CHUNK_RECORDS_MAX);
}

static void a_line_too_long_to_be_held_is_a_giant(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer b = MEDARK_BUFFER(128 * MIB);
	struct found f;
	size_t size;

	(void)state;
	add_line(&b, 1, 0, "\n");
	size = b.size;
	add_line(&b, 2, 18 * MIB, "\n");
	size = b.size - size;
	add_line(&b, 3, 15 * MIB, "\n");
	f = read_buffer(&b, 1000, 2);
	assert_int_equal(f.records, 2);
	assert_int_equal(f.giant, size);
	assert_int_equal(f.giants, 1);
	b.size--; /* no line's end at the end of the file */
	add_line(&b, 4, 33 * MIB, "");
	f = read_buffer(&b, 0, 1);
	assert_int_equal(f.giants, 2);
}

static void a_file_that_cannot_be_read_on_ends_there(void **state)
{
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer b = MEDARK_BUFFER(MIB);
	struct found f;

	(void)state;
	add_line(&b, 1, 300000, "\n");
	add_line(&b, 1, 0, "");
	f = read_lane(medark_bytes(b.data, b.size), 100, true, 1, MEDARK_BLOCK_SMALL);
	assert_int_equal(f.records, 2);
	assert_true(f.unreadable);
}

/* ---- jobs ---- */

struct job {
	struct medark_job job;
	unsigned runs;
	bool fails;
};

static int run_job(struct medark_job *job, unsigned worker, struct medark_error *err)
{
	struct job *j = (struct job *)job;

	(void)worker;
	j->runs++;
	return j->fails ? medark_error_set(err, MEDARK_E_SYSTEM, "it failed") : 0;
}

static void every_job_runs_once_each_time_it_is_started(void **state)
{
	(void)state;
	for (unsigned threads = 1; threads <= 4; threads++) {
		MEDARK_AUTO(medark_pipeline_free) struct medark_pipeline *p = pipeline_new(threads);
		struct job jobs[50] = { 0 };

		for (unsigned round = 1; round <= 20; round++) {
			for (unsigned i = 0; i < 50; i++) {
				jobs[i].job.run = run_job;
				medark_pipeline_start(p, &jobs[i].job);
			}
			for (unsigned i = 50; i-- > 0;) {
				assert_int_equal(medark_pipeline_await(p, &jobs[i].job, NULL), 0);
				assert_int_equal(jobs[i].runs, round);
			}
		}
	}
}

static void a_failed_job_stops_the_pipeline(void **state)
{
	MEDARK_AUTO(medark_pipeline_free) struct medark_pipeline *p = pipeline_new(2);
	struct job bad = { .job.run = run_job, .fails = true }, other = { .job.run = run_job };
	struct medark_error err = { 0 };

	(void)state;
	medark_pipeline_start(p, &bad.job);
	assert_int_equal(medark_pipeline_await(p, &bad.job, &err), MEDARK_E_SYSTEM);
	assert_string_equal(err.message, "it failed");
	medark_pipeline_start(p, &other.job);
	assert_int_equal(medark_pipeline_await(p, &other.job, &err), MEDARK_E_SYSTEM);
	medark_pipeline_cancel(p, &other.job);
	assert_int_equal(other.job.state, MEDARK_JOB_IDLE);
	assert_int_equal(other.runs, 0);
}

static void a_cancelled_job_is_idle(void **state)
{
	MEDARK_AUTO(medark_pipeline_free) struct medark_pipeline *p = pipeline_new(2);
	struct job jobs[100] = { 0 };

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		jobs[i].job.run = run_job;
		medark_pipeline_start(p, &jobs[i].job);
	}
	for (unsigned i = 0; i < 100; i++) {
		medark_pipeline_cancel(p, &jobs[i].job);
		assert_int_equal(jobs[i].job.state, MEDARK_JOB_IDLE);
		assert_true(jobs[i].runs <= 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_of_any_length_are_told_apart),
		cmocka_unit_test(files_are_read_in_stretches_of_any_size),
		cmocka_unit_test(the_last_line_needs_no_end),
		cmocka_unit_test(an_empty_file_has_no_records),
		cmocka_unit_test(records_of_one_patient_share_their_key),
		cmocka_unit_test(a_byte_order_mark_is_no_part_of_the_first_record),
		cmocka_unit_test(very_many_lines_come_in_portions),
		cmocka_unit_test(a_line_too_long_to_be_held_is_a_giant),
		cmocka_unit_test(a_file_that_cannot_be_read_on_ends_there),
		cmocka_unit_test(every_job_runs_once_each_time_it_is_started),
		cmocka_unit_test(a_failed_job_stops_the_pipeline),
		cmocka_unit_test(a_cancelled_job_is_idle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
