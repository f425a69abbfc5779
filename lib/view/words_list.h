/* SPDX-License-Identifier: Apache-2.0 */
/* words_list: name, English, Dutch; for words.h and words.c, which define MEDARK_WORD_NAME. */

/* What every page says. */
MEDARK_WORD_NAME(EMERGENCY_COPY, "Emergency copy", "Noodkopie")
MEDARK_WORD_NAME(DATA_OF, "data of", "gegevens van")
MEDARK_WORD_NAME(OLD, "old", "oud")
MEDARK_WORD_NAME(OLD_AT, "old on", "oud op")
MEDARK_WORD_NAME(READ_ONLY, "read-only", "alleen lezen")
MEDARK_WORD_NAME(INCOMPLETE, "Not everything could be exported: parts may be missing.",
		 "Niet alles kon worden overgenomen: er kunnen delen ontbreken.")
MEDARK_WORD_NAME(ARCHIVES, "archives", "archieven")
MEDARK_WORD_NAME(SOURCE, "Source", "Bron")
MEDARK_WORD_NAME(SKIP, "Skip to the content", "Naar de inhoud")
MEDARK_WORD_NAME(NAVIGATION, "Navigation", "Navigatie")
MEDARK_WORD_NAME(AS_RECORDED, "Shown as recorded by the source. Nothing is interpreted.",
		 "Weergegeven zoals door de bron vastgelegd. Er is niets geïnterpreteerd.")
MEDARK_WORD_NAME(MINUTES, "min", "min")
MEDARK_WORD_NAME(HOURS, "h", "uur")
MEDARK_WORD_NAME(DAYS, "days", "dagen")
MEDARK_WORD_NAME(MONTH, "month", "maand")
MEDARK_WORD_NAME(MONTHS, "months", "maanden")
MEDARK_WORD_NAME(YEARS, "years", "jaar")
MEDARK_WORD_NAME(YES, "yes", "ja")
MEDARK_WORD_NAME(NO, "no", "nee")
MEDARK_WORD_NAME(UNKNOWN, "unknown", "onbekend")

/* The patient. */
MEDARK_WORD_NAME(NO_NAME, "Name not recorded", "Naam niet vastgelegd")
MEDARK_WORD_NAME(BORN, "Born", "Geboren")
MEDARK_WORD_NAME(SEX, "Sex", "Geslacht")
MEDARK_WORD_NAME(MALE, "male", "man")
MEDARK_WORD_NAME(FEMALE, "female", "vrouw")
MEDARK_WORD_NAME(OTHER_SEX, "other", "anders")
MEDARK_WORD_NAME(BSN, "BSN", "BSN")
MEDARK_WORD_NAME(NUMBER, "Record number", "Patiëntnummer")
MEDARK_WORD_NAME(DECEASED, "Deceased", "Overleden")
MEDARK_WORD_NAME(INACTIVE, "Record not in use", "Dossier niet in gebruik")
MEDARK_WORD_NAME(ADDRESS, "Address", "Adres")
MEDARK_WORD_NAME(CONTACT, "Telephone, e-mail", "Telefoon, e-mail")
MEDARK_WORD_NAME(PRACTITIONER, "General practitioner", "Huisarts")
MEDARK_WORD_NAME(CONTACT_PERSON, "Contact person", "Contactpersoon")
MEDARK_WORD_NAME(LANGUAGE, "Language", "Taal")

/* Lists. */
MEDARK_WORD_NAME(SUMMARY, "Summary", "Samenvatting")
MEDARK_WORD_NAME(ALLERGIES, "Allergies and intolerances", "Allergieën en intoleranties")
MEDARK_WORD_NAME(ALLERGIES_SHORT, "Allergies", "Allergieën")
MEDARK_WORD_NAME(NOT_RECORDED, "Not recorded", "Niet vastgelegd")
MEDARK_WORD_NAME(NOT_RECORDED_HINT, "that does not mean that there are none",
		 "dat betekent niet dat ze er niet zijn")
