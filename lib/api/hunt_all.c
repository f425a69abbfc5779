/* SPDX-License-Identifier: Apache-2.0 */
/* Every record of a type, or all that may refer to some records. */
#include "api/hunt.h"

#include "base/numbers.h"

struct every {
	struct medark_api_call *call;
	struct medark_bytes type;
	int (*each)(void *context, const struct medark_view_record *record);
	void *context;
};

static int tell(void *context, const struct medark_view_record *record, uint64_t number,
		struct medark_error *err)
{
	const struct every *e = context;

	(void)number;
	(void)err;
	return e->each(e->context, record);
}

static int check_time(const struct every *e)
{
	if (medark_api_is_late(e->call))
		return medark_error_set(e->call->err, MEDARK_E_USAGE, MEDARK_HUNT_TOO_LONG);
	return 0;
}

static int tell_outside(struct every *e)
{
	struct medark_api_call *call = e->call;
	uint64_t at = 0;

	while (at != UINT64_MAX) {
		MEDARK_TRY(check_time(e));
		MEDARK_TRY(medark_shelf_outside(call->shelf, e->type, &at, tell, e, call->err));
	}
	return 0;
}

static int tell_all(struct every *e)
{
	struct medark_api_call *call = e->call;
	uint64_t count = medark_shelf_patients(call->shelf);

	for (uint64_t n = 0; n < count; n++) {
		MEDARK_TRY(check_time(e));
		MEDARK_TRY(medark_shelf_own(call->shelf, n, e->type, tell, e, call->err));
	}
	return tell_outside(e);
}

/* ---- what refers to some records ---- */

/*
 * Appends the patients in whose compartments something may refer to the record. 1; or 0 if it is
 * in no compartment itself: then that may be anybody.
 */
static int add_near(struct medark_api_call *call, const struct medark_view_record *of,
		    struct medark_buffer *numbers)
{
	const struct medark_record_find *find = call->api->setup.find;
	size_t at = 0;
	uint64_t number;

	while (medark_record_find_next(find, of->type, of->id, &at, &number))
		MEDARK_TRY(medark_buffer_add(numbers, &number, sizeof(number), call->err));
	if (at == 0 || of->is_outside)
		return 0;
	at = 0;
	while (medark_record_find_referrer(find, of->type, of->id, &at, &number))
		MEDARK_TRY(medark_buffer_add(numbers, &number, sizeof(number), call->err));
	return 1;
}

static int tell_some(struct every *e, struct medark_buffer *numbers)
{
	uint64_t *list = (uint64_t *)(void *)numbers->data;
	size_t count = medark_numbers_unique(list, numbers->size / sizeof(*list));

	for (size_t i = 0; i < count; i++) {
		MEDARK_TRY(check_time(e));
		MEDARK_TRY(
			medark_shelf_of(e->call->shelf, list[i], e->type, tell, e, e->call->err));
	}
	return tell_outside(e);
}

int medark_hunt_referring(struct medark_api_call *call, const struct medark_search_type *type,
			  const struct medark_view_records *to,
			  int (*each)(void *context, const struct medark_view_record *record),
			  void *context)
{
	MEDARK_AUTO(medark_buffer_clear)
	struct medark_buffer numbers = MEDARK_BUFFER(MEDARK_HUNT_KEYS_MAX);
	struct every e = { .call = call,
			   .type = medark_bytes_text(type->name),
			   .each = each,
			   .context = context };
	bool is_any = false;

	for (size_t i = 0; i < to->count; i++) {
		int code;

		if (!to->list[i].root || !to->list[i].id.size)
			continue; /* it has no name that could be referred to */
		is_any = true;
		code = add_near(call, &to->list[i], &numbers);
		if (code <= 0)
			return code < 0 ? code : tell_all(&e);
	}
	return is_any ? tell_some(&e, &numbers) : 0;
}
