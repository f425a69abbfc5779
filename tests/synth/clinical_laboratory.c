/* SPDX-License-Identifier: Apache-2.0 */
/* Quantities, the panels that they are requested in, and findings that are words. */
#include "clinical.h"

#include <stddef.h>
#include <string.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* clang-format off */
const struct synth_quantity synth_quantity_rows[] = {
{ "59260-0", "Hemoglobin [Moles/volume] in Blood", "Hemoglobine", "mmol/L", 1, 75, 100, 3, "B80", -22 },
{ "4544-3", "Hematocrit [Volume Fraction] of Blood by Automated count", "Hematocriet", "L/L", 2, 36, 47, 1, "B80", -8 },
{ "789-8", "Erythrocytes [#/volume] in Blood by Automated count", "Erytrocyten", "10*12/L", 1, 38, 55, 2, "B80", -6 },
{ "787-2", "MCV [Entitic volume] by Automated count", "MCV", "fL", 0, 80, 100, 2, "B80", -12 },
{ "6690-2", "Leukocytes [#/volume] in Blood by Automated count", "Leukocyten", "10*9/L", 1, 40, 100, 9, "R81", 45 },
{ "777-3", "Platelets [#/volume] in Blood by Automated count", "Trombocyten", "10*9/L", 0, 150, 400, 20, NULL, 0 },
{ "30341-2", "Erythrocyte sedimentation rate", "BSE", "mm/h", 0, 1, 20, 4, "R81", 34 },
{ "1988-5", "C reactive protein [Mass/volume] in Serum or Plasma", "CRP", "mg/L", 0, 1, 10, 4, "R81", 88 },
{ "14771-0", "Fasting glucose [Moles/volume] in Serum or Plasma", "Glucose nuchter", "mmol/L", 1, 40, 60, 4, "T90.02", 32 },
{ "59261-8", "Hemoglobin A1c/Hemoglobin.total in Blood by IFCC protocol", "HbA1c", "mmol/mol", 0, 20, 42, 2, "T90.02", 24 },
{ "14682-9", "Creatinine [Moles/volume] in Serum or Plasma", "Creatinine", "umol/L", 0, 50, 100, 4, "U99.01", 62 },
{ "62238-1", "Glomerular filtration rate/1.73 sq M.predicted by CKD-EPI", "eGFR (CKD-EPI)", "mL/min/{1.73_m2}", 0, 60, 120, 3, "U99.01", -45 },
{ "22664-7", "Urea [Moles/volume] in Serum or Plasma", "Ureum", "mmol/L", 1, 25, 75, 6, "U99.01", 51 },
{ "2951-2", "Sodium [Moles/volume] in Serum or Plasma", "Natrium", "mmol/L", 0, 135, 145, 1, NULL, 0 },
{ "2823-3", "Potassium [Moles/volume] in Serum or Plasma", "Kalium", "mmol/L", 1, 35, 50, 2, "K77", 3 },
{ "32294-1", "Albumin/Creatinine [Ratio] in Urine", "Albumine/creatinine-ratio", "mg/mmol", 1, 0, 30, 4, "T90.02", 28 },
{ "14647-2", "Cholesterol [Moles/volume] in Serum or Plasma", "Cholesterol totaal", "mmol/L", 1, 30, 65, 3, "T93.01", 14 },
{ "14646-4", "Cholesterol in HDL [Moles/volume] in Serum or Plasma", "HDL-cholesterol", "mmol/L", 1, 9, 20, 1, "T82", -3 },
{ "22748-8", "Cholesterol in LDL [Moles/volume] in Serum or Plasma", "LDL-cholesterol", "mmol/L", 1, 15, 45, 3, "T93.01", 12 },
{ "14927-8", "Triglyceride [Moles/volume] in Serum or Plasma", "Triglyceriden", "mmol/L", 1, 5, 20, 3, "T82", 9 },
{ "1742-6", "Alanine aminotransferase [Enzymatic activity/volume] in Serum or Plasma", "ALAT", "U/L", 0, 10, 45, 5, "T82", 21 },
{ "1920-8", "Aspartate aminotransferase [Enzymatic activity/volume] in Serum or Plasma", "ASAT", "U/L", 0, 10, 35, 4, "T82", 12 },
{ "2324-2", "Gamma glutamyl transferase [Enzymatic activity/volume] in Serum or Plasma", "Gamma-GT", "U/L", 0, 8, 50, 6, "T82", 28 },
{ "6768-6", "Alkaline phosphatase [Enzymatic activity/volume] in Serum or Plasma", "Alkalische fosfatase", "U/L", 0, 40, 120, 6, NULL, 0 },
{ "14631-6", "Bilirubin.total [Moles/volume] in Serum or Plasma", "Bilirubine totaal", "umol/L", 0, 3, 17, 2, NULL, 0 },
{ "1751-7", "Albumin [Mass/volume] in Serum or Plasma", "Albumine", "g/L", 0, 35, 50, 1, "K77", -6 },
{ "3016-3", "Thyrotropin [Units/volume] in Serum or Plasma", "TSH", "m[IU]/L", 2, 40, 400, 35, "T86", 310 },
{ "14920-3", "Thyroxine (T4) free [Moles/volume] in Serum or Plasma", "Vrij T4", "pmol/L", 1, 100, 240, 9, "T86", -40 },
{ "2276-4", "Ferritin [Mass/volume] in Serum or Plasma", "Ferritine", "ug/L", 0, 25, 250, 12, "B80", -110 },
{ "14685-6", "Cobalamin (Vitamin B12) [Moles/volume] in Serum or Plasma", "Vitamine B12", "pmol/L", 0, 150, 650, 25, "B81", -280 },
{ "14732-2", "Folate [Moles/volume] in Serum or Plasma", "Foliumzuur", "nmol/L", 0, 9, 36, 2, NULL, 0 },
{ "14635-7", "25-hydroxyvitamin D3 [Moles/volume] in Serum or Plasma", "Vitamine D (25-OH)", "nmol/L", 0, 50, 120, 7, "T91", -50 },
{ "14933-6", "Urate [Moles/volume] in Serum or Plasma", "Urinezuur", "mmol/L", 2, 15, 42, 2, "T92", 15 },
{ "33762-6", "Natriuretic peptide.B prohormone N-Terminal [Mass/volume] in Serum or Plasma", "NT-proBNP", "ng/L", 0, 10, 125, 11, "K77", 980 },
{ "6301-6", "INR in Platelet poor plasma by Coagulation assay", "INR", "{INR}", 1, 8, 12, 1, "K78", 14 },
{ "2857-1", "Prostate specific Ag [Mass/volume] in Serum or Plasma", "PSA", "ug/L", 1, 1, 40, 3, "Y77", 92 },
{ "2000-8", "Calcium [Moles/volume] in Serum or Plasma", "Calcium", "mmol/L", 2, 215, 255, 4, NULL, 0 },
{ "14879-1", "Phosphate [Moles/volume] in Serum or Plasma", "Fosfaat", "mmol/L", 2, 80, 145, 6, "U99.01", 40 },
{ "2601-3", "Magnesium [Moles/volume] in Serum or Plasma", "Magnesium", "mmol/L", 2, 70, 100, 3, NULL, 0 },
{ "8867-4", "Heart rate", "Hartfrequentie", "/min", 0, 50, 100, 5, "K78", 18 },
{ "9279-1", "Respiratory rate", "Ademfrequentie", "/min", 0, 12, 20, 1, "R95", 4 },
{ "8310-5", "Body temperature", "Lichaamstemperatuur", "Cel", 1, 360, 380, 3, NULL, 0 },
{ "59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry", "Zuurstofsaturatie", "%", 0, 94, 100, 1, "R95", -4 },
{ "56086-2", "Adult Waist Circumference Protocol", "Buikomvang", "cm", 0, 70, 102, 1, "T82", 19 },
{ "72514-3", "Pain severity - 0-10 verbal numeric rating [Score] - Reported", "Pijnscore (NRS)", "{score}", 0, 0, 4, 2, "L90", 3 },
{ "20150-9", "FEV1", "FEV1", "L", 2, 210, 480, 11, "R95", -120 },
};
const unsigned synth_quantity_count = COUNT(synth_quantity_rows);

