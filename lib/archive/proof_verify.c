/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A proof is read from its first byte to its last: every header is compared with the one that must
 * stand there, and every content is bound, by the signature, by a hash that leads to what was
 * signed, or by having one form only (FORMAT.md F-29 to F-34).
 */
#include "archive/evidence.h"
#include "archive/texts.h"
#include "base/secret.h"
#include "base/text.h"
#include "base/time.h"
#include "container/manifest.h"
#include "container/member.h"
#include "container/proof.h"
#include "record/fhir.h"
#include "scan/json.h"
#include "store/input.h"

#include <medark/proof.h>

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#define MEMBER_MAX ((size_t)MEDARK_MANIFEST_MAX + MEDARK_TAR_BLOCK)

struct verify {
	struct medark_input *in;
	uint64_t at; /* of the next member's header */
	struct medark_buffer check, manifest, signature, text, record, names;
	struct medark_manifest *parsed;
	struct medark_buffer additions[MEDARK_ADDITIONS_MAX];
	struct medark_tail tail; /* of what vouches; borrows from the buffers */
	struct medark_evidence evidence;
	struct medark_fhir *fhir;
	struct medark_record *facts;
	int (*each)(void *context, const struct medark_proof_record *record,
		    struct medark_error *err);
	void *context;
	struct medark_proof_info *out;
};

static void verify_free(struct verify *v)
{
	if (!v)
		return;
	medark_input_free(v->in);
	medark_buffer_clear(&v->check);
	medark_buffer_clear(&v->manifest);
	medark_buffer_clear(&v->signature);
	medark_buffer_clear(&v->text);
	medark_buffer_clear(&v->record);
	for (size_t i = 0; i < MEDARK_ADDITIONS_MAX; i++)
		medark_buffer_clear(&v->additions[i]);
	medark_buffer_clear(&v->names);
	medark_manifest_free(v->parsed);
	medark_fhir_free(v->fhir);
	if (v->facts)
		medark_secret_wipe(v->facts, sizeof(*v->facts));
	free(v->facts);
	free(v);
}
MEDARK_DEFINE_AUTO(struct verify, verify_free)

/* ---- members ---- */

static struct medark_bytes content_of(const struct medark_buffer *buffer)
{
	return medark_bytes(buffer->data, buffer->size);
}

/* Reads the next member, which must have this name and at most `max` bytes, into `out`. */
static int read_member(struct verify *v, const char *name, uint64_t max, struct medark_buffer *out,
		       struct medark_error *err)
{
	uint8_t header[MEDARK_TAR_BLOCK];
	uint64_t size, space;

	MEDARK_TRY(medark_input_read(v->in, v->at, header, sizeof(header), err));
	if (!medark_member_header_read(name, header, &size))
		return medark_error_set(err, MEDARK_E_FORMAT, "%s does not stand where it has to",
					name);
	if (size > max)
		return medark_error_set(err, MEDARK_E_FORMAT, "%s is too large", name);
	space = medark_member_space(size) - sizeof(header);
	if (space > medark_input_size(v->in) - v->at - sizeof(header))
		return medark_error_set(err, MEDARK_E_FORMAT, "the proof is cut off in %s", name);
	out->size = 0;
	MEDARK_TRY(medark_buffer_reserve(out, (size_t)space + MEDARK_JSON_PADDING, err));
	MEDARK_TRY(medark_input_read(v->in, v->at + sizeof(header), out->data, (size_t)space, err));
	out->size = (size_t)size;
	if (!medark_bytes_are_zero(medark_bytes(out->data + size, (size_t)(space - size))))
		return medark_error_set(err, MEDARK_E_FORMAT, "%s: its padding is not zero", name);
	memset(out->data + size, 0, MEDARK_JSON_PADDING);
	v->at += sizeof(header) + space;
	return 0;
}