MEDARK_WORD_NAME(ALERTS, "Alerts and treatment directives", "Signaleringen en behandelaanwijzingen")
MEDARK_WORD_NAME(MEDICATION, "Medication", "Medicatie")
MEDARK_WORD_NAME(LABORATORY, "Laboratory", "Laboratorium")
MEDARK_WORD_NAME(PROBLEMS, "Problems and episodes", "Problemen en episodes")
MEDARK_WORD_NAME(PROCEDURES, "Procedures", "Verrichtingen")
MEDARK_WORD_NAME(LETTERS, "Notes, letters and reports", "Notities, brieven en verslagen")
MEDARK_WORD_NAME(APPOINTMENTS, "Appointments", "Afspraken")
MEDARK_WORD_NAME(CONTACTS, "Contacts and admissions", "Contacten en opnames")
MEDARK_WORD_NAME(VITALS, "Vital signs and measurements", "Vitale functies en metingen")
MEDARK_WORD_NAME(FINDINGS, "Other observations", "Overige bevindingen")
MEDARK_WORD_NAME(IMMUNISATIONS, "Immunisations", "Vaccinaties")
MEDARK_WORD_NAME(CARE, "Care plans, orders, devices", "Zorgplannen, aanvragen, hulpmiddelen")
MEDARK_WORD_NAME(PEOPLE, "People around the patient", "Naasten en zorgteam")
MEDARK_WORD_NAME(REST, "All other records", "Alle overige gegevens")
MEDARK_WORD_NAME(CONTENTS, "Contents", "Inhoud")

/* Columns. */
MEDARK_WORD_NAME(DATE, "Date", "Datum")
MEDARK_WORD_NAME(WHAT, "What", "Wat")
MEDARK_WORD_NAME(KIND, "Kind", "Soort")
MEDARK_WORD_NAME(STATUS, "Status", "Status")
MEDARK_WORD_NAME(DOSE, "Dose and use", "Dosering en gebruik")
MEDARK_WORD_NAME(BY, "By", "Door")
MEDARK_WORD_NAME(REASON, "Reason", "Reden")
MEDARK_WORD_NAME(REACTION, "Reaction", "Reactie")
MEDARK_WORD_NAME(CRITICALITY, "Criticality", "Ernst")
MEDARK_WORD_NAME(NOTE, "Note", "Opmerking")
MEDARK_WORD_NAME(RESULT, "Result", "Uitslag")
MEDARK_WORD_NAME(FLAG, "Flag", "Vlag")
MEDARK_WORD_NAME(RANGE, "Reference range", "Referentiewaarden")
MEDARK_WORD_NAME(TEST, "Test", "Bepaling")
MEDARK_WORD_NAME(LATEST, "Latest", "Laatste")
MEDARK_WORD_NAME(PREVIOUS, "Previous", "Vorige")
MEDARK_WORD_NAME(TREND, "Trend", "Verloop")
MEDARK_WORD_NAME(TREND_OF, "Trend of", "Verloop van")
MEDARK_WORD_NAME(POINTS, "values", "waarden")
MEDARK_WORD_NAME(TEXT, "Text", "Tekst")
MEDARK_WORD_NAME(WHERE, "Where", "Waar")
MEDARK_WORD_NAME(UNTIL, "Until", "Tot")

/* In lists. */
MEDARK_WORD_NAME(STOPPED_LATELY, "Stopped in the last three months",
		 "Gestopt in de laatste drie maanden")
MEDARK_WORD_NAME(EARLIER, "Earlier", "Eerder")
MEDARK_WORD_NAME(MORE, "more", "meer")
MEDARK_WORD_NAME(NONE_CURRENT, "None that the source calls current.",
		 "Geen die volgens de bron actueel zijn.")
