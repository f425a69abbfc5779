/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of a record leads elsewhere: its Attachments and how they are called; and, by the first
 * byte, lists of patients. In parts as in one a `url` is seen.
 */
#include "forge.h"

#include "crypto/digest.h"
#include "live/attachment.h"
#include "live/attachment_place.h"
#include "live/leads.h"
#include "live/patient_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct found {
	struct medark_bytes record;
	bool is_likely;
};

static void try_address(struct medark_bytes address)
{
	MEDARK_AUTO(medark_url_clear) struct medark_url root = { 0 };
	MEDARK_AUTO(medark_attachment_place_clear) struct medark_attachment_place place = { 0 };
	const struct medark_bytes binary = medark_attachment_binary(address);

	forge_expect(binary.size == 0 || medark_bytes_starts(binary, "Binary/"));
	forge_expect(medark_url_parse("https://h.example/fhir/", &root, NULL) == 0);
	forge_expect(medark_attachment_locate(&root, address, &place, NULL) == 0);
	forge_expect((place.kind == MEDARK_ATTACHMENT_BINARY) == (place.binary[0] != '\0'));
	if (place.kind != MEDARK_ATTACHMENT_BESIDE)
		return;
	forge_expect(strncasecmp(place.url.text, root.text, strlen(root.text)) != 0);
	forge_expect(!strstr(place.url.text, "/$") || strchr(place.url.text, '?'));
}

static int look(void *context, const struct medark_attachment *a, struct medark_error *err)
{
	static const char safe[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_";
	const struct found *f = context;
	const char *ending = medark_attachment_ending(a->content_type);
	char title[MEDARK_ATTACHMENT_TITLE_MAX + 1], key[MEDARK_ATTACHMENT_DIGITS + 1];
	char path[200];
	struct medark_bytes stem;

	(void)err;
	forge_expect(f->is_likely || memchr(f->record.data, '\\', f->record.size));
	forge_expect(a->url.size && a->url.size <= MEDARK_URL_MAX);
	medark_attachment_title(a->title, ending, title);
	forge_expect(title[0] && title[0] != '.' && strspn(title, safe) == strlen(title));
	medark_attachment_key(a->url, key);
	(void)snprintf(path, sizeof(path), "x/" MEDARK_ATTACHMENT_FOLDER "%s-%s.%s", key, title,
		       ending);
	stem = medark_attachment_stem(medark_bytes_text(path));
	forge_expect(stem.size == strlen("x/" MEDARK_ATTACHMENT_FOLDER) + MEDARK_ATTACHMENT_DIGITS);
	try_address(a->url);
	return 0;
}

static void try_record(struct medark_bytes record)
{
	struct found f = { .record = record, .is_likely = medark_attachment_is_likely(record) };
	struct medark_attachment_watch whole = { 0 }, parts = { 0 };
	struct medark_lead lead;

	forge_expect(medark_attachment_each(record, look, &f, NULL) == 0);
	medark_attachment_watch(&whole, record);
	for (size_t i = 0; i < record.size; i++)
		medark_attachment_watch(&parts, medark_bytes(record.data + i, 1));
	forge_expect(whole.is_found == parts.is_found);
	forge_expect(!f.is_likely || whole.is_found);
	if (medark_lead_parse(record, &lead))
		forge_expect(lead.target.size && strlen(lead.ending) < sizeof(lead.ending));
}

static void try_patients(struct medark_bytes text, bool is_group)
{
	MEDARK_AUTO(medark_patient_list_clear) struct medark_patient_list l = { 0 };
	MEDARK_AUTO(medark_url_clear) struct medark_url base = { 0 };
	const struct medark_patient_group group = { .base = &base, .today = "2026-11-29" };
	uint64_t others = 0;

	forge_expect(medark_url_parse("https://h.example/fhir", &base, NULL) == 0);
	forge_expect(medark_patient_list_init(&l, NULL) == 0);
	if ((is_group ? medark_patient_list_group(&l, text, &group, &others, NULL)
		      : medark_patient_list_parse(&l, text, NULL)) < 0)
		return;
	for (size_t i = 0; i < l.count; i++) {
		const char *id = medark_patient_list_get(&l, i);

		forge_expect(*id && strlen(id) <= MEDARK_PATIENT_ID_MAX && !strchr(id, '/'));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct medark_bytes text;

	if (size == 0)
		return 0;
	forge_expect(medark_digest_setup(NULL) == 0);
	text = medark_bytes(data + 1, size - 1);
	switch (data[0]) {
	case 'p':
		try_patients(text, false);
		break;
	case 'g':
		try_patients(text, true);
		break;
	default:
		try_record(text);
		break;
	}
	return 0;
}