/* The members that vouch for MANIFEST, as they stand in the archive (F-7, F-40). */
static int read_vouchers(struct verify *v, struct medark_error *err)
{
	uint8_t header[MEDARK_TAR_BLOCK];
	char name[MEDARK_ADDITION_NAME_MAX];
	struct medark_addition a;

	MEDARK_TRY(read_member(v, MEDARK_MEMBER_MANIFEST, MEDARK_MANIFEST_MAX, &v->manifest, err));
	MEDARK_TRY(
		read_member(v, MEDARK_MEMBER_SIGNATURE, MEDARK_SIGNATURE_MAX, &v->signature, err));
	v->tail.manifest = content_of(&v->manifest);
	v->tail.signature = content_of(&v->signature);
	for (size_t i = 0; i < MEDARK_ADDITIONS_MAX; i++) {
		MEDARK_TRY(medark_input_read(v->in, v->at, header, sizeof(header), err));
		if (header[MEDARK_TAR_NAME_MAX] != '\0' ||
		    !medark_addition_parse(medark_bytes_text((const char *)header), &a) ||
		    medark_addition_before_keys(&a, 1) == 0) /* F-29: not of recipients */
			return 0;
		medark_addition_name(&a, name);
		MEDARK_TRY(medark_addition_check(v->tail.additions, i, &a, err));
		MEDARK_TRY(read_member(v, name, MEDARK_ADDITION_MAX, &v->additions[i], err));
		a.content = content_of(&v->additions[i]);
		v->tail.additions[v->tail.addition_count++] = a;
	}
	return 0;
}

static int looks_like_one(struct medark_input *in, bool *out, struct medark_error *err)
{
	uint8_t first[MEDARK_TAR_BLOCK] = { 0 };
	uint64_t ignored;

	if (medark_input_size(in) >= sizeof(first))
		MEDARK_TRY(medark_input_read(in, 0, first, sizeof(first), err));
	*out = medark_member_header_read(MEDARK_MEMBER_CHECK, first, &ignored);
	return 0;
}

bool medark_proof_is_file(const char *path)
{
	MEDARK_AUTO(medark_input_free) struct medark_input *in = NULL;
	bool is_proof = false;

	return medark_input_open(path, &in, NULL) == 0 &&
	       looks_like_one(in, &is_proof, NULL) == 0 && is_proof;
}

/* What stands in front of the records. */
static int read_front(struct verify *v, struct medark_error *err)
{
	bool is_proof;

	MEDARK_TRY(looks_like_one(v->in, &is_proof, err));
	if (!is_proof)
		return medark_error_set(err, MEDARK_E_FORMAT, "this is no proof of medark's");
	MEDARK_TRY(read_member(v, MEDARK_MEMBER_CHECK, MEDARK_TEXT_MEMBER_MAX, &v->check, err));
	if (!medark_bytes_equal(content_of(&v->check), medark_text_check()))
		return medark_error_set(err, MEDARK_E_FORMAT,
					MEDARK_MEMBER_CHECK " is not that of this version");
	MEDARK_TRY(read_vouchers(v, err));
	return read_member(v, MEDARK_MEMBER_PROOF, MEDARK_PROOF_MAX, &v->text, err);
}

static int read_end(struct verify *v, struct medark_error *err)
{
	uint8_t end[MEDARK_TAR_END];

	MEDARK_TRY(medark_input_read(v->in, v->at, end, sizeof(end), err));
	if (medark_input_size(v->in) != v->at + sizeof(end) ||
	    !medark_bytes_are_zero(medark_bytes(end, sizeof(end))))
		return medark_error_set(err, MEDARK_E_FORMAT, "something stands behind its end");
	return 0;
}

/* ---- records ---- */

/* A text of a record, ended by a zero, behind others; a zero within cuts it. */
static int add_name(struct medark_buffer *names, struct medark_bytes text, struct medark_error *err)
{
	if (text.size)
		MEDARK_TRY(medark_buffer_add(names, text.data, text.size, err));
	return medark_buffer_add(names, "", 1, err);
}