MEDARK_WORD_NAME(WRONG, "entered in error", "foutief ingevoerd")
MEDARK_WORD_NAME(AS_NEEDED, "as needed", "zo nodig")
MEDARK_WORD_NAME(PER, "per", "per")
MEDARK_WORD_NAME(ALL_VALUES, "All values by date", "Alle waarden op datum")
MEDARK_WORD_NAME(GRID, "Side by side, the latest dates", "Naast elkaar, de laatste datums")
MEDARK_WORD_NAME(LAB_REPORTS, "Laboratory reports", "Laboratoriumverslagen")
MEDARK_WORD_NAME(NOT_READ, "cannot be read here: see the record as it stands",
		 "kan hier niet worden gelezen: zie de gegevens zoals ze in de bron staan")
MEDARK_WORD_NAME(DOCUMENT, "Document", "Document")
MEDARK_WORD_NAME(ATTACHED, "Attached", "Bijgevoegd")
MEDARK_WORD_NAME(NOT_SHOWN, "cannot be shown here", "kan hier niet worden getoond")
MEDARK_WORD_NAME(CUT_SHORT, "cut short here: the whole is in the record as it stands",
		 "hier afgekapt: het geheel staat bij de gegevens zoals ze in de bron staan")
MEDARK_WORD_NAME(RAW, "Records as they stand in the source", "Gegevens zoals ze in de bron staan")
MEDARK_WORD_NAME(TOO_LONG, "The rest does not fit here: it is in the archive.",
		 "De rest past hier niet: die staat in het archief.")
MEDARK_WORD_NAME(RAW_HINT, "For technicians: every record of this chart, unchanged.",
		 "Voor technici: alle gegevens van dit dossier, ongewijzigd.")
MEDARK_WORD_NAME(UNRESOLVED, "references lead to nothing in this copy",
		 "verwijzingen naar gegevens die niet in deze kopie staan")
MEDARK_WORD_NAME(TO_THE_CHART, "Back to the chart", "Terug naar het dossier")

/* The patient summary to hand over (IPS). */
MEDARK_WORD_NAME(IPS_LINK, "Patient summary to hand over (IPS)",
		 "Patiëntsamenvatting om over te dragen (IPS)")
MEDARK_WORD_NAME(IPS_TITLE, "International Patient Summary",
		 "Internationale patiëntsamenvatting (IPS)")
MEDARK_WORD_NAME(IPS_HINT,
		 "Made by software out of an archive. No clinician has chosen or checked what it "
		 "says.",
		 "Door software samengesteld uit een archief. Geen zorgverlener heeft gekozen of "
		 "gecontroleerd wat er staat.")
MEDARK_WORD_NAME(IPS_TAKEN, "Records of the chart in this summary",
		 "Gegevens van het dossier in deze samenvatting")
MEDARK_WORD_NAME(IPS_SAVE, "Save as a FHIR document (JSON)", "Opslaan als FHIR-document (JSON)")
MEDARK_WORD_NAME(PROBLEM_LIST, "Problem list", "Probleemlijst")
MEDARK_WORD_NAME(FLAGS, "Alerts", "Signaleringen")
MEDARK_WORD_NAME(RESULTS, "Results", "Uitslagen")
MEDARK_WORD_NAME(REPORTS, "Reports of results", "Verslagen van uitslagen")
MEDARK_WORD_NAME(DEVICES, "Medical devices", "Medische hulpmiddelen")
MEDARK_WORD_NAME(PAST_ILLNESS, "History of past illness", "Doorgemaakte aandoeningen")
MEDARK_WORD_NAME(PLAN_OF_CARE, "Plan of care", "Zorgplan")
MEDARK_WORD_NAME(SOCIAL_HISTORY, "Social history", "Leefstijl en sociale anamnese")
MEDARK_WORD_NAME(PREGNANCY, "History of pregnancy", "Zwangerschap")
MEDARK_WORD_NAME(DIRECTIVES, "Advance directives", "Behandelaanwijzingen en wilsverklaringen")
MEDARK_WORD_NAME(NO_MEDICATION_INFO, "No information about medications",
		 "Geen informatie over medicatie")
MEDARK_WORD_NAME(NO_ALLERGY_INFO, "No information about allergies",
		 "Geen informatie over allergieën")
