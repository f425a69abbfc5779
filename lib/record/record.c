/* SPDX-License-Identifier: Apache-2.0 */
#include "record/record.h"

static const char *const names[MEDARK_FAULT_MAX] = {
	[MEDARK_FAULT_NONE] = "none",
	[MEDARK_FAULT_SYNTAX] = "broken-syntax",
	[MEDARK_FAULT_UTF8] = "invalid-utf8",
	[MEDARK_FAULT_DEPTH] = "too-deep",
	[MEDARK_FAULT_NO_TYPE] = "no-resource-type",
	[MEDARK_FAULT_REPEATED] = "repeated-member",
	[MEDARK_FAULT_REFERENCE] = "unknown-reference",
	[MEDARK_FAULT_AMBIGUOUS] = "ambiguous-reference",
	[MEDARK_FAULT_TOO_MANY] = "too-many-patients",
	[MEDARK_FAULT_TOO_LARGE] = "too-large",
	[MEDARK_FAULT_DUPLICATE] = "duplicate",
	[MEDARK_FAULT_CHANGED] = "changed",
	[MEDARK_FAULT_UNREADABLE] = "unreadable",
	[MEDARK_FAULT_COMPRESSED] = "broken-compression",
	[MEDARK_FAULT_MISSING] = "missing",
};

const char *medark_fault_name(enum medark_fault fault)
{
	return (unsigned)fault < MEDARK_FAULT_MAX ? names[fault] : "unknown";
}
