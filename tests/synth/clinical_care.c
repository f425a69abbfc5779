/* SPDX-License-Identifier: Apache-2.0 */
/* Contacts, procedures, vaccines, allergies, letters, care plans and flags. */
#include "clinical.h"

#include <stddef.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define CHILDHOOD   "Rijksvaccinatieprogramma"

/* clang-format off */
const struct synth_contact synth_contact_rows[] = {
{ "AMB", "ambulatory", "11429006", "consult", "Consult huisarts", 10, 400, true, false },
{ "AMB", "ambulatory", "185349003", "controleconsult", "Controle praktijkondersteuner", 20, 200, true, false },
{ "VR", "virtual", "185317003", "telefonisch consult", "Telefonisch consult", 5, 150, false, false },
{ "VR", "virtual", "448337001", "consult op afstand", "E-consult", 5, 70, false, false },
{ "HH", "home health", "439708006", "huisbezoek", "Visite", 25, 40, true, false },
{ "AMB", "ambulatory", "185389009", "vervolgconsult", "Polikliniekbezoek", 15, 110, true, true },
{ "EMER", "emergency", "50849002", "opname spoedeisende hulp", "Spoedeisende hulp", 120, 20, true, true },
{ "IMP", "inpatient encounter", "32485007", "ziekenhuisopname", "Opname", 2880, 10, true, true },
};
const unsigned synth_contact_count = COUNT(synth_contact_rows);

const struct synth_procedure synth_procedure_rows[] = {
{ "29303009", "Elektrocardiogram", "103693007", "diagnostische verrichting", 15, false },
{ "127783003", "Spirometrie", "103693007", "diagnostische verrichting", 30, false },
{ "252465000", "Pulsoximetrie", "103693007", "diagnostische verrichting", 5, false },
{ "164847006", "24-uurs bloeddrukmeting", "103693007", "diagnostische verrichting", 20, false },
{ "401191002", "Voetonderzoek bij diabetes", "103693007", "diagnostische verrichting", 15, false },
{ "134395001", "Fundusfotografie", "103693007", "diagnostische verrichting", 15, true },
{ "90226004", "Uitstrijkje", "103693007", "diagnostische verrichting", 10, false, SYNTH_WOMEN },
{ "71651007", "Mammografie", "363679005", "beeldvormend onderzoek", 15, true, SYNTH_WOMEN },
{ "399208008", "Thoraxfoto", "363679005", "beeldvormend onderzoek", 10, true },
{ "45036003", "Echografie abdomen", "363679005", "beeldvormend onderzoek", 20, true },
{ "40701008", "Echocardiografie", "363679005", "beeldvormend onderzoek", 30, true },
{ "77477000", "CT-scan", "363679005", "beeldvormend onderzoek", 20, true },
{ "113091000", "MRI-scan", "363679005", "beeldvormend onderzoek", 40, true },
{ "312681000", "Botdichtheidsmeting", "363679005", "beeldvormend onderzoek", 15, true },
{ "73761001", "Coloscopie", "387713003", "chirurgische verrichting", 45, true },
{ "86273004", "Biopsie van huid", "387713003", "chirurgische verrichting", 20, false },
{ "274031008", "Uitspuiten van cerumen", "277132007", "therapeutische verrichting", 10, false },
{ "287664005", "Hechten van wond", "387713003", "chirurgische verrichting", 20, false },
{ "26782000", "Cryotherapie van wrat", "277132007", "therapeutische verrichting", 10, false },
{ "33195004", "Injectie in gewricht", "277132007", "therapeutische verrichting", 15, false },
{ "54885007", "Cataractextractie", "387713003", "chirurgische verrichting", 40, true },
{ "52734007", "Totale heupprothese", "387713003", "chirurgische verrichting", 90, true },
{ "609588000", "Totale knieprothese", "387713003", "chirurgische verrichting", 90, true },
{ "80146002", "Appendectomie", "387713003", "chirurgische verrichting", 60, true },
{ "38102005", "Cholecystectomie", "387713003", "chirurgische verrichting", 75, true },
{ "91251008", "Fysiotherapie", "277132007", "therapeutische verrichting", 30, false },
{ "225323000", "Stoppen-met-rokenbegeleiding", "409063005", "begeleiding", 20, false },
{ "11816003", "Voedingsadvies", "409063005", "begeleiding", 20, false },
{ "430193006", "Medicatiebeoordeling", "409063005", "begeleiding", 30, false },
{ "3457005", "Verwijzing naar medisch specialist", "409063005", "begeleiding", 5, false },
};
const unsigned synth_procedure_count = COUNT(synth_procedure_rows);

