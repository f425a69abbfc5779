/* SPDX-License-Identifier: Apache-2.0 */
/* words: what the service's own pages say, beside view/words.h. Static; any thread. */
#ifndef MEDARK_SERVICE_WORDS_H
#define MEDARK_SERVICE_WORDS_H

#include "view/words.h"

/* Name, English, Dutch; nothing that HTML has to escape. */
#define MEDARK_SAYINGS(S)                                                                          \
	S(LOG_IN, "Log in", "Inloggen")                                                            \
	S(LOG_OUT, "Log out", "Uitloggen")                                                         \
	S(ACCOUNT, "Account", "Account")                                                           \
	S(PASSWORD, "Password", "Wachtwoord")                                                      \
	S(CODE, "Code of the authenticator app, if you have one",                                  \
	  "Code van de authenticator-app, als u die hebt")                                         \
	S(WRONG_LOGIN, "Account, password or code is wrong.",                                      \
	  "Account, wachtwoord of code klopt niet.")                                               \
	S(NEEDS_CODE, "This account also needs a code of the authenticator app.",                  \
	  "Dit account heeft ook een code van de authenticator-app nodig.")                        \
	S(DISABLED, "This account is disabled. Ask who administers the accounts.",                 \
	  "Dit account is uitgeschakeld. Vraag wie de accounts beheert.")                          \
	S(TOO_OFTEN, "Too many attempts. Wait for some minutes, then try again.",                  \
	  "Te veel pogingen. Wacht enkele minuten en probeer het opnieuw.")                        \
	S(LOCKED, "Locked", "Vergrendeld")                                                         \
	S(LOCKED_TEXT,                                                                             \
	  "Nobody used this session for a while. Your charts are still open behind "               \
	  "your password.",                                                                        \
	  "Deze sessie is een tijd niet gebruikt. Uw dossiers staan nog open achter uw "           \
	  "wachtwoord.")                                                                           \
	S(UNLOCK, "Unlock", "Ontgrendelen")                                                        \
	S(LOCK, "Lock", "Vergrendelen")                                                            \
	S(LOGGED_IN_AS, "Logged in as", "Ingelogd als")                                            \
	S(SEARCH, "Search", "Zoeken")                                                              \
	S(WHY, "Why do you open this chart?", "Waarom opent u dit dossier?")                       \
	S(WHY_TEXT,                                                                                \
	  "What you answer is kept in the audit log (NEN 7513), with your name and "               \
	  "the time.",                                                                             \
	  "Uw antwoord wordt bewaard in de logging (NEN 7513), met uw naam en de tijd.")           \
	S(REASON_TREATMENT, "I treat this patient", "Ik behandel deze patiënt")                    \
	S(REASON_EMERGENCY, "Emergency: there is no time to ask",                                  \
	  "Noodprocedure: er is geen tijd om te vragen")                                           \
	S(REASON_ADMIN, "Administration of care", "Administratie rond de zorg")                    \
	S(REASON_BEHALF, "On behalf of who treats the patient (say of whom)",                      \
	  "In opdracht van de behandelaar (noteer van wie)")                                       \
	S(REASON_PATIENT, "The patient asked for it", "De patiënt vraagt erom")                    \
	S(REASON_TEXT, "In your words", "In uw woorden")                                           \
	S(REASON_NEEDED, "Choose a reason; on behalf of somebody, say of whom.",                   \
	  "Kies een reden; noteer bij een opdracht van wie.")                                      \
	S(OPEN_CHART, "Open the chart", "Dossier openen")                                          \
	S(NOT_ALLOWED, "This account may not read charts.",                                        \
	  "Dit account mag geen dossiers lezen.")                                                  \
	S(NOTHING_HERE, "There is nothing here.", "Hier is niets.")                                \
	S(NOTHING_HERE_TEXT, "The address is wrong, or belongs to a session that has ended.",      \
	  "Het adres klopt niet, of hoort bij een sessie die voorbij is.")                         \
	S(NO_LOG, "Nothing can be shown", "Er kan niets worden getoond")                           \
	S(NO_LOG_TEXT,                                                                             \
	  "The audit log cannot be written, and without it no record is shown. Tell "              \
	  "IT at once: most often the disk is full.",                                              \
	  "De logging kan niet worden geschreven, en zonder logging wordt geen dossier getoond. "  \
	  "Waarschuw direct ICT: meestal is de schijf vol.")                                       \
	S(FAILED, "This could not be read", "Dit kon niet worden gelezen")                         \
	S(FAILED_TEXT,                                                                             \
	  "IT finds the reason where the service runs. The other charts are not "                  \
	  "concerned.",                                                                            \
	  "ICT vindt de reden waar de dienst draait. De andere dossiers blijven leesbaar.")        \
	S(REFUSED, "Refused", "Geweigerd")                                                         \
	S(REFUSED_TEXT,                                                                            \
	  "The form did not come from this session's page. Go back, reload the "                   \
	  "page, and try again.",                                                                  \
	  "Het formulier kwam niet van een pagina van deze sessie. Ga terug, laad de pagina "      \
	  "opnieuw en probeer het nog eens.")                                                      \
	S(BAD_QUERY, "This cannot be searched for.", "Hierop kan niet worden gezocht.")            \
	S(OTHER_LANGUAGE, "Nederlands", "English")                                                 \
	S(TO_FIND, "Find a patient", "Patiënt zoeken")                                             \
	S(LISTS, "Appointments and admissions", "Afspraken en opnames")                            \
	S(APPOINTMENTS, "Appointments of", "Afspraken van")                                        \
	S(ADMITTED, "Admitted", "Opgenomen")                                                       \
	S(NOBODY_LISTED, "The source has nobody here.", "De bron heeft hier niemand.")             \
	S(LIST_CUT, "There are more; only the first 300 patients are listed.",                     \
	  "Er zijn er meer; alleen de eerste 300 patiënten staan hier.")                           \
	S(NOT_YET,                                                                                 \
	  "The archive is still being read. Try again in some seconds; charts can be "             \
	  "opened already.",                                                                       \
	  "Het archief wordt nog gelezen. Probeer het over enkele seconden opnieuw; dossiers "     \
	  "kunnen al worden geopend.")

enum medark_saying {
#define MEDARK_SAYING_NAME(name, en, nl) MEDARK_SAYING_##name,
	MEDARK_SAYINGS(MEDARK_SAYING_NAME)
#undef MEDARK_SAYING_NAME
		MEDARK_SAYING_COUNT
};

/* Never NULL. */
const char *medark_saying(enum medark_language language, enum medark_saying saying);

#endif