const struct synth_panel synth_panel_rows[] = {
{ "58410-2", "CBC panel - Blood by Automated count", "Bloedbeeld", "B80", { "59260-0", "4544-3", "789-8", "787-2", "6690-2", "777-3" } },
{ "24331-1", "Lipid 1996 panel - Serum or Plasma", "Lipidenspectrum", "T93.01", { "14647-2", "14646-4", "22748-8", "14927-8" } },
{ "55399-0", "Diabetes tracking panel", "Diabetescontrole", "T90.02", { "14771-0", "59261-8", "14682-9", "62238-1", "32294-1", "14647-2", "22748-8" } },
{ "24362-6", "Renal function 2000 panel - Serum or Plasma", "Nierfunctie", "U99.01", { "14682-9", "62238-1", "22664-7", "2951-2", "2823-3", "2000-8", "14879-1" } },
{ "24325-3", "Hepatic function 2000 panel - Serum or Plasma", "Leverfunctie", NULL, { "1742-6", "1920-8", "2324-2", "6768-6", "14631-6", "1751-7" } },
{ "55204-3", "Thyroid function panel", "Schildklierfunctie", "T86", { "3016-3", "14920-3" } },
{ "50190-8", "Iron and vitamin panel", "IJzer en vitaminen", "B81", { "59260-0", "787-2", "2276-4", "14685-6", "14732-2", "14635-7" } },
{ "24326-1", "Electrolytes 1998 panel - Serum or Plasma", "Elektrolyten", "K86", { "2951-2", "2823-3", "14682-9", "62238-1" } },
{ "24364-2", "Infection panel", "Ontstekingsparameters", "R81", { "1988-5", "30341-2", "6690-2" } },
{ "24359-2", "Heart failure panel", "Hartfalencontrole", "K77", { "33762-6", "14682-9", "62238-1", "2951-2", "2823-3", "1751-7" } },
{ "24356-8", "Gout panel", "Jichtcontrole", "T92", { "14933-6", "14682-9", "62238-1" } },
{ "34528-0", "PT panel - Platelet poor plasma by Coagulation assay", "Stolling", "K78", { "6301-6", "59260-0", "777-3" } },
{ "2857-1", "Prostate specific Ag [Mass/volume] in Serum or Plasma", "PSA-controle", "Y77", { "2857-1" } },
};
const unsigned synth_panel_count = COUNT(synth_panel_rows);

