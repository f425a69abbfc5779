/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request of the FHIR API, of an archive that is always the same: "method LF path LF query LF
 * body". Every answer is JSON, and nothing of the archive is in one of a refusal.
 */
#include "forge.h"
#include "keys.h"

#include "api/api.h"
#include "scan/json_tree.h"
#include "service/cookie.h"

#include <medark/medark.h>

#include <stdio.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* In every record; in no question that is not its answer. */
#define CANARY "Kanariezanger"

static const char source[] =
	"{\"resourceType\":\"Patient\",\"id\":\"a\",\"birthDate\":\"1970-12-31\",\"name\":[{"
	"\"family\":\"" CANARY "\",\"given\":[\"An\"]}],\"identifier\":[{\"system\":\"urn:n\","
	"\"value\":\"77\"}]}\n"
	"{\"resourceType\":\"Observation\",\"id\":\"o\",\"subject\":{\"reference\":\"Patient/a\"},"
	"\"performer\":[{\"reference\":\"Practitioner/d\"}],\"valueQuantity\":{\"value\":7.10},"
	"\"effectiveDateTime\":\"2020\",\"note\":[{\"text\":\"" CANARY "\"}]}\n"
	"{\"resourceType\":\"Practitioner\",\"id\":\"d\",\"name\":[{\"family\":\"" CANARY "\"}]}\n";

static struct medark_shelf *shelf;
static struct medark_record_find *find;
static struct medark_api *api;

static void make_archive(char archive[160])
{
	char records[128], signer[128], key[128], recipient[128], folder[64];
	struct medark_export_result result;
	struct medark_export *e = NULL;
	struct medark_error err;
	const char *texts[] = { source, FUZZ_SIGNER_CERTIFICATE, FUZZ_SIGNER_KEY,
				FUZZ_RECIPIENT_CERTIFICATE };
	char *const paths[] = { records, signer, key, recipient };
	const char *const names[] = { "r.ndjson", "s.cert.pem", "s.key.pem", "r.cert.pem" };

	/* The folder is empty at every call: it is asked for once. */
	(void)snprintf(folder, sizeof(folder), "%.60s", forge_folder());
	for (size_t i = 0; i < 4; i++) {
		FILE *f;

		(void)snprintf(paths[i], 128, "%s/%s", folder, names[i]);
		f = fopen(paths[i], "w");
		forge_expect(f && fputs(texts[i], f) >= 0 && fclose(f) == 0 &&
			     chmod(paths[i], 0600) == 0);
	}
	(void)snprintf(archive, 160, "%.60s/a.medark", folder);
	forge_expect_done(medark_export_new(&e, &err), &err);
	forge_expect_done(medark_export_add_source(e, records, &err), &err);
	forge_expect_done(medark_export_add_recipient(e, recipient, &err), &err);
	forge_expect_done(medark_export_set_signer(e, signer, key, NULL, 0, &err), &err);
	forge_expect_done(medark_export_run(e, archive, false, NULL, &result, &err), &err);
	medark_export_free(e);
}

static void begin(void)
{
	static const struct medark_record_find_watch watch = { 0 };
	static const struct medark_zone zone = { 0 };
	static char archive[160];
	static const char *paths[] = { archive };
	struct medark_shelf_setup setup = { .paths = paths, .count = 1, .as_of = INT64_MAX };
	struct medark_api_setup terms = { .base = "https://127.0.0.1:8443/fhir",
					  .archive = "00",
					  .home = "",
					  .token_address = "https://127.0.0.1:8443/token",
					  .zone = &zone,
					  .created = "2026-11-22T03:10:00Z" };
	struct medark_error err;

	make_archive(archive);
	forge_expect_done(medark_record_find_new(&find, &err), &err);
	setup.trust = forge_trust();
	setup.identity = forge_identity();
	setup.find = terms.find = find;
	forge_expect_done(medark_shelf_new(&setup, &shelf, &err), &err);
	forge_expect_done(medark_record_find_fill(find, medark_shelf_lineage(shelf), &watch, &err),
			  &err);
	forge_expect_done(medark_api_new(&terms, &api, &err), &err);
}

static int pass(void *context, const struct medark_api_access *access, struct medark_error *err)
{
	(void)err;
	*(bool *)context = true;
	forge_expect(access->patient || access->record || access->query);
	return 0;
}

static bool never(void *context)
{
	(void)context;
	return false;
}

