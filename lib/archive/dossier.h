/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dossier: the records of one patient in memory, for those who show them or write them in another
 * form: what stands in the compartment, what it refers to outside of it, as of the latest archive
 * of a lineage. One thread builds it; then any number may read.
 */
#ifndef MEDARK_ARCHIVE_DOSSIER_H
#define MEDARK_ARCHIVE_DOSSIER_H

#include "archive/cut_cache.h"
#include "archive/lineage.h"
#include "archive/nameset.h"
#include "view/records.h"

struct medark_dossier_record {
	struct medark_bytes type, id, text; /* as they stand; `type` and `id` may be empty */
	bool is_xml;
	bool is_one;	 /* of one patient alone, as far as it says: in no other dossier */
	bool is_outside; /* it belongs to nobody, or to others too: a practitioner, an organisation
			  */
	uint32_t archive, item; /* in which it stands: of the lineage, and of its items */
};

struct medark_dossier {
	struct medark_dossier_record *records;
	size_t count, max;
	uint64_t unresolved; /* references that lead to nothing in the archives */
};

struct medark_dossier_setup {
	struct medark_lineage *lineage;
	/* Of each archive, for many dossiers one after the other; NULL: none. */
	struct medark_cut_cache *const *caches;
	struct medark_nameset *keys; /* the patient's keys in the indexes are added; may be NULL */
};

/*
 * The records of the patient of this id, identifier or `system|value`. MEDARK_E_NOT_FOUND,
 * MEDARK_E_USAGE: nobody or several have it; MEDARK_E_FORMAT, MEDARK_E_SYSTEM, MEDARK_E_MEMORY.
 */
int medark_dossier_load(const struct medark_dossier_setup *setup, const char *patient,
			struct medark_dossier **out, struct medark_error *err) MEDARK_MUST_USE;

/*
 * The same records as trees, in the same order; they are borrowed from the dossier. `out` is empty
 * before. MEDARK_E_MEMORY.
 */
int medark_dossier_view(const struct medark_dossier *dossier, struct medark_view_records *out,
			struct medark_error *err) MEDARK_MUST_USE;

/* Wipes what it holds. */
void medark_dossier_free(struct medark_dossier *dossier);
MEDARK_DEFINE_AUTO(struct medark_dossier, medark_dossier_free)

#endif