const struct synth_measurement synth_measurement_rows[] = {
{ "8867-4", 480 }, { "9279-1", 90 }, { "8310-5", 200 }, { "59408-5", 170 }, { "56086-2", 60 },
{ "72514-3", 120 }, { "20150-9", 30 },
};
const unsigned synth_measurement_count = COUNT(synth_measurement_rows);

const struct synth_finding_kind synth_finding_kind_rows[] = {
{ "72166-2", "Tobacco smoking status", "Rookgedrag", { { "8517006", "Ex-roker" }, { "77176002", "Roker" }, { "266919005", "Heeft nooit gerookt" } } },
{ "11331-6", "History of Alcohol use", "Alcoholgebruik", { { "228276006", "Drinkt incidenteel alcohol" }, { "219006", "Drinkt alcohol" }, { "105542008", "Drinkt geen alcohol" } } },
{ "41950-7", "Physical activity", "Lichaamsbeweging", { { "160632009", "Beweegt matig" }, { "160633004", "Beweegt veel" }, { "160631002", "Beweegt weinig" } } },
};
const unsigned synth_finding_kind_count = COUNT(synth_finding_kind_rows);
/* clang-format on */

uint16_t synth_quantity_find(const char *loinc)
{
	for (unsigned i = 0; loinc && i < synth_quantity_count; i++)
		if (strcmp(synth_quantity_rows[i].loinc, loinc) == 0)
			return (uint16_t)i;
	return SYNTH_NONE;
}