/* The next line of the input, without what the front never lets through. */
static struct medark_bytes next(struct medark_bytes *rest, char *room)
{
	const uint8_t *lf = rest->size ? memchr(rest->data, '\n', rest->size) : NULL;
	size_t size = lf ? (size_t)(lf - rest->data) : rest->size, used = 0;

	for (size_t i = 0; i < size && used < 4000; i++)
		if (rest->data[i] > 0x20 && rest->data[i] < 0x7f && rest->data[i] != '#')
			room[used++] = (char)rest->data[i];
	size += lf != NULL;
	*rest = medark_bytes(rest->data + size, rest->size - size);
	return medark_bytes(room, used);
}

static void check(const struct medark_serve_response *r, bool has_passed)
{
	MEDARK_AUTO(medark_json_tree_clear) struct medark_json_tree tree = { 0 };
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer text = MEDARK_BUFFER(8u << 20);

	forge_expect(r->status >= 200 && r->status <= 599);
	if (r->body.size == 0)
		return;
	/* A tree reads a little beyond its text. */
	forge_expect(medark_buffer_add(&text, r->body.data, r->body.size, NULL) == 0 &&
		     medark_buffer_reserve(&text, MEDARK_JSON_PADDING, NULL) == 0);
	forge_expect(medark_json_tree_parse(&tree, medark_bytes(text.data, text.size), NULL) == 0);
	if (memmem(text.data, text.size, CANARY, strlen(CANARY)))
		forge_expect(r->status == 200 && has_passed);
}

/* A job that was begun has a manifest, which names nobody. */
static void follow(const struct medark_serve_response *job, const struct medark_api_gate *gate)
{
	MEDARK_AUTO(medark_serve_response_clear) struct medark_serve_response response;
	struct medark_serve_request request = { .method = MEDARK_SERVE_GET, .has_query = true };
	struct medark_bytes block = medark_bytes(job->block.data, job->block.size);
	const uint8_t *path = memmem(block.data, block.size, MEDARK_API_PATH "/$export-status?",
				     sizeof(MEDARK_API_PATH "/$export-status?") - 1);
	const uint8_t *query;
	struct medark_error err;

	medark_serve_response_init(&response);
	forge_expect(path != NULL);
	query = memchr(path, '?', (size_t)(block.data + block.size - path));
	request.path = medark_bytes(path, (size_t)(query - path));
	request.query = medark_bytes(query + 1, (size_t)(block.data + block.size - query - 1));
	forge_expect(medark_api_answer(api, shelf, &request, gate, &response, &err) == 0);
	forge_expect(response.status == 200);
	check(&response, false);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char rooms[3][4200];
	struct medark_bytes rest = medark_bytes(data, size), field;
	struct medark_serve_request request = { 0 };
	MEDARK_AUTO(medark_serve_response_clear) struct medark_serve_response response;
	bool has_passed = false;
	const struct medark_api_gate gate = { .pass = pass,
					      .is_stopping = never,
					      .context = &has_passed };
	struct medark_error err = { 0 };

	medark_serve_response_init(&response);
	if (!api)
		begin();
	field = next(&rest, rooms[0]);
	request.method =
		(enum medark_serve_method)((field.size ? field.data[0] : 0) % MEDARK_SERVE_METHODS);
	memcpy(rooms[1], MEDARK_API_PATH "/", 6);
	field = next(&rest, rooms[1] + 6);
	request.path = medark_bytes(rooms[1], field.size + 6);
	if (memchr(request.path.data, '?', request.path.size))
		return 0; /* the front has cut there */
	request.query = next(&rest, rooms[2]);
	request.has_query = request.query.size > 0;
	request.body = rest;
	request.fields[MEDARK_SERVE_CONTENT_TYPE] = medark_bytes_text(
		medark_bytes_starts(rest, "{") ? "application/fhir+json"
					       : "application/x-www-form-urlencoded");
	request.fields[MEDARK_SERVE_PREFER] = medark_bytes_text("respond-async");
	forge_expect(medark_cookie(rest, "a").size <= rest.size);
	if (medark_api_answer(api, shelf, &request, &gate, &response, &err) < 0) {
		forge_expect(err.message[0] != 0);
		return 0;
	}
	check(&response, has_passed);
	if (response.status == 202 && request.method == MEDARK_SERVE_GET)
		follow(&response, &gate);
	return 0;
}
