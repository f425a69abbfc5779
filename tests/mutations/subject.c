/* SPDX-License-Identifier: Apache-2.0 */
#include "subject.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

#define ARCHIVE_MAX (1u << 20)
#define ROWS_MAX    (1u << 16)
#define NAME	    "changed.medark"

/* Every how many of the changes are tried with an identity too, by restore and the lists. */
#define THOROUGH 8

static const struct {
	const char *name, *text;
} sources[] = {
	{ "Patient.ndjson",
	  "{\"resourceType\":\"Patient\",\"id\":\"p1\",\"identifier\":[{\"system\":\"http://"
	  "fhir.nl/fhir/NamingSystem/bsn\",\"value\":\"999990019\"}],\"name\":[{\"family\":"
	  "\"Vries\",\"given\":[\"Jan\"]}],\"birthDate\":\"1970-12-31\"}\n"
	  "{\"resourceType\":\"Patient\",\"id\":\"p2\",\"name\":[{\"family\":\"Smit\"}],"
	  "\"birthDate\":\"1981-02-03\"}\n" },
	{ "Observation.ndjson",
	  "{\"resourceType\":\"Observation\",\"id\":\"o1\",\"subject\":{\"reference\":\"Patient/"
	  "p1\"},\"performer\":[{\"reference\":\"Practitioner/d1\"}]}\n"
	  "{\"resourceType\":\"Observation\",\"id\":\"o2\",\"subject\":{\"reference\":\"Patient/"
	  "p2\"}}\n"
	  "{\"resourceType\":\"Observation\",\"id\":\"o3\"\n" },
	{ "Practitioner.ndjson", "{\"resourceType\":\"Practitioner\",\"id\":\"d1\"}\n" },
	{ "letter.txt", "not a record\n" },
};

static void die(const char *what, const struct medark_error *err)
{
	(void)fprintf(stderr, "mutate: %s: %s\n", what, err ? err->message : strerror(errno));
	exit(2);
}

static void join(char *out, size_t room, const char *folder, const char *name)
{
	if ((size_t)snprintf(out, room, "%s/%s", folder, name) >= room)
		die("a path is too long", NULL);
}

static void write_source(const char *folder)
{
	char path[PATH_MAX];

	if (mkdir(folder, 0700) < 0)
		die("mkdir", NULL);
	for (size_t i = 0; i < sizeof(sources) / sizeof(*sources); i++) {
		FILE *f;

		join(path, sizeof(path), folder, sources[i].name);
		f = fopen(path, "w");
		if (!f || fputs(sources[i].text, f) < 0 || fclose(f) != 0)
			die("cannot write the source", NULL);
	}
	join(path, sizeof(path), folder, "link");
	if (symlink("letter.txt", path) < 0)
		die("cannot write the source", NULL);
}

static void make_key(const char *prefix, enum medark_key_role role)
{
	struct medark_key_request request = { .role = role, .common_name = "x", .prefix = prefix };
	struct medark_error err;

	if (medark_key_create(&request, &err) < 0)
		die("cannot make a key", &err);
}

static void export(struct subject *s, const char *source)
{
	char key[PATH_MAX], certificate[PATH_MAX], recipient[PATH_MAX];
	struct medark_export_result result;
	struct medark_export *e = NULL;
	struct medark_error err;

	join(recipient, sizeof(recipient), s->folder, "recipient.cert.pem");
	join(certificate, sizeof(certificate), s->folder, "signer.cert.pem");
	join(key, sizeof(key), s->folder, "signer.key.pem");
	if (medark_export_new(&e, &err) < 0 || medark_export_add_source(e, source, &err) < 0 ||
	    medark_export_add_recipient(e, recipient, &err) < 0 ||
	    medark_export_set_signer(e, certificate, key, NULL, 0, &err) < 0 ||
	    medark_export_run(e, s->path, false, NULL, &result, &err) < 0)
		die("cannot export", &err);
	medark_export_free(e);
}

static void load(struct subject *s, const char *path)
{
	FILE *f = fopen(path, "r");
	struct medark_error err;

	s->archive = (struct medark_buffer)MEDARK_BUFFER(ARCHIVE_MAX);
	if (medark_buffer_reserve(&s->archive, ARCHIVE_MAX, &err) < 0)
		die("cannot read the archive", &err);
	if (!f)
		die("cannot read the archive", NULL);
	s->archive.size = fread(s->archive.data, 1, ARCHIVE_MAX, f);
	(void)fclose(f);
}

static void find_members(struct subject *s)
{
	size_t at = 0;

	while (at + 1024 < s->archive.size && s->member_count < MEMBERS_MAX) {
		const char *header = (const char *)s->archive.data + at;
		struct member *m = &s->members[s->member_count++];

		m->name = header;
		m->begin = at;
		m->size = (size_t)strtoull(header + 124, NULL, 8);
		at += 512 + (m->size + 511) / 512 * 512;
		m->end = at;
	}
	if (s->member_count < 8 || at + 1024 != s->archive.size ||
	    strcmp(s->members[s->member_count - 3].name, "MANIFEST") != 0)
		die("the archive is not what this test expects", NULL);
}

