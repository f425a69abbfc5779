/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions, complaints and medications. */
#include "clinical.h"

#include <stddef.h>
#include <string.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* clang-format off */
const struct synth_condition synth_condition_rows[] = {
{ "T90.02", "44054006", "Diabetes mellitus type 2", { 12, 90, 210 }, SYNTH_ANY, true, { "A10BA02", "A10BB09", "A10BK03", "C10AA01" } },
{ "K86", "59621000", "Essentiële hypertensie", { 25, 240, 560 }, SYNTH_ANY, true, { "C09AA02", "C08CA01", "C03AA03", "C09CA01" } },
{ "T93.01", "13644009", "Hypercholesterolemie", { 15, 150, 290 }, SYNTH_ANY, true, { "C10AA05", "C10AA07", "C10AX09" } },
{ "R96", "195967001", "Astma", { 95, 80, 70 }, SYNTH_ANY, true, { "R03AC02", "R03BA02", "R03AK08" } },
{ "R95", "13645005", "COPD", { 1, 50, 130 }, SYNTH_ANY, true, { "R03BB04", "R03AC02", "R03AK06" } },
{ "P76", "35489007", "Depressieve stoornis", { 55, 100, 80 }, SYNTH_ANY, true, { "N06AB06", "N06AB04", "N06AX11" } },
{ "P74", "197480006", "Angststoornis", { 60, 65, 45 }, SYNTH_ANY, true, { "N06AB06", "N05BA04" } },
{ "P06", "193462001", "Slapeloosheid", { 30, 75, 130 }, SYNTH_ANY, false, { "N05CD07" } },
{ "K77", "84114007", "Hartfalen", { 1, 15, 110 }, SYNTH_ANY, true, { "C03CA01", "C09AA04", "C07AB02", "C03DA01" } },
{ "K78", "49436004", "Atriumfibrilleren", { 2, 20, 130 }, SYNTH_ANY, true, { "B01AF02", "C07AB07", "C01AA05" } },
{ "K74", "194828000", "Angina pectoris", { 1, 25, 90 }, SYNTH_ANY, true, { "B01AC06", "C01DA02", "C07AB02" } },
{ "K75", "22298006", "Myocardinfarct", { 1, 20, 75 }, SYNTH_ANY, true, { "B01AC06", "B01AC04", "C10AA05" } },
{ "K90", "230690007", "Cerebrovasculair accident", { 1, 12, 70 }, SYNTH_ANY, true, { "B01AC04", "C10AA05" } },
{ "L90", "239873007", "Gonartrose", { 2, 70, 240 }, SYNTH_ANY, true, { "N02BE01", "M01AE02" } },
{ "L89", "239872002", "Coxartrose", { 1, 40, 160 }, SYNTH_ANY, true, { "N02BE01" } },
{ "L95", "64859006", "Osteoporose", { 1, 25, 130 }, SYNTH_ANY, true, { "M05BA04", "A11CC05" } },
{ "L03", "279039007", "Lage rugpijn zonder uitstraling", { 90, 160, 170 }, SYNTH_ANY, false, { "M01AE01", "N02BE01" } },
{ "L93", "202855006", "Epicondylitis lateralis", { 20, 45, 12 }, SYNTH_ANY, false, { "M01AB05" } },
{ "T92", "90560007", "Jicht", { 5, 40, 80 }, SYNTH_ANY, true, { "M04AA01", "M04AC01" } },
{ "U71", "38822007", "Cystitis", { 110, 130, 210 }, SYNTH_WOMEN, false, { "J01XE01", "J01XX01" } },
{ "R74", "54150009", "Acute bovensteluchtweginfectie", { 330, 210, 170 }, SYNTH_ANY, false, { NULL } },
{ "R78", "10509002", "Acute bronchitis", { 60, 80, 130 }, SYNTH_ANY, false, { "J01AA02", "R05DA04" } },
{ "R81", "233604007", "Pneumonie", { 15, 25, 85 }, SYNTH_ANY, false, { "J01CA04", "J01AA02" } },
{ "R75", "36971009", "Sinusitis", { 60, 80, 45 }, SYNTH_ANY, false, { "R01AD09" } },
{ "R97", "61582004", "Allergische rinitis", { 150, 90, 40 }, SYNTH_ANY, true, { "R06AX27", "R01AD08" } },
{ "H71", "3110003", "Otitis media acuta", { 140, 15, 8 }, SYNTH_ANY, false, { "J01CA04" } },
{ "H70", "3135009", "Otitis externa", { 50, 55, 60 }, SYNTH_ANY, false, { "D07AA02" } },
{ "S87", "24079001", "Constitutioneel eczeem", { 140, 45, 35 }, SYNTH_ANY, true, { "D07AA02", "D07AC01" } },
{ "S91", "9014002", "Psoriasis", { 20, 40, 40 }, SYNTH_ANY, true, { "D07AC01", "D05AX52" } },
{ "S74", "47382004", "Dermatomycose", { 60, 75, 70 }, SYNTH_ANY, false, { "D01AC02" } },
{ "S77", "254701007", "Basaalcelcarcinoom", { 1, 25, 95 }, SYNTH_ANY, false, { NULL } },
{ "N89", "37796009", "Migraine", { 70, 75, 20 }, SYNTH_ANY, true, { "N02CC01", "C07AB02" } },
{ "N87", "49049000", "Ziekte van Parkinson", { 1, 3, 22 }, SYNTH_ANY, true, { "N04BA02" } },
{ "T86", "40930008", "Hypothyreoïdie", { 14, 45, 75 }, SYNTH_WOMEN, true, { "H03AA01" } },
{ "T82", "414916001", "Obesitas", { 80, 150, 130 }, SYNTH_ANY, true, { NULL } },
{ "T91", "34713006", "Vitamine D-deficiëntie", { 40, 50, 80 }, SYNTH_ANY, false, { "A11CC05" } },
{ "B80", "87522002", "IJzergebreksanemie", { 55, 55, 60 }, SYNTH_ANY, false, { "B03AA02" } },
{ "B81", "84027009", "Pernicieuze anemie", { 8, 20, 60 }, SYNTH_ANY, true, { "B03BA03" } },
{ "U99.01", "709044004", "Chronische nierschade", { 3, 35, 190 }, SYNTH_ANY, true, { "C09CA06" } },
{ "P70", "52448006", "Dementie", { 0, 3, 85 }, SYNTH_ANY, true, { "N06DA04" } },
{ "D84", "235595009", "Gastro-oesofageale refluxziekte", { 40, 110, 150 }, SYNTH_ANY, true, { "A02BC01", "A02BC02" } },
{ "D12", "14760008", "Obstipatie", { 55, 45, 110 }, SYNTH_ANY, false, { "A06AD65" } },
{ "D93", "10743008", "Prikkelbaredarmsyndroom", { 70, 60, 30 }, SYNTH_ANY, true, { NULL } },
{ "D75", "363406005", "Coloncarcinoom", { 0, 5, 35 }, SYNTH_ANY, true, { NULL } },
{ "X76", "254837009", "Mammacarcinoom", { 1, 25, 65 }, SYNTH_WOMEN, true, { "L02BG04" } },
{ "Y77", "399068003", "Prostaatcarcinoom", { 0, 8, 75 }, SYNTH_MEN, true, { "L02BB03" } },
{ "Y85", "266569009", "Benigne prostaathyperplasie", { 1, 60, 230 }, SYNTH_MEN, true, { "G04CA02" } },
{ "F92", "193570009", "Cataract", { 1, 20, 240 }, SYNTH_ANY, false, { NULL } },
{ "F93", "23986001", "Glaucoom", { 1, 15, 70 }, SYNTH_ANY, true, { NULL } },
{ "R83.03", "840539006", "COVID-19", { 130, 150, 140 }, SYNTH_ANY, false, { NULL } },
};
const unsigned synth_condition_count = COUNT(synth_condition_rows);

