/* SPDX-License-Identifier: Apache-2.0 */
/* day: a day as it is typed. */
#ifndef MEDARK_CMD_DAY_H
#define MEDARK_CMD_DAY_H

#include <stdbool.h>

/* Room for YYYY-MM-DD. */
#define CLI_DAY_MAX 11

/* YYYY-MM-DD, or DD-MM-YYYY as a query of patients may have it; false if it is no such day. */
bool cli_day_read(const char *text, char out[CLI_DAY_MAX]);

/* The day that it is, in UTC. */
void cli_day_today(char out[CLI_DAY_MAX]);

#endif