static int collect(void *context, const struct medark_patient_row *row)
{
	struct medark_error err;

	return medark_buffer_add(context, row->json, strlen(row->json), &err);
}

static int collect_item(void *context, const struct medark_item_entry *item)
{
	struct medark_error err;

	return medark_buffer_print(context, &err, "%s %s %llu %llu\n", item->kind, item->path,
				   (unsigned long long)item->size,
				   (unsigned long long)item->records);
}

static int collect_quarantined(void *context, const struct medark_quarantine_entry *entry)
{
	struct medark_error err;

	return medark_buffer_print(context, &err, "%s %d %llu %s %llu %llu %s\n", entry->reason,
				   entry->has_item, (unsigned long long)entry->item, entry->path,
				   (unsigned long long)entry->offset,
				   (unsigned long long)entry->length, entry->detail);
}

/* One broken record, and one link that was skipped? */
static bool has_quarantine(const struct subject *s)
{
	struct medark_error err;
	struct medark_buffer text = MEDARK_BUFFER(ROWS_MAX);
	bool has;

	if (medark_buffer_add(&text, s->quarantine.data, s->quarantine.size, &err) < 0 ||
	    medark_buffer_add(&text, "", 1, &err) < 0)
		die("the quarantine cannot be read", &err);
	has = strstr((const char *)text.data, "Observation.ndjson") &&
	      strstr((const char *)text.data, "\nskipped 0 ");
	medark_buffer_clear(&text);
	return has;
}

static void take_good(struct subject *s)
{
	struct medark_archive *a = NULL;
	struct medark_error err;

	s->patients = (struct medark_buffer)MEDARK_BUFFER(ROWS_MAX);
	s->items = (struct medark_buffer)MEDARK_BUFFER(ROWS_MAX);
	s->quarantine = (struct medark_buffer)MEDARK_BUFFER(ROWS_MAX);
	if (medark_archive_open(s->path, s->trust, s->identity, &a, &err) < 0 ||
	    medark_archive_verify(a, 1, NULL, &err) < 0 ||
	    medark_archive_patients(a, NULL, 0, collect, &s->patients, &err) < 0 ||
	    medark_archive_items(a, collect_item, &s->items, &err) < 0 ||
	    medark_archive_quarantine(a, collect_quarantined, &s->quarantine, &err) < 0)
		die("the good archive is refused", &err);
	if (!has_quarantine(s))
		die("the quarantine is not what this test expects", NULL);
	medark_archive_free(a);
}

static void rewrite(struct subject *s, const uint8_t *data, size_t size)
{
	if (ftruncate(s->fd, (off_t)size) < 0 || pwrite(s->fd, data, size, 0) != (ssize_t)size)
		die("cannot write the changed archive", NULL);
}

static void remove_files(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (unlinkat(dirfd(dir), entry->d_name, 0) < 0)
			(void)unlinkat(dirfd(dir), entry->d_name, AT_REMOVEDIR);
	if (dir)
		(void)closedir(dir);
	(void)rmdir(folder);
}