const struct synth_complaint synth_complaint_rows[] = {
{ "A04", "84229001", "Moeheid", "Sinds enkele weken moe, slaapt redelijk, eetlust goed.", "Niet ziek, geen afwijkingen aan hart en longen.", "Bloedonderzoek, uitslag telefonisch na drie werkdagen." },
{ "R05", "49727002", "Hoesten", "Hoest vooral in de nacht, geen koorts, rookt niet.", "Vesiculair ademgeruis beiderzijds, saturatie normaal.", "Uitleg gegeven, terug bij koorts of benauwdheid." },
{ "N01", "25064002", "Hoofdpijn", "Drukkende hoofdpijn, eind van de dag erger, beeldschermwerk.", "Bloeddruk normaal, nekspieren gespannen, neurologisch geen bijzonderheden.", "Houdingsadvies, paracetamol zo nodig, controle over vier weken." },
{ "A03", "386661006", "Koorts", "Drie dagen koorts tot 39,2, drinkt voldoende.", "Matig ziek, keel rood, geen nekstijfheid.", "Afwachten, vangnetadvies besproken." },
{ "D01", "21522001", "Buikpijn", "Krampende buikpijn, wisselende ontlasting, geen bloed bij ontlasting.", "Soepele buik, geen drukpijn, peristaltiek levendig.", "Dagboek bijhouden, terug over twee weken." },
{ "L15", "30989003", "Knieklachten", "Pijn aan de binnenzijde van de knie na verdraaien.", "Geen hydrops, drukpijn mediale gewrichtsspleet, band stabiel.", "Verwijzing fysiotherapie, belasten op geleide van pijn." },
{ "L08", "45326000", "Schouderklachten", "Pijn bij heffen van de arm, kan er niet op slapen.", "Painful arc positief, kracht intact.", "Oefeningen meegegeven, zo nodig injectie." },
{ "S04", "300848003", "Plekje op de huid", "Vlekje op de rug dat is gegroeid, jeukt soms.", "Bruine scherp begrensde laesie van 6 mm, regelmatig pigment.", "Foto in dossier, controle over drie maanden." },
{ "N17", "404640003", "Duizeligheid", "Draaierig bij omdraaien in bed, duurt seconden.", "Kiepproef positief rechts, geen nystagmus in rust.", "Epley uitgevoerd, uitleg en folder meegegeven." },
{ "K02", "29857009", "Druk op de borst", "Kortdurend steken links, niet bij inspanning.", "Regelmatige pols, normale tonen, ecg zonder afwijkingen.", "Gerustgesteld, bij herhaling direct bellen." },
{ "U02", "162116003", "Vaak plassen", "Moet ook in de nacht drie keer plassen, geen pijn.", "Urine nitriet negatief, leukocyten negatief.", "Mictiedagboek, controle glucose." },
{ "H01", "301354004", "Oorpijn", "Oorpijn links sinds zwemmen.", "Gehoorgang gezwollen, trommelvlies intact.", "Oordruppels, oor droog houden." },
{ "P01", "48694002", "Gespannen gevoel", "Druk op het werk, piekert, slaapt slecht.", "Verzorgd, adequaat contact, stemming somber.", "Gesprek met praktijkondersteuner ingepland." },
{ "A97", "281900007", "Geen ziekte vastgesteld", "Komt voor controle, geen klachten.", "Geen bijzonderheden bij onderzoek.", "Volgende controle over een jaar." },
};
const unsigned synth_complaint_count = COUNT(synth_complaint_rows);