MEDARK_WORD_NAME(NO_PROBLEM_INFO, "No information about problems", "Geen informatie over problemen")
MEDARK_WORD_NAME(NONE_HERE, "No record is taken into this summary",
		 "In deze samenvatting zijn geen gegevens opgenomen")
MEDARK_WORD_NAME(LEFT_OUT, "Left out", "Weggelaten")
MEDARK_WORD_NAME(LEFT_ASIDE, "ended, planned or not done, by their status",
		 "volgens de status beëindigd, gepland of niet uitgevoerd")
MEDARK_WORD_NAME(LEFT_EARLIER, "other results of the same tests",
		 "andere uitslagen van dezelfde bepalingen")
MEDARK_WORD_NAME(LEFT_WRONG, "refuted or entered in error", "weerlegd of foutief ingevoerd")
MEDARK_WORD_NAME(LEFT_OTHERS, "about somebody else", "over iemand anders")
MEDARK_WORD_NAME(LEFT_UNREAD, "that cannot be read here (archived as XML, or damaged)",
		 "die hier niet te lezen zijn (als XML gearchiveerd, of beschadigd)")

/* Finding patients. */
MEDARK_WORD_NAME(PATIENTS, "Patients", "Patiënten")
MEDARK_WORD_NAME(ALL_PATIENTS, "All patients", "Alle patiënten")
MEDARK_WORD_NAME(FIND, "Find a patient", "Zoek een patiënt")
MEDARK_WORD_NAME(FIND_HINT, "Name, birth date, BSN or record number",
		 "Naam, geboortedatum, BSN of patiëntnummer")
MEDARK_WORD_NAME(FOUND, "found", "gevonden")
MEDARK_WORD_NAME(NOT_FOUND, "Nobody found", "Niemand gevonden")
MEDARK_WORD_NAME(REFINE, "more were found: type more of the name, or the birth date",
		 "meer gevonden: typ meer van de naam, of de geboortedatum")
MEDARK_WORD_NAME(NAME, "Name", "Naam")
MEDARK_WORD_NAME(BIRTH_DATE, "Birth date", "Geboortedatum")
MEDARK_WORD_NAME(PLAIN_TITLE, "This folder is not encrypted.", "Deze map is niet versleuteld.")
MEDARK_WORD_NAME(PLAIN_WARNING,
		 "Whoever has it can read every patient in it. Keep it under lock and key, and "
		 "destroy it when the outage is over.",
		 "Wie hem heeft, kan alle patiënten erin lezen. Bewaar hem achter slot en grendel, "
		 "en vernietig hem als de storing voorbij is.")

/* Lists of several patients, and their summaries. */
MEDARK_WORD_NAME(LISTS, "Appointments and admissions", "Afspraken en opnames")
MEDARK_WORD_NAME(APPOINTMENTS_OF, "Appointments of", "Afspraken van")
MEDARK_WORD_NAME(ADMITTED, "Admitted", "Opgenomen")
MEDARK_WORD_NAME(NOBODY_LISTED, "The source has nobody here.",
		 "Volgens de bron staat hier niemand.")
MEDARK_WORD_NAME(LIST_CUT, "There are more patients than are listed here.",
		 "Er zijn meer patiënten dan hier staan.")
MEDARK_WORD_NAME(PRINT_LIST, "Print the summaries of these patients, one to a sheet:",
		 "Samenvattingen van deze patiënten afdrukken, één per vel:")
MEDARK_WORD_NAME(ALL, "All", "Alle")
MEDARK_WORD_NAME(PRINT_TITLE, "Summaries of the patients", "Samenvattingen van de patiënten")
MEDARK_WORD_NAME(PRINT_HINT,
		 "Print this page with your browser: each patient begins on a new sheet.",
		 "Druk deze pagina af met uw browser: elke patiënt begint op een nieuw vel.")
MEDARK_WORD_NAME(PRINT_TO, "to", "tot en met")
MEDARK_WORD_NAME(PRINT_OF, "of", "van")
MEDARK_WORD_NAME(PRINT_NEXT, "Show the next ones", "Volgende tonen")
