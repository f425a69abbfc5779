/* SPDX-License-Identifier: Apache-2.0 */
#include "ips/members.h"

#include "ips/uuid.h"
#include "record/fhir_reference.h"

#include <assert.h>
#include <stdlib.h>

#define URLS_MAX ((size_t)256 << 20)
#define ID_MAX	 256

void medark_ips_members_clear(struct medark_ips_members *m)
{
	free(m->list);
	free(m->places);
	free(m->is_urn);
	medark_buffer_clear(&m->urls);
	*m = (struct medark_ips_members) { 0 };
}

static size_t number(const struct medark_ips_members *m, const struct medark_view_record *record)
{
	return (size_t)(record - m->ips->chart->records->list);
}

/* ---- which ones ---- */

static void add(struct medark_ips_members *m, const struct medark_view_record *record)
{
	size_t n = number(m, record);

	if (m->places[n])
		return;
	m->list[m->count++].record = record;
	m->places[n] = (uint32_t)m->count;
}

/*
 * There is one Patient and one Composition in such a document (bdl-ips-1), and what is about
 * somebody else is not handed over with it.
 */
static bool may_follow(const struct medark_ips_members *m, const struct medark_view_record *record)
{
	if (!record->root || medark_bytes_is(record->type, "Composition") ||
	    medark_bytes_is(record->type, "Bundle"))
		return false;
	if (medark_bytes_is(record->type, "Patient"))
		return record == m->ips->patient;
	return record->is_outside || medark_ips_is_about(m->ips, record);
}

/* Every Reference.reference in a record, wherever it stands. */
static void follow(struct medark_ips_members *m, const struct medark_view_record *record)
{
	const struct medark_json_node *nodes = medark_json_tree_root(&record->tree);
	size_t count = record->tree.nodes.size / sizeof(*nodes);

	for (size_t i = 0; i < count; i++) {
		const struct medark_view_record *target;

		if (nodes[i].kind != MEDARK_JSON_STRING ||
		    !medark_bytes_is(nodes[i].name, "reference"))
			continue;
		target = medark_view_records_find(m->ips->chart->records, nodes[i].text);
		if (!target || !may_follow(m, target))
			continue;
		if (medark_bytes_starts(nodes[i].text, "urn:"))
			m->is_urn[number(m, target)] = true;
		add(m, target);
	}
}

/* ---- addresses ---- */

/* What has no address of its own is named after what it says, and where it stands. */
static int put_uuid(struct medark_ips_members *m, const struct medark_ips_member *member,
		    struct medark_error *err)
{
	size_t place = number(m, member->record);
	const struct medark_bytes parts[] = { medark_bytes_text(m->terms->archive),
					      member->record->root->whole,
					      medark_bytes(&place, sizeof(place)) };
	char uuid[MEDARK_UUID_SIZE];

	MEDARK_TRY(medark_uuid_make(parts, sizeof(parts) / sizeof(*parts), uuid, err));
	return medark_buffer_print(&m->urls, err, "urn:uuid:%s", uuid);
}

static int put_url(struct medark_ips_members *m, struct medark_ips_member *member,
		   struct medark_error *err)
{
	const struct medark_view_record *r = member->record;
	struct medark_bytes name = r->id, reference;

	member->url = m->urls.size;
	if (r->id.size > ID_MAX || !medark_fhir_is_id(r->id) || !medark_fhir_is_type(r->type))
		return put_uuid(m, member, err);
	if (m->is_urn[number(m, r)])
		MEDARK_TRY(medark_buffer_text(&m->urls, "urn:uuid:", err));
	else
		MEDARK_TRY(medark_buffer_print(&m->urls, err, "%s/%.*s/", m->terms->base,
					       (int)r->type.size, (const char *)r->type.data));
	MEDARK_TRY(medark_buffer_add(&m->urls, name.data, name.size, err));
	/* Two records of one name: a reference means the one that the chart finds by it. */
	reference = medark_bytes(m->urls.data + member->url, m->urls.size - member->url);
	if (medark_view_records_find(m->ips->chart->records, reference) == r)
		return 0;
	m->urls.size = member->url;
	return put_uuid(m, member, err);
}

int medark_ips_members_init(struct medark_ips_members *m, const struct medark_ips *ips,
			    const struct medark_ips_terms *terms, struct medark_error *err)
{
	size_t count = ips->chart->records->count;

	m->ips = ips;
	m->terms = terms;
	m->count = 0;
	m->urls = (struct medark_buffer)MEDARK_BUFFER_SECRET(URLS_MAX);
	m->list = calloc(count + 1, sizeof(*m->list));
	m->places = calloc(count + 1, sizeof(*m->places));
	m->is_urn = calloc(count + 1, sizeof(*m->is_urn));
	if (!m->list || !m->places || !m->is_urn)
		return medark_error_memory(err, "a document");
	if (ips->patient)
		add(m, ips->patient);
	for (size_t i = 0; i < ips->count; i++)
		add(m, ips->entries[i].row.record);
	for (size_t i = 0; i < m->count; i++) /* grows meanwhile */
		follow(m, m->list[i].record);
	for (size_t i = 0; i < m->count; i++) {
		MEDARK_TRY(put_url(m, &m->list[i], err));
		m->list[i].url_size = m->urls.size - m->list[i].url;
	}
	return 0;
}

struct medark_bytes medark_ips_member_url(const struct medark_ips_members *m,
					  const struct medark_view_record *record)
{
	uint32_t place = m->places[number(m, record)];

	assert(place > 0);
	return medark_bytes(m->urls.data + m->list[place - 1].url, m->list[place - 1].url_size);
}