const struct synth_medication synth_medication_rows[] = {
{ "A10BA02", "metformine", "Metformine tablet 500 mg", "2 maal per dag 1 tablet", "tablet", 2, SYNTH_ORAL },
{ "A10BB09", "gliclazide", "Gliclazide tablet mga 30 mg", "1 maal per dag 1 tablet bij het ontbijt", "tablet", 1, SYNTH_ORAL },
{ "A10BK03", "empagliflozine", "Empagliflozine tablet 10 mg", "1 maal per dag 1 tablet", "tablet", 1, SYNTH_ORAL },
{ "C09AA02", "enalapril", "Enalapril tablet 10 mg", "1 maal per dag 1 tablet", "tablet", 1, SYNTH_ORAL },
{ "C09AA04", "perindopril", "Perindopril tablet 4 mg", "1 maal per dag 1 tablet", "tablet", 1, SYNTH_ORAL },
{ "C09CA01", "losartan", "Losartan tablet 50 mg", "1 maal per dag 1 tablet", "tablet", 1, SYNTH_ORAL },
{ "C09CA06", "candesartan", "Candesartan tablet 8 mg", "1 maal per dag 1 tablet", "tablet", 1, SYNTH_ORAL },
{ "C08CA01", "amlodipine", "Amlodipine tablet 5 mg", "1 maal per dag 1 tablet", "tablet", 1, SYNTH_ORAL },
{ "C03AA03", "hydrochloorthiazide", "Hydrochloorthiazide tablet 12,5 mg", "1 maal per dag 1 tablet in de ochtend", "tablet", 1, SYNTH_ORAL },
{ "C07AB02", "metoprolol", "Metoprolol tablet mga 50 mg", "1 maal per dag 1 tablet", "tablet", 1, SYNTH_ORAL },
{ "C07AB07", "bisoprolol", "Bisoprolol tablet 2,5 mg", "1 maal per dag 1 tablet", "tablet", 1, SYNTH_ORAL },
{ "C03CA01", "furosemide", "Furosemide tablet 40 mg", "1 maal per dag 1 tablet in de ochtend", "tablet", 1, SYNTH_ORAL },
{ "C03DA01", "spironolacton", "Spironolacton tablet 25 mg", "1 maal per dag 1 tablet", "tablet", 1, SYNTH_ORAL },
{ "C10AA01", "simvastatine", "Simvastatine tablet 40 mg", "1 maal per dag 1 tablet voor de nacht", "tablet", 1, SYNTH_ORAL },
{ "C10AA05", "atorvastatine", "Atorvastatine tablet 20 mg", "1 maal per dag 1 tablet", "tablet", 1, SYNTH_ORAL },
{ "C10AA07", "rosuvastatine", "Rosuvastatine tablet 10 mg", "1 maal per dag 1 tablet", "tablet", 1, SYNTH_ORAL },
{ "C10AX09", "ezetimib", "Ezetimib tablet 10 mg", "1 maal per dag 1 tablet", "tablet", 1, SYNTH_ORAL },
{ "B01AC06", "acetylsalicylzuur", "Acetylsalicylzuur tablet 80 mg", "1 maal per dag 1 tablet", "tablet", 1, SYNTH_ORAL },
{ "B01AC04", "clopidogrel", "Clopidogrel tablet 75 mg", "1 maal per dag 1 tablet", "tablet", 1, SYNTH_ORAL },
{ "B01AF02", "apixaban", "Apixaban tablet 5 mg", "2 maal per dag 1 tablet", "tablet", 2, SYNTH_ORAL },
{ "C01AA05", "digoxine", "Digoxine tablet 0,125 mg", "1 maal per dag 1 tablet", "tablet", 1, SYNTH_ORAL },
{ "C01DA02", "nitroglycerine", "Nitroglycerine spray 0,4 mg/dosis", "Zo nodig 1 verstuiving onder de tong", "dosis", 1, SYNTH_ORAL },
{ "N02BE01", "paracetamol", "Paracetamol tablet 500 mg", "4 maal per dag 2 tabletten", "tablet", 4, SYNTH_ORAL },
{ "M01AE01", "ibuprofen", "Ibuprofen tablet 400 mg", "3 maal per dag 1 tablet", "tablet", 3, SYNTH_ORAL },
{ "M01AE02", "naproxen", "Naproxen tablet 500 mg", "2 maal per dag 1 tablet", "tablet", 2, SYNTH_ORAL },
{ "M01AB05", "diclofenac", "Diclofenac tablet msr 50 mg", "2 maal per dag 1 tablet", "tablet", 2, SYNTH_ORAL },
{ "A02BC01", "omeprazol", "Omeprazol capsule msr 20 mg", "1 maal per dag 1 capsule", "capsule", 1, SYNTH_ORAL },
{ "A02BC02", "pantoprazol", "Pantoprazol tablet msr 40 mg", "1 maal per dag 1 tablet", "tablet", 1, SYNTH_ORAL },
{ "R03AC02", "salbutamol", "Salbutamol aerosol 100 mcg/dosis", "Zo nodig 1 tot 2 inhalaties", "dosis", 2, SYNTH_INHALED },
{ "R03BA02", "budesonide", "Budesonide inhalatiepoeder 200 mcg", "2 maal per dag 1 inhalatie", "dosis", 2, SYNTH_INHALED },
{ "R03AK06", "salmeterol met fluticason", "Salmeterol/fluticason inhalatiepoeder 50/250 mcg", "2 maal per dag 1 inhalatie", "dosis", 2, SYNTH_INHALED },
{ "R03AK08", "formoterol met beclometason", "Formoterol/beclometason aerosol 6/100 mcg", "2 maal per dag 2 inhalaties", "dosis", 2, SYNTH_INHALED },
{ "R03BB04", "tiotropium", "Tiotropium inhalatiecapsule 18 mcg", "1 maal per dag 1 inhalatie", "dosis", 1, SYNTH_INHALED },
{ "R05DA04", "codeïne", "Codeïne tablet 10 mg", "3 maal per dag 1 tablet", "tablet", 3, SYNTH_ORAL },
{ "R06AX27", "desloratadine", "Desloratadine tablet 5 mg", "1 maal per dag 1 tablet", "tablet", 1, SYNTH_ORAL },
{ "R01AD08", "fluticason (nasaal)", "Fluticason neusspray 50 mcg/dosis", "1 maal per dag 2 verstuivingen per neusgat", "dosis", 1, SYNTH_NASAL },
{ "R01AD09", "mometason (nasaal)", "Mometason neusspray 50 mcg/dosis", "1 maal per dag 2 verstuivingen per neusgat", "dosis", 1, SYNTH_NASAL },
{ "N06AB04", "citalopram", "Citalopram tablet 20 mg", "1 maal per dag 1 tablet", "tablet", 1, SYNTH_ORAL },
{ "N06AB06", "sertraline", "Sertraline tablet 50 mg", "1 maal per dag 1 tablet", "tablet", 1, SYNTH_ORAL },
{ "N06AX11", "mirtazapine", "Mirtazapine tablet 15 mg", "1 maal per dag 1 tablet voor de nacht", "tablet", 1, SYNTH_ORAL },
{ "N05BA04", "oxazepam", "Oxazepam tablet 10 mg", "Zo nodig 1 tablet, hooguit 3 per dag", "tablet", 1, SYNTH_ORAL },
{ "N05CD07", "temazepam", "Temazepam capsule 10 mg", "Zo nodig 1 capsule voor de nacht", "capsule", 1, SYNTH_ORAL },
{ "H03AA01", "levothyroxine", "Levothyroxine tablet 50 mcg", "1 maal per dag 1 tablet op lege maag", "tablet", 1, SYNTH_ORAL },
{ "M04AA01", "allopurinol", "Allopurinol tablet 100 mg", "1 maal per dag 1 tablet", "tablet", 1, SYNTH_ORAL },
{ "M04AC01", "colchicine", "Colchicine tablet 0,5 mg", "2 maal per dag 1 tablet", "tablet", 2, SYNTH_ORAL },
{ "J01CA04", "amoxicilline", "Amoxicilline capsule 500 mg", "3 maal per dag 1 capsule, 5 dagen", "capsule", 3, SYNTH_ORAL },
{ "J01XE01", "nitrofurantoïne", "Nitrofurantoïne capsule mga 100 mg", "2 maal per dag 1 capsule, 5 dagen", "capsule", 2, SYNTH_ORAL },
{ "J01XX01", "fosfomycine", "Fosfomycine granulaat 3 g", "Eenmalig 1 sachet voor de nacht", "sachet", 1, SYNTH_ORAL },
{ "J01AA02", "doxycycline", "Doxycycline tablet 100 mg", "Eerste dag 2 tabletten, daarna 1 maal per dag 1 tablet", "tablet", 1, SYNTH_ORAL },
{ "B03AA02", "ferrofumaraat", "Ferrofumaraat tablet 200 mg", "1 maal per dag 1 tablet", "tablet", 1, SYNTH_ORAL },
{ "B03BA03", "hydroxocobalamine", "Cobalamine tablet 1000 mcg", "1 maal per dag 1 tablet", "tablet", 1, SYNTH_ORAL },
{ "A11CC05", "colecalciferol", "Colecalciferol capsule 25.000 ie", "1 maal per maand 1 capsule", "capsule", 1, SYNTH_ORAL },
{ "M05BA04", "alendroninezuur", "Alendroninezuur tablet 70 mg", "1 maal per week 1 tablet, rechtop innemen", "tablet", 1, SYNTH_ORAL },
{ "D07AC01", "betamethason", "Betamethason crème 1 mg/g", "1 maal per dag dun aanbrengen", "g", 1, SYNTH_SKIN },
{ "D07AA02", "hydrocortison", "Hydrocortison crème 10 mg/g", "2 maal per dag dun aanbrengen", "g", 2, SYNTH_SKIN },
{ "D05AX52", "calcipotriol, combinatiepreparaten", "Calcipotriol/betamethason zalf 50/500 mcg/g", "1 maal per dag aanbrengen", "g", 1, SYNTH_SKIN },
{ "D01AC02", "miconazol", "Miconazol crème 20 mg/g", "2 maal per dag aanbrengen", "g", 2, SYNTH_SKIN },
{ "N02CC01", "sumatriptan", "Sumatriptan tablet 50 mg", "Bij aanval 1 tablet", "tablet", 1, SYNTH_ORAL },
{ "N04BA02", "levodopa met decarboxylaseremmer", "Levodopa/carbidopa tablet 100/25 mg", "3 maal per dag 1 tablet", "tablet", 3, SYNTH_ORAL },
{ "N06DA04", "galantamine", "Galantamine capsule mga 8 mg", "1 maal per dag 1 capsule", "capsule", 1, SYNTH_ORAL },
{ "L02BG04", "letrozol", "Letrozol tablet 2,5 mg", "1 maal per dag 1 tablet", "tablet", 1, SYNTH_ORAL },
{ "L02BB03", "bicalutamide", "Bicalutamide tablet 50 mg", "1 maal per dag 1 tablet", "tablet", 1, SYNTH_ORAL },
{ "G04CA02", "tamsulosine", "Tamsulosine capsule mga 0,4 mg", "1 maal per dag 1 capsule", "capsule", 1, SYNTH_ORAL },
{ "A06AD65", "macrogol, combinatiepreparaten", "Macrogol/elektrolyten poeder", "1 maal per dag 1 sachet", "sachet", 1, SYNTH_ORAL },
};
const unsigned synth_medication_count = COUNT(synth_medication_rows);
/* clang-format on */

uint16_t synth_condition_find(const char *icpc)
{
	for (unsigned i = 0; icpc && i < synth_condition_count; i++)
		if (strcmp(synth_condition_rows[i].icpc, icpc) == 0)
			return (uint16_t)i;
	return SYNTH_NONE;
}

uint16_t synth_medication_find(const char *atc)
{
	for (unsigned i = 0; atc && i < synth_medication_count; i++)
		if (strcmp(synth_medication_rows[i].atc, atc) == 0)
			return (uint16_t)i;
	return SYNTH_NONE;
}
