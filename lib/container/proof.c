/* SPDX-License-Identifier: Apache-2.0 */
#include "container/proof.h"

#include "base/text.h"

#include <inttypes.h>

#define VERSION_LINE "medark-proof 1"

/* ---- writing ---- */

int medark_proof_write_head(struct medark_buffer *out, uint64_t leaves, struct medark_error *err)
{
	return medark_buffer_print(out, err, VERSION_LINE "\nleaves %" PRIu64 "\n", leaves);
}

int medark_proof_write_line(struct medark_buffer *out, const struct medark_proof_line *line,
			    struct medark_error *err)
{
	char hex[2 * MEDARK_DIGEST_SIZE + 1];

	if (line->is_leaf) {
		medark_text_hex(line->salt, sizeof(line->salt), hex);
		MEDARK_TRY(medark_buffer_print(out, err, "leaf %" PRIu64 " %s", line->leaf, hex));
	} else {
		MEDARK_TRY(medark_buffer_print(out, err, "segment %" PRIu32 " %" PRIu64,
					       line->segment, line->leaves));
	}
	for (size_t i = 0; i < line->path_count; i++) {
		medark_text_hex(line->path[i].bytes, sizeof(line->path[i].bytes), hex);
		MEDARK_TRY(medark_buffer_print(out, err, " %s", hex));
	}
	return medark_buffer_text(out, "\n", err);
}

/* ---- reading ---- */

static int fault(const struct medark_proof_reader *r, struct medark_error *err, const char *what)
{
	return medark_error_set(err, MEDARK_E_FORMAT, "PROOF line %" PRIu64 ": %s", r->line, what);
}

/* Takes the next line without its LF; false if there is no LF. */
static bool take_line(struct medark_proof_reader *r, struct medark_bytes *out)
{
	const uint8_t *lf = r->rest.size ? memchr(r->rest.data, '\n', r->rest.size) : NULL;

	r->line++;
	if (!lf)
		return false;
	*out = medark_bytes(r->rest.data, (size_t)(lf - r->rest.data));
	r->rest = medark_bytes(lf + 1, r->rest.size - out->size - 1);
	return true;
}

/* The next word of a line, words being separated by one space; false behind the last. */
static bool take_word(struct medark_bytes *line, struct medark_bytes *out)
{
	const uint8_t *space;

	if (!line->data)
		return false;
	space = line->size ? memchr(line->data, ' ', line->size) : NULL;
	*out = medark_bytes(line->data, space ? (size_t)(space - line->data) : line->size);
	*line = space ? medark_bytes(space + 1, line->size - out->size - 1) : medark_bytes(NULL, 0);
	return true;
}

static bool take_number(struct medark_bytes *line, uint64_t max, uint64_t *out)
{
	struct medark_bytes word;

	return take_word(line, &word) && medark_text_decimal(word, max, out);
}

int medark_proof_begin(struct medark_bytes text, struct medark_proof_reader *out,
		       struct medark_error *err)
{
	struct medark_proof_reader r = { .rest = text };
	struct medark_bytes line, word;

	if (!take_line(&r, &line) || !medark_bytes_is(line, VERSION_LINE))
		return fault(&r, err, "not a proof of version 1");
	if (!take_line(&r, &line) || !take_word(&line, &word) || !medark_bytes_is(word, "leaves") ||
	    !take_number(&line, MEDARK_NUMBER_MAX, &r.leaves) || line.data || !r.leaves)
		return fault(&r, err, "not the number of leaves");
	*out = r;
	return 0;
}

static bool take_path(struct medark_bytes *line, struct medark_proof_line *out)
{
	struct medark_bytes word;

	out->path_count = 0;
	while (take_word(line, &word))
		if (out->path_count == MEDARK_MERKLE_PATH_MAX ||
		    !medark_text_unhex(word, out->path[out->path_count++].bytes,
				       MEDARK_DIGEST_SIZE))
			return false;
	return true;
}

static int take_segment(struct medark_proof_reader *r, struct medark_bytes line,
			struct medark_proof_line *out, struct medark_error *err)
{
	uint64_t number, leaves;

	if (!take_number(&line, MEDARK_NUMBER_MAX, &number) ||
	    !take_number(&line, INT64_MAX, &leaves) || !take_path(&line, out))
		return fault(r, err, "not a segment");
	if (number <= r->segment)
		return fault(r, err, "the segment stands out of order");
	if (r->segment && !r->next)
		return fault(r, err, "the segment before has no leaf");
	r->segment = (uint32_t)number;
	r->segment_leaves = leaves;
	r->next = 0;
	out->is_leaf = false;
	return 0;
}

static int take_leaf(struct medark_proof_reader *r, struct medark_bytes line,
		     struct medark_proof_line *out, struct medark_error *err)
{
	struct medark_bytes salt;

	if (!take_number(&line, INT64_MAX, &out->leaf) || !take_word(&line, &salt) ||
	    !medark_text_unhex(salt, out->salt, sizeof(out->salt)) || !take_path(&line, out))
		return fault(r, err, "not a leaf");
	if (out->leaf < r->next || out->leaf >= r->segment_leaves)
		return fault(r, err, "the leaf stands out of order, or outside of its segment");
	if (r->number == r->leaves)
		return fault(r, err, "a leaf more than the head says");
	r->next = out->leaf + 1;
	r->number++;
	out->is_leaf = true;
	return 0;
}

int medark_proof_next(struct medark_proof_reader *r, struct medark_proof_line *out,
		      struct medark_error *err)
{
	struct medark_bytes line, word;

	if (!r->rest.size) {
		if (r->number != r->leaves || !r->next)
			return fault(r, err, "leaves are missing behind this line");
		return 0;
	}
	if (!take_line(r, &line))
		return fault(r, err, "the text ends here");
	if (take_word(&line, &word) && medark_bytes_is(word, "segment"))
		MEDARK_TRY(take_segment(r, line, out, err));
	else if (medark_bytes_is(word, "leaf"))
		MEDARK_TRY(take_leaf(r, line, out, err));
	else
		return fault(r, err, "neither a segment nor a leaf");
	out->segment = r->segment;
	out->leaves = r->segment_leaves;
	return 1;
}
