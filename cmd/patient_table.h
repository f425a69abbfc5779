/* SPDX-License-Identifier: Apache-2.0 */
/*
 * patient_table: rows of patients in columns. The first rows are kept until the widths are known;
 * later ones are printed as they come, so that memory does not grow with the archive. On a terminal
 * names are cut and columns left out until a row fits on a line; elsewhere nothing is lost. And a
 * patient as keys of an object.
 */
#ifndef MEDARK_CMD_PATIENT_TABLE_H
#define MEDARK_CMD_PATIENT_TABLE_H

#include "json.h"

#include <medark/archive.h>

#include <stdbool.h>
#include <stdio.h>

struct cli_patient_table;

/* `with_bsn`: with a column for it. NULL if there is no memory. */
struct cli_patient_table *cli_patient_table_new(FILE *out, bool with_bsn);
/* For __attribute__((cleanup)). */
void cli_patient_table_free(struct cli_patient_table **table);

void cli_patient_table_add(struct cli_patient_table *table, const struct medark_patient_row *row);

/* Prints what was kept. */
void cli_patient_table_finish(struct cli_patient_table *table);

/* Who it is: keys that all objects about a patient begin with. */
void cli_patient_json(struct cli_json *json, const struct medark_patient_row *row);

#endif