const struct synth_vaccine synth_vaccine_rows[] = {
{ "J07CA09", "difterie-haemophilus-pertussis-polio-tetanus-hepatitis B-vaccin", "DKTP-Hib-HepB", CHILDHOOD, 3, 12, 3, false, 2011 },
{ "J07AL02", "pneumokokkenvaccin, geconjugeerd", "Pneumokokken", CHILDHOOD, 3, 12, 3, false, 2006 },
{ "J07BD52", "bof-mazelen-rodehondvaccin", "BMR", CHILDHOOD, 14, 108, 2, false, 1987 },
{ "J07AH08", "meningokokken ACWY-vaccin", "MenACWY", CHILDHOOD, 14, 168, 2, false, 2018 },
{ "J07CA02", "difterie-pertussis-polio-tetanusvaccin", "DKTP", CHILDHOOD, 48, 50, 1, false, 1962 },
{ "J07CA01", "difterie-polio-tetanusvaccin", "DTP", CHILDHOOD, 108, 110, 1, false, 1962 },
{ "J07BM01", "papillomavirusvaccin", "HPV", CHILDHOOD, 120, 126, 2, false, 2010 },
{ "J07BB02", "influenzavaccin, gezuiverd antigeen", "Griepvaccin", "Nationaal Programma Grieppreventie", 720, 1300, 1, true, 2008 },
{ "J07BN01", "covid-19-vaccin, mRNA", "COVID-19-vaccin", "COVID-19-vaccinatie", 216, 1300, 1, true, 2021 },
{ "J07AL01", "pneumokokkenvaccin, gezuiverd polysaccharide", "Pneumokokken 60+", "Nationaal Programma Pneumokokken", 720, 960, 2, false, 2020 },
{ "J07CA01", "difterie-polio-tetanusvaccin", "DTP reizigers", "Reizigersvaccinatie", 216, 960, 1, false, 1990 },
{ "J07BC02", "hepatitis A-vaccin", "Hepatitis A", "Reizigersvaccinatie", 216, 960, 2, false, 1995 },
};
const unsigned synth_vaccine_count = COUNT(synth_vaccine_rows);

const struct synth_allergy synth_allergy_rows[] = {
{ "91936005", "Allergie voor penicilline", "medication", "allergy", "271807003", "huiduitslag" },
{ "293586001", "Allergie voor acetylsalicylzuur", "medication", "intolerance", "267036007", "benauwdheid" },
{ "91939003", "Allergie voor sulfonamide", "medication", "allergy", "126485001", "urticaria" },
{ "293637006", "Allergie voor contrastmiddel", "medication", "allergy", "39579001", "anafylaxie" },
{ "294505008", "Allergie voor amoxicilline", "medication", "allergy", "271807003", "huiduitslag" },
{ "293585002", "Overgevoeligheid voor NSAID", "medication", "intolerance", "21522001", "buikpijn" },
{ "91935009", "Allergie voor pinda", "food", "allergy", "39579001", "anafylaxie" },
{ "91934008", "Allergie voor noten", "food", "allergy", "126485001", "urticaria" },
{ "425525006", "Allergie voor zuivel", "food", "allergy", "62315008", "diarree" },
{ "91930004", "Allergie voor eieren", "food", "allergy", "126485001", "urticaria" },
{ "417532002", "Allergie voor vis", "food", "allergy", "422587007", "misselijkheid" },
{ "300913006", "Allergie voor schaaldieren", "food", "allergy", "126485001", "urticaria" },
{ "300916003", "Allergie voor latex", "environment", "allergy", "271807003", "huiduitslag" },
{ "424213003", "Allergie voor bijengif", "environment", "allergy", "39579001", "anafylaxie" },
{ "232347008", "Allergie voor dierlijk haar", "environment", "allergy", "61582004", "rinitis" },
{ "418689008", "Allergie voor graspollen", "environment", "allergy", "61582004", "rinitis" },
{ "419474003", "Allergie voor schimmel", "environment", "allergy", "49727002", "hoesten" },
};
const unsigned synth_allergy_count = COUNT(synth_allergy_rows);

const struct synth_letter synth_letter_rows[] = {
{ "57133-1", "Referral note", "Verwijsbrief", "Graag uw onderzoek en zo nodig behandeling van bovengenoemde patiënt in verband met", false },
{ "11488-4", "Consult note", "Specialistenbrief", "Op de polikliniek zagen wij bovengenoemde patiënt in verband met", true },
{ "18842-5", "Discharge summary", "Ontslagbrief", "Bovengenoemde patiënt was bij ons opgenomen in verband met", true },
{ "34117-2", "History and physical note", "Waarneembericht", "Tijdens de waarneming zag ik bovengenoemde patiënt in verband met", false },
{ "18748-4", "Diagnostic imaging study", "Verslag beeldvorming", "Op uw verzoek verrichtten wij onderzoek bij bovengenoemde patiënt in verband met", true },
{ "34133-9", "Summarization of episode note", "Overdrachtsdossier", "Hierbij draag ik de zorg over voor bovengenoemde patiënt, bekend in verband met", false },
};
const unsigned synth_letter_count = COUNT(synth_letter_rows);

