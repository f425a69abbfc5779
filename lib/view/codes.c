/* SPDX-License-Identifier: Apache-2.0 */
#include "view/codes.h"

/*
 * https://hl7.org/fhir/R4/terminologies-valuesets.html: event-status, request-status,
 * encounter-status, appointmentstatus, observation-status, condition-clinical,
 * allergyintolerance-criticality, reaction-event-severity and their like.
 */
static const struct {
	const char *code, *nl;
} codes[] = {
	{ "accepted", "geaccepteerd" },
	{ "active", "actief" },
	{ "amended", "gewijzigd" },
	{ "arrived", "aangekomen" },
	{ "available", "beschikbaar" },
	{ "booked", "geboekt" },
	{ "cancelled", "geannuleerd" },
	{ "checked-in", "aangemeld" },
	{ "completed", "voltooid" },
	{ "corrected", "gecorrigeerd" },
	{ "current", "actueel" },
	{ "declined", "geweigerd" },
	{ "draft", "concept" },
	{ "entered-in-error", "foutief ingevoerd" },
	{ "final", "definitief" },
	{ "finished", "afgerond" },
	{ "fulfilled", "afgerond" },
	{ "high", "hoog" },
	{ "in-progress", "bezig" },
	{ "inactive", "inactief" },
	{ "intended", "voorgenomen" },
	{ "low", "laag" },
	{ "mild", "licht" },
	{ "moderate", "matig" },
	{ "noshow", "niet verschenen" },
	{ "not-done", "niet uitgevoerd" },
	{ "not-taken", "niet ingenomen" },
	{ "on-hold", "onderbroken" },
	{ "onleave", "met verlof" },
	{ "partial", "gedeeltelijk" },
	{ "pending", "in afwachting" },
	{ "planned", "gepland" },
	{ "preliminary", "voorlopig" },
	{ "preparation", "in voorbereiding" },
	{ "proposed", "voorgesteld" },
	{ "recurrence", "recidief" },
	{ "registered", "geregistreerd" },
	{ "rejected", "afgewezen" },
	{ "relapse", "terugval" },
	{ "remission", "in remissie" },
	{ "requested", "aangevraagd" },
	{ "resolved", "niet meer actueel" },
	{ "revoked", "ingetrokken" },
	{ "severe", "ernstig" },
	{ "stopped", "gestopt" },
	{ "superseded", "vervangen" },
	{ "suspended", "opgeschort" },
	{ "triaged", "getrieerd" },
	{ "unable-to-assess", "niet te beoordelen" },
	{ "unknown", "onbekend" },
	{ "waitlist", "op de wachtlijst" },
};

struct medark_bytes medark_view_code(enum medark_language language, struct medark_bytes code)
{
	if (language != MEDARK_DUTCH)
		return code;
	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
		if (medark_bytes_is(code, codes[i].code))
			return medark_bytes_text(codes[i].nl);
	return code;
}
