/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A source: packed, compressed, lines, documents or anything. It is exported, the archive verifies,
 * and if the source was one plain file the restore gives its bytes back.
 */
#include "forge.h"
#include "keys.h"

#include "source/kinds.h"

#include <medark/medark.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MEMORY (192u << 20)

struct paths {
	char source[128], archive[128], target[128], restored[256], signer[128], key[128],
		recipient[128];
};

static void put(char path[128], const char *folder, const char *name, struct medark_bytes content)
{
	FILE *f;

	(void)snprintf(path, 128, "%s/%s", folder, name);
	f = fopen(path, "w");
	forge_expect(f && fwrite(content.data, 1, content.size, f) == content.size);
	forge_expect(fclose(f) == 0 && chmod(path, 0600) == 0);
}

static void settle(struct paths *p, struct medark_bytes content)
{
	const char *folder = forge_folder();

	put(p->source, folder, "source.dat", content);
	put(p->signer, folder, "s.cert.pem", medark_bytes_text(FUZZ_SIGNER_CERTIFICATE));
	put(p->key, folder, "s.key.pem", medark_bytes_text(FUZZ_SIGNER_KEY));
	put(p->recipient, folder, "r.cert.pem", medark_bytes_text(FUZZ_RECIPIENT_CERTIFICATE));
	(void)snprintf(p->archive, sizeof(p->archive), "%s/a.medark", folder);
	(void)snprintf(p->target, sizeof(p->target), "%s/out", folder);
	(void)snprintf(p->restored, sizeof(p->restored), "%s/source.dat", p->target);
}

/* False if the source cannot be read, as something packed may be. */
static bool export(const struct paths *p, bool packed, struct medark_export_result *result)
{
	struct medark_export *e = NULL;
	struct medark_error err;
	int code;

	forge_expect_done(medark_export_new(&e, &err), &err);
	forge_expect_done(medark_export_set_memory(e, MEMORY, &err), &err);
	forge_expect_done(medark_export_set_threads(e, 1, &err), &err);
	forge_expect_done(medark_export_add_source(e, p->source, &err), &err);
	forge_expect_done(medark_export_add_recipient(e, p->recipient, &err), &err);
	forge_expect_done(medark_export_set_signer(e, p->signer, p->key, NULL, 0, &err), &err);
	code = medark_export_run(e, p->archive, false, NULL, result, &err);
	medark_export_free(e);
	if (code == MEDARK_E_SOURCE && packed)
		return false;
	forge_expect_done(code, &err);
	return true;
}

static void compare(const char *path, struct medark_bytes content)
{
	MEDARK_AUTO(medark_file_close) FILE *f = fopen(path, "r");
	MEDARK_AUTO(medark_heap_free) uint8_t *back = malloc(content.size + 1);

	forge_expect(f && back);
	forge_expect(fread(back, 1, content.size + 1, f) == content.size);
	forge_expect(memcmp(back, content.data, content.size) == 0);
}

static int count_row(void *context, const struct medark_patient_row *row)
{
	(void)row;
	++*(uint64_t *)context;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	MEDARK_AUTO(medark_archive_free) struct medark_archive *a = NULL;
	struct medark_restore_request request = { .threads = 1 };
	struct medark_bytes content = medark_bytes(data, size);
	struct medark_export_result written;
	struct medark_restore_result restored;
	uint64_t patients = 0;
	bool packed = medark_packed_recognise(content);
	struct medark_error err;
	struct paths p;

	if (size == 0)
		return 0;
	settle(&p, content);
	if (!export(&p, packed, &written))
		return 0;
	forge_expect_done(medark_archive_open(p.archive, forge_trust(), forge_identity(), &a, &err),
			  &err);
	forge_expect_done(medark_archive_patients(a, NULL, 0, count_row, &patients, &err), &err);
	forge_expect(patients == written.patients);
	request.target = p.target;
	forge_expect_done(medark_archive_restore(a, &request, NULL, &restored, &err), &err);
	if (!packed)
		compare(p.restored, content);
	return 0;
}
