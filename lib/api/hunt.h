/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hunt: where the records are that a query may find, and which of them it finds. In order of cost:
 *	one chart	the query, or the path, names a patient;
 *	names		_id, of any type;
 *	some patients	Patients by what the index knows: names, identifiers, birth dates;
 *	all		every record of the type, patient by patient, then those outside of charts.
 * The last two have seconds, not minutes: what was found until then is a page, and the next one
 * goes on there. Order and counts of a whole need all of it: then there is an error instead.
 */
#ifndef MEDARK_API_HUNT_H
#define MEDARK_API_HUNT_H

#include "api/api_private.h"

/* Ceiling of the keys of a sorted search, and of the numbers of patients. */
#define MEDARK_HUNT_KEYS_MAX ((size_t)64 << 20)

#define MEDARK_HUNT_TOO_LONG                                                                       \
	"this search looks at more records than there is time for: name a patient (patient=...), " \
	"or leave out _sort and totals"

enum medark_hunt_kind { MEDARK_HUNT_CHART, MEDARK_HUNT_NAMES, MEDARK_HUNT_SOME, MEDARK_HUNT_ALL };

/* Records that were copied. */
struct medark_hunt_keep {
	struct medark_buffer texts; /* each with room behind it */
	struct medark_buffer marks;
};
#define MEDARK_HUNT_KEEP                                                                           \
	{                                                                                          \
		.texts = MEDARK_BUFFER_SECRET((size_t)64 << 20),                                   \
		.marks = MEDARK_BUFFER((size_t)64 << 20)                                           \
	}
void medark_hunt_keep_clear(struct medark_hunt_keep *keep);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_hunt_keep, medark_hunt_keep_clear)
/* MEDARK_E_MEMORY past 64 MiB. */
int medark_hunt_keep_add(struct medark_hunt_keep *keep, const struct medark_view_record *record,
			 struct medark_error *err) MEDARK_MUST_USE;
size_t medark_hunt_keep_count(const struct medark_hunt_keep *keep);
/* Record `i` as the next of `out`, which borrows its text until the next add. */
int medark_hunt_keep_get(const struct medark_hunt_keep *keep, size_t i,
			 struct medark_view_records *out, struct medark_error *err) MEDARK_MUST_USE;

struct medark_hunt {
	struct medark_api_call *call;
	const struct medark_search_query *query;
	struct medark_api_cursor from;
	enum medark_hunt_kind kind;
	struct medark_bytes patient; /* of a chart */
	size_t criterion;	     /* of names and some: which one says where */
	uint64_t want;		     /* records on the page */
	/* What came of it. */
	bool more;		       /* there are, or may be, others behind the page */
	struct medark_api_cursor next; /* where they begin */
	bool is_counted;	       /* `total` are all */
	uint64_t total;
	struct medark_hunt_keep keep; /* the page; of a sorted search all, then the page's marks */
	struct medark_buffer keys;    /* of a sorted search */
};

/* `patient`: of the path, or empty. All are borrowed. */
void medark_hunt_init(struct medark_hunt *hunt, struct medark_api_call *call,
		      const struct medark_search_query *query, struct medark_bytes patient,
		      const struct medark_api_cursor *from);
void medark_hunt_clear(struct medark_hunt *hunt);

/* Does it need medark_record_find? */
bool medark_hunt_needs_names(const struct medark_hunt *hunt);

/*
 * Writes the rows of the log before anything is looked for: with the patient whose chart it is, and
 * by _id one for each record that there is, with its patient. `what` is asked for ("Observation"),
 * `text` are the parameters, as many rows as have room for them. Errors of the gate and of
 * medark_shelf_record().
 */
int medark_hunt_pass(const struct medark_hunt *hunt, const char *what,
		     struct medark_bytes text) MEDARK_MUST_USE;

/*
 * The record of name `i` that the criterion gives, which the caller clears: 1; 0: there is none, or
 * the name was there before.
 */
int medark_hunt_named(const struct medark_hunt *hunt, size_t i,
		      struct medark_shelf_record *out) MEDARK_MUST_USE;

/* The chart of hunt->patient, which may be an identifier: 1, or 0: there is nobody. */
int medark_hunt_chart(const struct medark_hunt *hunt,
		      const struct medark_shelf_chart **out) MEDARK_MUST_USE;

/* MEDARK_E_USAGE, MEDARK_E_MEMORY: it is too much, in a sentence for the client. */
int medark_hunt_run(struct medark_hunt *hunt) MEDARK_MUST_USE;

/* The page's records; they borrow from the hunt. */
int medark_hunt_found(const struct medark_hunt *hunt,
		      struct medark_view_records *out) MEDARK_MUST_USE;

/*
 * Calls `each` for records of a type, among them all that refer to one of `to` by a literal
 * reference of JSON, in the order of their patients; a record that several patients have may come
 * several times. Where every one of `to` is in a compartment, it looks only into the compartments
 * that medark_record_find names, and into what is outside of all; else everywhere. A negative code
 * of `each` ends it. MEDARK_E_USAGE when the time is up. Needs a complete medark_record_find.
 */
int medark_hunt_referring(struct medark_api_call *call, const struct medark_search_type *type,
			  const struct medark_view_records *to,
			  int (*each)(void *context, const struct medark_view_record *record),
			  void *context) MEDARK_MUST_USE;

#endif
