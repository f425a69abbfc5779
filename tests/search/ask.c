/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask [FILE OF THE TZ DATABASE]: reads records ("{…}") and then queries ("Type?name=value") from
 * standard input, a line each, and answers each query with a line: the ids of the records that are
 * found, in order; behind " + " what is included; or "! code: sentence". "--list" prints the
 * declared parameters instead.
 */
#include "search/follow.h"
#include "search/match.h"
#include "search/order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES ((size_t)1 << 24)

struct record {
	char *line;
	struct medark_json_tree tree;
	struct medark_buffer key;
	bool found;
	size_t number;
};

static struct record *records;
static size_t count, capacity;
static struct medark_zone zone;
static struct medark_search_setup setup = { .zone = &zone };
static struct medark_error error;

static void need(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "ask: %s: %s\n", what, error.message);
	exit(1);
}

static void list_one(const struct medark_search_type *type, const struct medark_search_param *p)
{
	static const char *const kinds[] = { "",	  "token",    "string", "date",
					     "reference", "quantity", "uri" };

	printf("%s\t%s\t%s\t%s\t", type->name, p->name, kinds[p->kind], p->system ? p->system : "");
	for (size_t i = 0; i < MEDARK_SEARCH_PATHS_MAX && p->paths[i]; i++)
		printf("%s%s", i ? "|" : "", p->paths[i]);
	printf("\t%s\n", medark_search_stu3_has(type, p) ? "STU3" : "");
}

static void list(void)
{
	const struct medark_search_type *type;
	const struct medark_search_param *common;

	for (size_t i = 0; (type = medark_search_type_at(i)); i++) {
		for (size_t k = 0; k < type->count; k++)
			list_one(type, &type->params[k]);
		for (size_t k = 0; (common = medark_search_common_at(k)); k++)
			list_one(type, common);
	}
}

static struct medark_bytes text_of(const struct record *r, const char *name)
{
	return medark_json_text_at(&r->tree, medark_json_tree_root(&r->tree), name);
}

static void add_record(const char *line, size_t size)
{
	struct record *r;

	if (count == capacity) {
		capacity = capacity ? 2 * capacity : 1024;
		records = realloc(records, capacity * sizeof(*records));
		need(records, "memory");
	}
	r = &records[count];
	*r = (struct record) { .number = count++, .line = strndup(line, size) };
	need(r->line && medark_json_tree_parse(&r->tree, medark_bytes(r->line, size), &error) == 0,
	     "a record");
	r->key = (struct medark_buffer)MEDARK_BUFFER_SECRET((size_t)1 << 20);
}

static int compare(const void *a, const void *b)
{
	const struct record *x = *(struct record *const *)a, *y = *(struct record *const *)b;
	int order = medark_bytes_compare(medark_bytes(x->key.data, x->key.size),
					 medark_bytes(y->key.data, y->key.size));

	return order ? order : (x->number > y->number) - (x->number < y->number);
}

static void print_id(struct medark_bytes id)
{
	printf(" %.*s", (int)id.size, (const char *)id.data);
}

static void print_reference(struct medark_bytes type, struct medark_bytes id)
{
	printf(" %.*s/%.*s", (int)type.size, (const char *)type.data, (int)id.size,
	       (const char *)id.data);
}

static void print_included(const struct medark_search_include *include, struct record **found,
			   size_t n)
{
	for (size_t i = 0; !include->reverse && i < n; i++) {
		struct medark_search_follow f;
		struct medark_bytes type, id;

		medark_search_follow_init(&f, include, &found[i]->tree, setup.base);
		while (medark_search_follow_next(&f, &type, &id))
			print_reference(type, id);
	}
	for (size_t k = 0; include->reverse && k < count; k++)
		for (size_t i = 0; i < n; i++)
			if (medark_search_follow_leads(include, &records[k].tree, setup.base,
						       text_of(found[i], "resourceType"),
						       text_of(found[i], "id"))) {
				print_reference(text_of(&records[k], "resourceType"),
						text_of(&records[k], "id"));
				break;
			}
}

static void answer(struct medark_search_query *query)
{
	struct record **found = calloc(count + 1, sizeof(*found));
	size_t n = 0;

	need(found, "memory");
	for (size_t i = 0; i < count; i++) {
		int is = medark_search_match(query, &records[i].tree, &error);

		need(is >= 0, "match");
		if (!is)
			continue;
		records[i].key.size = 0;
		need(medark_search_order_key(query, &records[i].tree, &records[i].key, &error) == 0,
		     "order");
		found[n++] = &records[i];
	}
	qsort(found, n, sizeof(*found), compare);
	for (size_t i = 0; i < n; i++)
		print_id(text_of(found[i], "id"));
	if (query->include_count)
		printf(" +");
	for (size_t i = 0; i < query->include_count; i++)
		print_included(&query->includes[i], found, n);
	putchar('\n');
	free(found);
}

static void ask(const char *line, size_t size)
{
	MEDARK_AUTO(medark_form_clear) struct medark_form form = { .count = 0 };
	MEDARK_AUTO(medark_search_query_clear) struct medark_search_query query = { .count = -1 };
	const char *mark = memchr(line, '?', size);
	size_t n = mark ? (size_t)(mark - line) : size;
	const struct medark_search_type *type = medark_search_type_find(medark_bytes(line, n));

	need(mark && type, "a query's type");
	if (medark_form_parse(&form, medark_bytes(mark + 1, size - n - 1), &error) < 0)
		printf("! form: %s\n", error.message);
	else if (medark_search_query_parse(&query, type, form.pairs, form.count, &setup, &error) <
		 0)
		printf("! %s: %s\n", query.issue, error.message);
	else
		answer(&query);
}

static void read_zone(const char *path)
{
	static uint8_t bytes[MEDARK_ZONE_FILE_MAX];
	MEDARK_AUTO(medark_file_close) FILE *f = fopen(path, "rb");
	size_t n = f ? fread(bytes, 1, sizeof(bytes), f) : 0;

	need(medark_zone_parse(&zone, medark_bytes(bytes, n), &error) == 0, path);
}

static void read_clock(const char *path)
{
	char line[64];

	read_zone(path);
	while (fgets(line, sizeof(line), stdin))
		printf("%lld\n", (long long)medark_zone_utc(&zone, strtoll(line, NULL, 10)));
	medark_zone_clear(&zone);
}

int main(int argc, char **argv)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t n;

	if (argc == 2 && strcmp(argv[1], "--list") == 0) {
		list();
		return 0;
	}
	if (argc == 3 && strcmp(argv[1], "--clock") == 0) {
		read_clock(argv[2]);
		return 0;
	}
	if (argc == 2)
		read_zone(argv[1]);
	setup.base = medark_bytes_text("https://fhir.example.org/base");
	while ((n = getline(&line, &room, stdin)) > 0) {
		n -= line[n - 1] == '\n';
		need((size_t)n < LINE_MAX_BYTES, "a line's length");
		if (line[0] == '{')
			add_record(line, (size_t)n);
		else
			ask(line, (size_t)n);
	}
	free(line);
	for (size_t i = 0; i < count; i++) {
		medark_json_tree_clear(&records[i].tree);
		medark_buffer_clear(&records[i].key);
		free(records[i].line);
	}
	free(records);
	medark_zone_clear(&zone);
	return 0;
}
