/* SPDX-License-Identifier: Apache-2.0 */
#include "record/fhir_date.h"

const char *const medark_fhir_date_names[MEDARK_FHIR_DATE_COUNT] = {
	/* when it happened */
	"effectiveDateTime",
	"effectivePeriod",
	"effectiveInstant",
	"occurrenceDateTime",
	"occurrencePeriod",
	"occurenceDateTime",
	"occurencePeriod",
	"occurredDateTime",
	"occurredPeriod",
	"performedDateTime",
	"performedPeriod",
	"onsetDateTime",
	"onsetPeriod",
	"identifiedDateTime",
	"identifiedPeriod",
	"actualPeriod",
	"period",
	"billablePeriod",
	"servicePeriod",
	"executionPeriod",
	"whenHandedOver",
	"whenPrepared",
	"whenUsed",
	"started",
	"start",
	"startDate",
	"planningHorizon",
	"servicedDate",
	"servicedPeriod",
	"createdDateTime",
	"createdPeriod",
	"receivedTime",
	/* when it is planned */
	"plannedStartDate",
	/* when it was asked for or written down */
	"authoredOn",
	"authored",
	"dateWritten",
	"dateTime",
	"assertedDate",
	"recordedDate",
	"recordedOn",
	"recorded",
	"enteredDate",
	"authoringTime",
	"date",
	"reportedDateTime",
	/* when it was made or sent */
	"created",
	"indexed",
	"issued",
	"sent",
	"received",
	"detected",
	"timestamp",
	"lastModified",
	"lastOccurrence",
	"statusDate",
	"paymentDate",
	"applies",
	"reported",
	"dateAsserted",
};

/* The number in `count` digits at text[at]; -1 if they are not all digits. */
static int digits(struct medark_bytes text, size_t at, size_t count)
{
	int number = 0;

	for (size_t i = at; i < at + count; i++) {
		int digit = text.data[i] - '0';

		if (digit < 0 || digit > 9)
			return -1;
		number = number * 10 + digit;
	}
	return number;
}

uint32_t medark_fhir_date_parse(struct medark_bytes text)
{
	int year, month = 0, day = 0;

	if (text.size < 4 || (year = digits(text, 0, 4)) <= 0)
		return 0;
	if (text.size > 4) {
		if (text.size < 7 || text.data[4] != '-')
			return 0;
		month = digits(text, 5, 2);
		if (month < 1 || month > 12)
			return 0;
	}
	if (text.size > 7) {
		if (text.size < 10 || text.data[7] != '-')
			return 0;
		day = digits(text, 8, 2);
		if (day < 1 || day > 31 || (text.size > 10 && text.data[10] != 'T'))
			return 0;
	}
	return (uint32_t)(year * 10000 + month * 100 + day);
}
