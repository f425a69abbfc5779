/* SPDX-License-Identifier: Apache-2.0 */
#include "live/patient_list.h"

#include "live/json.h"
#include "record/fhir_reference.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

#define STEP ((size_t)1 << 16)

int medark_patient_list_init(struct medark_patient_list *l, struct medark_error *err)
{
	*l = (struct medark_patient_list) {
		.text = MEDARK_BUFFER_SECRET(MEDARK_PATIENT_LIST_SIZE),
	};
	return medark_hashset_init(&l->seen, err);
}

void medark_patient_list_clear(struct medark_patient_list *l)
{
	medark_buffer_clear(&l->text);
	medark_hashset_clear(&l->seen);
	free(l->at);
	*l = (struct medark_patient_list) { 0 };
}

bool medark_patient_list_is_id(struct medark_bytes id)
{
	return id.size <= MEDARK_PATIENT_ID_MAX && medark_fhir_is_id(id);
}

int medark_patient_list_add(struct medark_patient_list *l, struct medark_bytes id,
			    struct medark_error *err)
{
	int code;

	if (!medark_patient_list_is_id(id))
		return medark_error_set(err, MEDARK_E_USAGE, "a patient has no usable id");
	code = medark_hashset_add(&l->seen, id, err);
	if (code != 1)
		return code;
	if (l->count == MEDARK_PATIENT_LIST_MAX)
		return medark_error_set(err, MEDARK_E_USAGE, "more than %d patients",
					MEDARK_PATIENT_LIST_MAX);
	if (l->count == l->max) {
		size_t max = l->max ? 2 * l->max : 256;
		size_t *grown = realloc(l->at, max * sizeof(*grown));

		if (!grown)
			return medark_error_memory(err, "the list of patients");
		l->at = grown;
		l->max = max;
	}
	l->at[l->count++] = l->text.size;
	MEDARK_TRY(medark_buffer_add(&l->text, id.data, id.size, err));
	return medark_buffer_add(&l->text, "", 1, err);
}

const char *medark_patient_list_get(const struct medark_patient_list *l, size_t i)
{
	return (const char *)l->text.data + l->at[i];
}

/* ---- a file ---- */

static int add_name(struct medark_patient_list *l, struct medark_bytes name,
		    struct medark_error *err)
{
	static const char prefix[] = "Patient/";

	if (medark_bytes_starts(name, prefix))
		name = medark_bytes(name.data + sizeof(prefix) - 1, name.size - sizeof(prefix) + 1);
	return medark_patient_list_add(l, name, err);
}

static int parse_object(struct medark_patient_list *l, struct medark_bytes line,
			struct medark_error *err)
{
	MEDARK_AUTO(medark_json_release) json_t *object = NULL;
	const char *type, *id;

	MEDARK_TRY(medark_live_json_parse(line, "it", MEDARK_E_USAGE, &object, err));
	type = medark_live_json_text(object, "message_type");
	id = medark_live_json_text(object, "id");
	if (type && strcmp(type, "patient") != 0)
		return 0;
	return id ? add_name(l, medark_bytes_text(id), err)
		  : medark_error_set(err, MEDARK_E_USAGE, "a patient has no usable id");
}

static struct medark_bytes trim(struct medark_bytes line)
{
	while (line.size && strchr(" \t\r", line.data[line.size - 1]))
		line.size--;
	while (line.size && strchr(" \t\r", line.data[0]))
		line = medark_bytes(line.data + 1, line.size - 1);
	return line;
}

int medark_patient_list_parse(struct medark_patient_list *l, struct medark_bytes text,
			      struct medark_error *err)
{
	for (uint64_t number = 1; text.size; number++) {
		const uint8_t *end = memchr(text.data, '\n', text.size);
		size_t size = end ? (size_t)(end - text.data) : text.size;
		struct medark_bytes line = trim(medark_bytes(text.data, size));
		int code = 0;

		size += end != NULL;
		text = medark_bytes(text.data + size, text.size - size);
		if (line.size)
			code = line.data[0] == '{' ? parse_object(l, line, err)
						   : add_name(l, line, err);
		if (code < 0)
			return medark_error_prefix(err, code, "line %" PRIu64, number);
	}
	return 0;
}

int medark_patient_list_file(const char *path, struct medark_buffer *out, struct medark_error *err)
{
	MEDARK_AUTO(medark_fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = 1;

	while (fd >= 0 && n > 0) {
		MEDARK_TRY(medark_buffer_reserve(out, STEP, err));
		n = read(fd, out->data + out->size, STEP);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n > 0)
			out->size += (size_t)n;
	}
	return fd < 0 || n < 0 ? medark_error_errno(err, errno, "cannot read '%s'", path) : 0;
}

/* ---- a Group ---- */

/*
 * Not a member any more: `inactive`, or a period that has ended. Dates may be short ("2025"): they
 * end with the last moment that they can mean. Time zones are left aside: a day more or less.
 */
static bool has_left(const json_t *member, const char *today)
{
	const char *end = medark_live_json_text(json_object_get(member, "period"), "end");
	size_t size = end ? strcspn(end, "T") : 0;

	if (json_is_true(json_object_get(member, "inactive")))
		return true;
	return size && size <= strlen(today) && strncmp(end, today, size) < 0;
}

static bool is_patient(const json_t *member, const struct medark_url *base,
		       struct medark_fhir_reference *out)
{
	const char *reference =
		medark_live_json_text(json_object_get(member, "entity"), "reference");

	if (!reference ||
	    (strstr(reference, "://") && !medark_url_is_below(base, medark_bytes_text(reference))))
		return false;
	medark_fhir_reference_parse(medark_bytes_text(reference), out);
	return out->kind == MEDARK_FHIR_REFERENCE_LITERAL &&
	       medark_bytes_is(out->type, "Patient") && medark_patient_list_is_id(out->id);
}

int medark_patient_list_group(struct medark_patient_list *l, struct medark_bytes text,
			      const struct medark_patient_group *group, uint64_t *out_others,
			      struct medark_error *err)
{
	MEDARK_AUTO(medark_json_release) json_t *object = NULL;
	const char *type;
	const json_t *members;

	MEDARK_TRY(medark_live_json_parse(text, "the group", MEDARK_E_REMOTE, &object, err));
	type = medark_live_json_text(object, "resourceType");
	if (!type || strcmp(type, "Group") != 0)
		return medark_error_set(err, MEDARK_E_REMOTE,
					"the server gives something else for a Group");
	members = json_object_get(object, "member");
	for (size_t i = 0; i < json_array_size(members); i++) {
		const json_t *member = json_array_get(members, i);
		struct medark_fhir_reference r = { 0 };

		if (has_left(member, group->today))
			continue;
		if (is_patient(member, group->base, &r))
			MEDARK_TRY(medark_patient_list_add(l, r.id, err));
		else
			++*out_others;
	}
	return 0;
}