const struct synth_plan synth_plan_rows[] = {
{ "T90.02", "698360004", "Zelfmanagementplan diabetes", "Zorgplan diabetes mellitus type 2", "Streefwaarde HbA1c onder 53 mmol/mol, bloeddruk onder 140, niet roken.", { "Driemaandelijkse controle", "Jaarlijks voetonderzoek", "Fundusfoto elke twee jaar" } },
{ "R95", "412776001", "Zorgplan COPD", "Individueel zorgplan COPD", "Minder exacerbaties, beter inspanningsvermogen, stoppen met roken.", { "Inhalatie-instructie", "Halfjaarlijkse spirometrie", "Longaanvalplan bespreken" } },
{ "R96", "699728000", "Zorgplan astma", "Individueel zorgplan astma", "Geen klachten in de nacht, hooguit twee keer per week noodmedicatie.", { "Inhalatie-instructie", "Astmacontrole met ACQ", "Uitlokkende factoren bespreken" } },
{ "K86", "736285004", "Zorgplan hypertensie", "Zorgplan cardiovasculair risicomanagement", "Streefwaarde bloeddruk onder 140/90, beweegadvies, zoutbeperking.", { "Bloeddruk thuis meten", "Jaarlijks laboratoriumonderzoek", "Leefstijlgesprek" } },
{ "K77", "735985000", "Zorgplan hartfalen", "Zorgplan hartfalen", "Dagelijks wegen, vochtbeperking 1,5 liter, bij twee kilo toename bellen.", { "Gewicht dagelijks noteren", "Controle hartfalenpoli", "Nierfunctie na aanpassing medicatie" } },
{ "P70", "736252007", "Zorgplan dementie", "Zorgplan kwetsbare oudere", "Thuis wonen zo lang dat veilig kan, mantelzorger ondersteunen.", { "Casemanager betrekken", "Valrisico beoordelen", "Medicatiebeoordeling" } },
};
const unsigned synth_plan_count = COUNT(synth_plan_rows);

const struct synth_signal synth_signal_rows[] = {
{ "129839007", "Verhoogd valrisico", "safety", "Safety" },
{ "304253006", "Niet reanimeren", "advance-directive", "Advance Directive" },
{ "161641009", "Tolk nodig", "contact", "Subject Contact" },
{ "15188001", "Slechthorend", "contact", "Subject Contact" },
{ "397540003", "Slechtziend", "contact", "Subject Contact" },
{ "78648007", "Infectierisico", "safety", "Safety" },
{ "371736008", "Bloedverdunners, overleg voor ingreep", "drug", "Drug" },
};
const unsigned synth_signal_count = COUNT(synth_signal_rows);

const char *const synth_sentence_rows[] = {
"De klachten bestaan sinds enkele maanden en nemen geleidelijk toe",
"Er is geen koorts geweest en het gewicht is stabiel",
"De voorgeschiedenis is bij u bekend",
"De patiënt gebruikt de medicatie trouw en verdraagt deze goed",
"In de familie komen hart- en vaatziekten voor",
"De patiënt woont zelfstandig en heeft hulp bij het huishouden",
"Het beloop was ongecompliceerd",
"Aanvullend onderzoek liet geen bijzonderheden zien",
"Wij bespraken de mogelijkheden en de patiënt kiest voor een afwachtend beleid",
"De patiënt is geïnstrueerd om bij toename van klachten contact op te nemen",
"Een controleafspraak is gemaakt over zes weken",
"De wond genas vlot en de hechtingen zijn verwijderd",
"De bloeddruk werd thuis gemeten en was gemiddeld goed",
"De nierfunctie is ten opzichte van vorig jaar onveranderd",
"Er zijn geen allergieën voor geneesmiddelen bekend",
"De dosering is in overleg verlaagd wegens bijwerkingen",
"De patiënt rookt niet en drinkt hooguit een glas wijn in het weekend",
"De oefeningen van de fysiotherapeut helpen enigszins",
"Slapen gaat beter sinds de laatste aanpassing",
"De partner was bij het gesprek aanwezig en deelde de zorgen",
"Er is uitleg gegeven over het ziektebeeld en een folder meegegeven",
"Het werk is gedeeltelijk hervat",
"De patiënt maakt zich zorgen over de oorzaak",
"Een verwijzing naar de diëtist is besproken en volgt",
};
const unsigned synth_sentence_count = COUNT(synth_sentence_rows);
/* clang-format on */
