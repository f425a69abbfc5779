/* SPDX-License-Identifier: Apache-2.0 */
#include "service/planned.h"

#include "base/numbers.h"
#include "base/time.h"

#include <string.h>

#define LIST_MAX ((size_t)256 << 20)
#define DAY	 INT64_C(86400)

/* yyyymmdd of a day since 1970; 0 for one without four digits of a year. */
static uint32_t day_number(int64_t day)
{
	char text[MEDARK_TIME_SIZE];
	uint32_t number = 0;

	if (!medark_time_format(day * DAY, text))
		return 0;
	for (size_t i = 0; i < 10; i++)
		if (text[i] != '-')
			number = number * 10 + (uint32_t)(text[i] - '0');
	return number;
}

void medark_planned_init(struct medark_planned *planned, int64_t today)
{
	for (size_t i = 0; i < MEDARK_PLANNED_DAYS; i++)
		planned->days[i] = day_number(today + (int64_t)i);
	for (size_t i = 0; i <= MEDARK_PLANNED_DAYS; i++)
		planned->lists[i] = (struct medark_buffer)MEDARK_BUFFER(LIST_MAX);
}

void medark_planned_clear(struct medark_planned *planned)
{
	for (size_t i = 0; i <= MEDARK_PLANNED_DAYS; i++)
		medark_buffer_clear(&planned->lists[i]);
}

static int add(struct medark_planned *planned, size_t list, uint64_t patient,
	       struct medark_error *err)
{
	return medark_buffer_add(&planned->lists[list], &patient, sizeof(patient), err);
}

/* Whether it is one of an admission is seen when it is read; most encounters are over. */
static bool may_be_open(struct medark_bytes text)
{
	static const char *const words[] = { "\"in-progress\"", "\"onleave\"", "\"arrived\"" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (memmem(text.data, text.size, words[i], strlen(words[i])))
			return true;
	return false;
}

int medark_planned_add(struct medark_planned *planned, const struct medark_record *facts,
		       struct medark_bytes text, uint64_t patient, struct medark_error *err)
{
	if (medark_bytes_is(facts->type, "Encounter") && may_be_open(text))
		return add(planned, MEDARK_PLANNED_ADMITTED, patient, err);
	if (!medark_bytes_is(facts->type, "Appointment") || !facts->date)
		return 0;
	for (size_t i = 0; i < MEDARK_PLANNED_DAYS; i++)
		if (planned->days[i] == facts->date)
			return add(planned, i, patient, err);
	return 0;
}

void medark_planned_seal(struct medark_planned *planned)
{
	for (size_t i = 0; i <= MEDARK_PLANNED_DAYS; i++) {
		struct medark_buffer *b = &planned->lists[i];
		size_t left = medark_numbers_unique((uint64_t *)(void *)b->data,
						    b->size / sizeof(uint64_t));

		b->size = left * sizeof(uint64_t);
	}
}

size_t medark_planned_count(const struct medark_planned *planned, size_t list)
{
	return planned->lists[list].size / sizeof(uint64_t);
}

uint64_t medark_planned_at(const struct medark_planned *planned, size_t list, size_t i)
{
	return ((const uint64_t *)(const void *)planned->lists[list].data)[i];
}
