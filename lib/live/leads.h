/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leads: what records that have come lead to: Attachments elsewhere, and records that they refer
 * to. Memory does not grow with what leads there, but for 16 bytes for each name; the leads
 * themselves go into a sealed file. For lib/live only. One thread at a time.
 */
#ifndef MEDARK_LIVE_LEADS_H
#define MEDARK_LIVE_LEADS_H

#include "live/attachment.h"
#include "live/attachment_check.h"
#include "live/hashset.h"
#include "live/haul.h"
#include "live/sealed_file.h"
#include "record/fhir.h"

struct medark_leads_setup {
	int folder; /* borrowed, as all that follows */
	struct medark_bytes secret;
	const struct medark_url *base; /* of the server */
	const struct medark_url *root; /* the same with a slash behind it */
	bool wants_references;
};

struct medark_leads {
	struct medark_leads_setup setup;
	struct medark_hashset there;	/* Type/id of what has come; of Binaries always */
	struct medark_hashset listed;	/* what was listed */
	struct medark_hashset unlisted; /* references to elsewhere: each is counted once */
	uint64_t foreign, unread;	/* such references; records too long to be looked into */
	struct medark_sealed_writer *list;
	struct medark_buffer line;
};

/* One lead, as it stands in a list. */
struct medark_lead {
	bool is_attachment;
	struct medark_bytes target; /* Type/id, or the address */
	char ending[8];		    /* of an Attachment */
	char title[MEDARK_ATTACHMENT_TITLE_MAX + 1];
	struct medark_attachment_promise promise;
};

/* MEDARK_E_SYSTEM. */
int medark_leads_init(struct medark_leads *l, const struct medark_leads_setup *setup,
		      struct medark_error *err) MEDARK_MUST_USE;
void medark_leads_clear(struct medark_leads *l);
MEDARK_DEFINE_AUTO_EMBEDDED(struct medark_leads, medark_leads_clear)

/*
 * Looks through the files of `haul` from number `first` on, and writes what they lead to, and no
 * earlier scan has found, into a sealed file `list`. What a reference leads to may have come:
 * medark_leads_is_there() knows afterwards. Errors of medark_sealed_stream(), MEDARK_E_MEMORY.
 */
int medark_leads_scan(struct medark_leads *l, const struct medark_haul *haul, size_t first,
		      const char *list, struct medark_error *err) MEDARK_MUST_USE;

bool medark_leads_is_there(const struct medark_leads *l, struct medark_bytes name);

/* Reads a line of a list; what it names is borrowed from it. False: it is none. */
bool medark_lead_parse(struct medark_bytes line, struct medark_lead *out);

#endif