static void make_folder(struct subject *s)
{
	(void)snprintf(s->folder, sizeof(s->folder), "%s/medark-mutate-XXXXXX",
		       access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	if (!mkdtemp(s->folder))
		die("mkdtemp", NULL);
	join(s->path, sizeof(s->path), s->folder, NAME);
}

static void load_access(struct subject *s)
{
	char path[PATH_MAX];
	struct medark_error err;

	join(path, sizeof(path), s->folder, "signer.cert.pem");
	if (medark_trust_new(&s->trust, &err) < 0 ||
	    medark_trust_add_file(s->trust, path, &err) < 0)
		die("cannot load the trust anchor", &err);
	join(path, sizeof(path), s->folder, "recipient.key.pem");
	if (medark_identity_new(&s->identity, &err) < 0 ||
	    medark_identity_add_key(s->identity, path, NULL, 0, &err) < 0)
		die("cannot load the identity", &err);
}

void medark_subject_make(struct subject *s)
{
	char path[PATH_MAX];

	memset(s, 0, sizeof(*s));
	s->fd = -1;
	make_folder(s);
	join(path, sizeof(path), s->folder, "signer");
	make_key(path, MEDARK_ROLE_SIGNER);
	join(path, sizeof(path), s->folder, "recipient");
	make_key(path, MEDARK_ROLE_RECIPIENT);
	join(path, sizeof(path), s->folder, "source");
	write_source(path);
	export(s, path);
	load_access(s);
	load(s, s->path);
	find_members(s);
	take_good(s);
	remove_files(path);
	remove_files(s->folder);
}

void medark_subject_settle(struct subject *s)
{

	make_folder(s);
	s->fd = open(s->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (s->fd < 0)
		die(s->path, NULL);
	rewrite(s, s->archive.data, s->archive.size);
}

void medark_subject_clear(struct subject *s)
{
	if (s->fd >= 0) {
		(void)close(s->fd);
		remove_files(s->folder);
	}
	medark_trust_free(s->trust);
	medark_identity_free(s->identity);
	medark_buffer_clear(&s->archive);
	medark_buffer_clear(&s->patients);
	medark_buffer_clear(&s->items);
	medark_buffer_clear(&s->quarantine);
}

/* Anything beside the changed archive? */
static bool left_something(const struct subject *s)
{
	DIR *dir = opendir(s->folder);
	size_t entries = 0;

	while (dir && readdir(dir))
		entries++;
	if (dir)
		(void)closedir(dir);
	return entries != 3; /* with . and .. */
}

/* Rows stream: those before the fault may have come out, as they were. */
static bool gives_no_others(int code, const struct medark_buffer *rows,
			    const struct medark_buffer *good)
{
	return rows->size <= good->size &&
	       (rows->size == 0 || memcmp(rows->data, good->data, rows->size) == 0) &&
	       (code < 0 || rows->size == good->size);
}

/* NULL or what is wrong with what the lists give out of `a`. */
static const char *judge_lists(const struct subject *s, struct medark_archive *a,
			       struct medark_error *err)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer rows = MEDARK_BUFFER(ROWS_MAX);
	int code = medark_archive_patients(a, NULL, 0, collect, &rows, err);

	if (code < 0 && code != MEDARK_E_FORMAT)
		return "is not refused by patients";
	if (!gives_no_others(code, &rows, &s->patients))
		return "gives out other patients";
	rows.size = 0;
	code = medark_archive_items(a, collect_item, &rows, err);
	if (code < 0 && code != MEDARK_E_FORMAT)
		return "is not refused by items";
	if (!gives_no_others(code, &rows, &s->items))
		return "gives out other items";
	rows.size = 0;
	code = medark_archive_quarantine(a, collect_quarantined, &rows, err);
	if (code < 0 && code != MEDARK_E_FORMAT)
		return "is not refused by the quarantine";
	return gives_no_others(code, &rows, &s->quarantine) ? NULL : "gives out another quarantine";
}

/* NULL or what is wrong with how `a`, which could be opened, is refused further on. */
static const char *judge_opened(struct subject *s, struct medark_archive *a, bool thorough,
				struct medark_error *err)
{
	struct medark_restore_request request = { .threads = 1 };
	struct medark_restore_result result;
	char target[PATH_MAX];

	if (medark_archive_verify(a, 1, NULL, err) != MEDARK_E_FORMAT)
		return "is not refused by verify";
	if (!thorough)
		return NULL;
	join(target, sizeof(target), s->folder, "out");
	request.target = target;
	if (medark_archive_restore(a, &request, NULL, &result, err) != MEDARK_E_FORMAT)
		return "is not refused by restore";
	return judge_lists(s, a, err);
}

static const char *judge(struct subject *s, struct medark_error *err)
{
	struct medark_archive *a = NULL;
	const char *fault = NULL;
	bool thorough = s->judged++ % THOROUGH == 0;
	int code;

	code = medark_archive_open(s->path, s->trust, thorough ? s->identity : NULL, &a, err);
	if (code == 0)
		fault = judge_opened(s, a, thorough, err);
	else if (code != MEDARK_E_FORMAT)
		fault = "is not refused by open";
	medark_archive_free(a);
	if (!fault && left_something(s))
		fault = "left something behind";
	return fault;
}

bool medark_subject_refused(struct subject *s, const uint8_t *data, size_t size, const char *what)
{
	struct medark_error err = { 0 };
	const char *fault;

	rewrite(s, data, size);
	fault = judge(s, &err);
	if (fault)
		(void)fprintf(stderr, "mutate: %s: %s (%d: %s)\n", what, fault, err.code,
			      err.message);
	return !fault;
}

bool medark_subject_refused_byte(struct subject *s, size_t at, uint8_t value)
{
	struct medark_error err = { 0 };
	const char *fault;

	if (pwrite(s->fd, &value, 1, (off_t)at) != 1)
		die("cannot write the changed archive", NULL);
	fault = judge(s, &err);
	if (fault)
		(void)fprintf(stderr, "mutate: byte %zu as 0x%02x: %s (%d: %s)\n", at, value, fault,
			      err.code, err.message);
	if (pwrite(s->fd, s->archive.data + at, 1, (off_t)at) != 1)
		die("cannot write the changed archive", NULL);
	return !fault;
}
