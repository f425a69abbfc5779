/* SPDX-License-Identifier: Apache-2.0 */
/* words: what the service's own pages say, beside view/words.h. Static; any thread. */
#ifndef MEDARK_SERVICE_WORDS_H
#define MEDARK_SERVICE_WORDS_H

#include "view/words.h"

/* Name, English, Dutch; nothing that HTML has to escape. */
#define MEDARK_SAYINGS(S)                                                                          \
	S(LOG_IN, "Log in", "Inloggen")                                                            \
	S(LOG_IN_TEXT,                                                                             \
	  "Patient records to read while the usual system is down. IT gives out the accounts: "    \
	  "they are other ones than those of the usual system.",                                   \
	  "Dossiers om in te zien zolang het gewone systeem niet werkt. U logt in met een apart "  \
	  "account voor deze noodkopie; ICT geeft het uit.")                                       \
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
	S(LOCKED_TEXT, "Your charts are still open. Give your password to go on.",                 \
	  "Uw dossiers staan nog open. Geef uw wachtwoord om verder te gaan.")                     \
	S(UNLOCK, "Unlock", "Ontgrendelen")                                                        \
	S(LOCK, "Lock", "Vergrendelen")                                                            \
	S(LOGGED_IN_AS, "Logged in as", "Ingelogd als")                                            \
	S(SEARCH, "Search", "Zoeken")                                                              \
	S(FIND_EXAMPLES, "For example", "Bijvoorbeeld")                                            \
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
	S(REASON_TEXT, "In your words", "Toelichting")                                             \
	S(WHY_ALL, "Why do you open these charts?", "Waarom opent u deze dossiers?")               \
	S(REASON_TREATMENT_ALL, "I treat these patients", "Ik behandel deze patiënten")            \
	S(REASON_NEEDED, "Choose a reason; on behalf of somebody, say of whom.",                   \
	  "Kies een reden; noteer bij een opdracht van wie.")                                      \
	S(OPEN_CHART, "Open the chart", "Dossier openen")                                          \
	S(NOT_ALLOWED, "This account may not read charts.",                                        \
	  "Dit account mag geen dossiers lezen.")                                                  \
	S(NOTHING_HERE, "There is nothing here.", "Pagina niet gevonden.")                         \
	S(NOTHING_HERE_TEXT, "The address is wrong, or belongs to a session that has ended.",      \
	  "Het adres klopt niet, of hoort bij een sessie die voorbij is.")                         \
	S(NO_LOG, "Nothing can be shown", "Er kan niets worden getoond")                           \
	S(NO_LOG_TEXT,                                                                             \
	  "The audit log cannot be written, and without it no record is shown. Tell "              \
	  "IT at once: most often the disk is full.",                                              \
	  "De logging kan niet worden geschreven, en zonder logging wordt "                        \
	  "geen dossier getoond. "                                                                 \
	  "Waarschuw direct ICT: meestal is de schijf vol.")                                       \
	S(FAILED, "This could not be read", "Dit kon niet worden gelezen")                         \
	S(FAILED_TEXT,                                                                             \
	  "IT sees the reason on the computer where medark runs. The other charts are not "        \
	  "concerned.",                                                                            \
	  "ICT ziet de oorzaak op de computer waar medark draait. De andere dossiers blijven "     \
	  "leesbaar.")                                                                             \
	S(REFUSED, "Refused", "Geweigerd")                                                         \
	S(REFUSED_TEXT,                                                                            \
	  "The form did not come from this session's page. Go back, reload the "                   \
	  "page, and try again.",                                                                  \
	  "Het formulier kwam niet van een pagina van deze sessie. Ga terug, "                     \
	  "laad de pagina "                                                                        \
	  "opnieuw en probeer het nog eens.")                                                      \
	S(BAD_QUERY, "This cannot be searched for.", "Hierop kan niet worden gezocht.")            \
	S(OTHER_LANGUAGE, "Nederlands", "English")                                                 \
	S(TO_FIND, "Find a patient", "Patiënt zoeken")                                             \
	S(PRINT_WHY,                                                                               \
	  "The audit log (NEN 7513) gets a row for each patient, with your name, the time "        \
	  "and what you answer.",                                                                  \
	  "De logging (NEN 7513) krijgt voor elke patiënt een regel, met uw naam, de tijd en "    \
	  "uw antwoord.")                                                                          \
	S(PRINT_SHOW, "Show the summaries", "Samenvattingen tonen")                                \
	S(PRINT_LEFT_OUT,                                                                          \
	  "patients are not among them: what their source calls them is too long for the log.",    \
	  "patiënten ontbreken hier: hun aanduiding in de bron is te lang voor de logging.")       \
	S(FILES, "Files that are no records", "Overige bestanden")                                 \
	S(FILES_TEXT,                                                                              \
	  "What the archive has beside records, as documents, images and other "                   \
	  "files. A chart shows those that one of its records points to; of the others "           \
	  "nothing but their name may say whose they are. The audit log gets a row for each "      \
	  "that is fetched.",                                                                      \
	  "Bestanden in het archief naast de dossiergegevens, zoals documenten en beelden. Een "   \
	  "dossier toont de bestanden waarnaar het verwijst; bij de andere blijkt hooguit uit de " \
	  "naam bij wie ze horen. Elk bestand dat u ophaalt, komt in de logging.")                 \
	S(FILES_REFUSED, "This is for administrators.", "Deze pagina is alleen voor beheerders.")  \
	S(FILES_NONE, "The archive has none.", "In het archief zitten geen andere bestanden.")     \
	S(FILE_PATH, "Where it was", "Waar het stond")                                             \
	S(FILE_SIZE, "Bytes", "Bytes")                                                             \
	S(FILE_CHANGED, "Changed", "Gewijzigd")                                                    \
	S(ONE_MOMENT, "One moment", "Een ogenblik")                                                \
	S(NOT_YET,                                                                                 \
	  "The archive is still being read. Try again in some seconds; charts can be "             \
	  "opened already.",                                                                       \
	  "Het archief wordt nog gelezen. Probeer het over enkele seconden "                       \
	  "opnieuw; dossiers "                                                                     \
	  "kunnen al worden geopend.")                                                             \
	S(LOG, "Audit log", "Logging")                                                             \
	S(LOG_NOT_ALLOWED, "This account may not read the audit log.",                             \
	  "Dit account mag de logging niet lezen.")                                                \
	S(LOG_BUSY,                                                                                \
	  "Another auditor is reading the log just now. Try again in some "                        \
	  "seconds.",                                                                              \
	  "Een andere auditor leest de logging op dit moment. Probeer het "                        \
	  "over enkele seconden opnieuw.")                                                         \
	S(LOG_WHICH, "Log", "Logging")                                                             \
	S(LOG_OF_SERVICE, "Read here", "Hier ingezien")                                            \
	S(LOG_OF_RESTORES, "Taken out by restores", "Uit het archief gehaald (restore)")           \
	S(LOG_PATIENT, "Patient: record number or BSN", "Patiënt: patiëntnummer of BSN")           \
	S(LOG_ACCOUNT, "Employee: account", "Medewerker: account")                                 \
	S(LOG_FROM, "From", "Van")                                                                 \
	S(LOG_UNTIL, "Up to and including", "Tot en met")                                          \
	S(LOG_SHOW, "Show", "Tonen")                                                               \
	S(LOG_SAVE, "Save as FHIR AuditEvents", "Opslaan als FHIR AuditEvents")                    \
	S(LOG_BAD_QUERY, "This cannot be looked for. Days are written 2026-11-29.",                \
	  "Hierop kan niet worden gezocht. Dagen schrijft u als 2026-11-29.")                      \
	S(LOG_NOTHING, "No row of the log is about that.", "In de logging staat hier niets over.") \
	S(LOG_WHOLE, "The log is unbroken: nothing in it was changed or taken out.",               \
	  "De logging is volledig: er is niets in gewijzigd of uit weggehaald.")                   \
	S(LOG_FIRST, "Files that are older are not here; the first one has number",                \
	  "Oudere bestanden staan hier niet; het eerste heeft nummer")                             \
	S(LOG_BROKEN, "The log is broken.", "De logging klopt niet.")                              \
	S(LOG_BROKEN_NEXT,                                                                         \
	  "Leave the files as they are, and tell who is responsible for security.",                \
	  "Laat de bestanden zoals ze zijn en waarschuw wie over de beveiliging gaat.")            \
	S(LOG_FILE, "File", "Bestand")                                                             \
	S(LOG_ROW, "row", "regel")                                                                 \
	S(LOG_NO_LOG, "it cannot be read as a log.", "het kan niet als logging worden gelezen.")   \
	S(LOG_BAD_ROW,                                                                             \
	  "it was changed, or rows before it were put in or taken out; the "                       \
	  "rows behind it in this file are not shown.",                                            \
	  "deze is gewijzigd, of ervoor zijn regels toegevoegd of "                                \
	  "weggehaald; de regels erna in dit bestand worden niet getoond.")                        \
	S(LOG_NOT_BEHIND,                                                                          \
	  "it was not begun behind the file before it: a file is missing, or "                     \
	  "that one has lost rows.",                                                               \
	  "het sluit niet aan op het bestand ervoor: er ontbreekt een "                            \
	  "bestand, of dat bestand is regels kwijt.")                                              \
	S(LOG_WAS_FAULTY, "when it was begun, the file before it was faulty already.",             \
	  "toen het werd begonnen was het bestand ervoor al beschadigd.")                          \
	S(LOG_NOT_GENUINE, "it was not written by the service.",                                   \
	  "deze is niet door de dienst geschreven.")                                               \
	S(LOG_SEALED,                                                                              \
	  "Files of the log are sealed to keys that this service does not "                        \
	  "have, and are not shown: read them where such a key is.",                               \
	  "Bestanden van de logging zijn verzegeld voor sleutels die deze "                        \
	  "dienst niet heeft en worden niet getoond: lees ze waar zo een sleutel is.")             \
	S(LOG_READ_AT, "Read on", "Gelezen op")                                                    \
	S(LOG_ROWS, "Rows of the log", "Regels van de logging")                                    \
	S(LOG_FILES, "Files", "Bestanden")                                                         \
	S(LOG_HASH,                                                                                \
	  "Hash of the last row; kept elsewhere, it shows whether rows were "                      \
	  "taken away since:",                                                                     \
	  "Hash van de laatste regel; elders bewaard laat die zien of er "                         \
	  "sindsdien regels zijn weggehaald:")                                                     \
	S(LOG_PAGE, "Page", "Pagina")                                                              \
	S(LOG_NEWER, "Newer", "Nieuwer")                                                           \
	S(LOG_OLDER, "Older", "Ouder")                                                             \
	S(WHO, "Who", "Wie")                                                                       \
	S(PATIENT, "Patient", "Patiënt")                                                           \
	S(FROM_WHERE, "Address", "Adres")                                                          \
	S(IS_CLINICIAN, "clinician", "behandelaar")                                                \
	S(IS_DESK, "desk", "balie")                                                                \
	S(IS_AUDITOR, "auditor", "auditor")                                                        \
	S(IS_ADMIN, "administrator", "beheerder")                                                  \
	S(WAS_REFUSED, "refused", "geweigerd")                                                     \
	S(WAS_FAILED, "failed", "mislukt")                                                         \
	S(DID_START, "service started", "dienst gestart")                                          \
	S(DID_STOP, "service stopped", "dienst gestopt")                                           \
	S(DID_LOGIN, "log-in", "ingelogd")                                                         \
	S(DID_LOGIN_FAILED, "failed log-in", "mislukte inlogpoging")                               \
	S(DID_LOGOUT, "log-out", "uitgelogd")                                                      \
	S(DID_LOCK, "locked", "vergrendeld")                                                       \
	S(DID_SEARCH, "search", "gezocht")                                                         \
	S(DID_CHART, "chart opened", "dossier geopend")                                            \
	S(DID_READ, "read", "gelezen")                                                             \
	S(DID_PRINT, "printed", "afgedrukt")                                                       \
	S(DID_EXPORT, "taken out as data", "als gegevens meegenomen")                              \
	S(DID_ACCOUNT, "account changed", "account gewijzigd")                                     \
	S(DID_LOG, "log read", "logging gelezen")                                                  \
	S(FOR_TREATMENT, "treatment", "behandeling")                                               \
	S(FOR_EMERGENCY, "emergency", "noodprocedure")                                             \
	S(FOR_ADMIN, "administration of care", "administratie rond de zorg")                       \
	S(FOR_BEHALF, "on behalf of", "in opdracht van")                                           \
	S(FOR_AUDIT, "check of the log", "controle van de logging")                                \
	S(FOR_PATIENT, "the patient asked for it", "verzoek van de patiënt")

enum medark_saying {
#define MEDARK_SAYING_NAME(name, en, nl) MEDARK_SAYING_##name,
	MEDARK_SAYINGS(MEDARK_SAYING_NAME)
#undef MEDARK_SAYING_NAME
		MEDARK_SAYING_COUNT
};

/* Never NULL. */
const char *medark_saying(enum medark_language language, enum medark_saying saying);

#endif