/* What the record says of itself; a part of one says nothing. */
static int tell(struct verify *v, struct medark_proof_record *record, struct medark_error *err)
{
	static const struct medark_bytes none = { NULL, 0 };
	struct medark_bytes text = content_of(&v->record);
	int known = medark_fhir_is_xml(text) ? medark_fhir_xml(v->fhir, text, none, v->facts, err)
					     : medark_fhir_json(v->fhir, text, none, v->facts, err);
	size_t id;

	MEDARK_TRY(known);
	known = known && !v->facts->fault && v->facts->type.size;
	v->out->records += (uint64_t)known;
	if (!v->each)
		return 0;
	v->names.size = 0;
	MEDARK_TRY(add_name(&v->names, known ? v->facts->type : none, err));
	id = v->names.size;
	MEDARK_TRY(add_name(&v->names, known ? v->facts->id : none, err));
	record->type = (const char *)v->names.data;
	record->id = (const char *)v->names.data + id;
	record->data = text.data;
	record->size = text.size;
	return v->each(v->context, record, err);
}

static int not_signed(const struct medark_proof_reader *reader, struct medark_error *err)
{
	return medark_error_set(err, MEDARK_E_FORMAT,
				"records/%08" PRIu64 " or its path in PROOF is not what was signed",
				reader->number);
}

/* The tree of a segment, which its first leaf gave, must lead to the signed root. */
static bool is_signed(const struct verify *v, const struct medark_proof_line *segment,
		      const struct medark_digest *tree)
{
	struct medark_digest hash, root;

	medark_merkle_segment(segment->segment, segment->leaves, tree, &hash);
	return medark_merkle_fold(&hash, segment->segment - 1,
				  medark_manifest_segments(v->parsed, MEDARK_KIND_DATA),
				  segment->path, segment->path_count, &root) &&
	       medark_digest_equal(&root, &medark_manifest_facts(v->parsed)->records_root);
}

static int check_record(struct verify *v, const struct medark_proof_line *line,
			struct medark_digest *out_tree, const struct medark_proof_reader *reader,
			struct medark_error *err)
{
	char name[MEDARK_TAR_NAME_MAX + 1];
	struct medark_bytes record;
	struct medark_digest hash;

	(void)snprintf(name, sizeof(name), MEDARK_MEMBER_RECORD, (unsigned)reader->number);
	MEDARK_TRY(read_member(v, name, MEDARK_CONTENT_MAX, &v->record, err));
	record = content_of(&v->record);
	medark_leaf_hash((const uint8_t(*)[MEDARK_LEAF_SALT_SIZE])line->salt, &record, 1, &hash);
	if (!medark_merkle_fold(&hash, line->leaf, line->leaves, line->path, line->path_count,
				out_tree))
		return not_signed(reader, err);
	return 0;
}

static int check_records(struct verify *v, struct medark_error *err)
{
	struct medark_proof_line segment = { 0 }, line = { 0 };
	struct medark_proof_reader reader;
	struct medark_digest tree, first = { { 0 } };
	bool is_known = false;
	int more;

	MEDARK_TRY(medark_proof_begin(content_of(&v->text), &reader, err));
	while ((more = medark_proof_next(&reader, &line, err)) > 0) {
		struct medark_proof_record record = { .number = reader.number,
						      .segment = line.segment,
						      .leaf = line.leaf };

		if (!line.is_leaf) {
			segment = line;
			is_known = false;
			continue;
		}
		MEDARK_TRY(check_record(v, &line, &tree, &reader, err));
		if (is_known ? !medark_digest_equal(&tree, &first) : !is_signed(v, &segment, &tree))
			return not_signed(&reader, err);
		first = tree;
		is_known = true;
		v->out->leaves++;
		v->out->bytes += v->record.size;
		MEDARK_TRY(tell(v, &record, err));
	}
	return more;
}

/* ---- the whole ---- */

/* A subject is the signer's words: nothing in it may steer a terminal. */
static void copy_subject(char *out, size_t room, const char *subject)
{
	(void)snprintf(out, room, "%s", subject);
	for (unsigned char *p = (unsigned char *)out; *p; p++)
		if (*p < 0x20 || *p == 0x7f)
			*p = '?';
}

static void fill(const struct verify *v, struct medark_proof_info *out)
{
	const struct medark_manifest_facts *facts = medark_manifest_facts(v->parsed);
	const struct medark_signer *signer = &v->evidence.signer;
	struct medark_digest digest;

	medark_text_hex(facts->archive.bytes, sizeof(facts->archive.bytes), out->archive);
	medark_sha256(v->manifest.data, v->manifest.size, &digest);
	medark_text_hex(digest.bytes, sizeof(digest.bytes), out->manifest);
	if (facts->has_previous)
		medark_text_hex(facts->previous.bytes, sizeof(facts->previous.bytes),
				out->previous);
	copy_subject(out->signer, sizeof(out->signer), signer->subject);
	medark_text_hex(signer->fingerprint.bytes, sizeof(signer->fingerprint.bytes),
			out->signer_fingerprint);
	(void)medark_time_format(signer->signing_time, out->signed_at);
	if (signer->time_proven)
		(void)medark_time_format(v->evidence.proven_at, out->proven_at);
	else if (signer->time_given)
		(void)medark_time_format(signer->judged_at, out->judged_at);
	out->sequence = facts->sequence;
	out->archive_records = facts->records;
	out->size = medark_input_size(v->in);
}

static int verify_all(struct verify *v, const char *path, const struct medark_trust *trust,
		      struct medark_error *err)
{
	MEDARK_TRY(medark_digest_setup(err));
	MEDARK_TRY(medark_input_open(path, &v->in, err));
	MEDARK_TRY(read_front(v, err));
	MEDARK_TRY(medark_evidence_check(&v->tail, trust, &v->evidence, err));
	MEDARK_TRY(medark_manifest_parse(content_of(&v->manifest), &v->parsed, err));
	MEDARK_TRY(medark_fhir_new(&v->fhir, err));
	MEDARK_TRY(check_records(v, err));
	MEDARK_TRY(read_end(v, err));
	fill(v, v->out);
	return 0;
}

int medark_proof_verify(const char *path, const struct medark_trust *trust,
			int (*each)(void *context, const struct medark_proof_record *record,
				    struct medark_error *err),
			void *context, struct medark_proof_info *out, struct medark_error *err)
{
	MEDARK_AUTO(verify_free) struct verify *v = calloc(1, sizeof(*v));
	struct medark_proof_info info = { 0 };
	int code;

	if (!trust) /* F-25 */
		return medark_error_set(err, MEDARK_E_USAGE,
					"a proof is verified with a trust anchor only");
	if (v)
		v->facts = calloc(1, sizeof(*v->facts));
	if (!v || !v->facts)
		return medark_error_memory(err, "a proof");
	v->check.limit = v->manifest.limit = v->signature.limit = v->text.limit = MEMBER_MAX;
	for (size_t i = 0; i < MEDARK_ADDITIONS_MAX; i++)
		v->additions[i].limit = (size_t)MEDARK_ADDITION_MAX + 2 * MEDARK_TAR_BLOCK;
	v->record = (struct medark_buffer)MEDARK_BUFFER_SECRET(MEMBER_MAX);
	v->names = (struct medark_buffer)MEDARK_BUFFER_SECRET(MEMBER_MAX);
	v->each = each;
	v->context = context;
	v->out = &info;
	errno = 0;
	code = verify_all(v, path, trust, err);
	/* OpenSSL often takes a lack of memory for a wrong signature or signer. */
	if (code < 0 && errno == ENOMEM)
		return medark_error_memory(err, "verifying a proof");
	MEDARK_TRY(code);
	*out = info;
	return 0;
}
