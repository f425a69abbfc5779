/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signals: SIGINT, SIGTERM, SIGHUP and SIGQUIT ask the work to stop cleanly; a second one ends it
 * at once. SIGUSR1 asks for a status line. SIGPIPE is ignored, so that a reader that goes away
 * cannot end an export half-way; the write fails instead. Everything may be called by any thread.
 */
#ifndef MEDARK_CMD_SIGNALS_H
#define MEDARK_CMD_SIGNALS_H

#include <stdbool.h>

void cli_signals_install(void);

/* Was the program asked to stop? */
bool cli_signals_stopped(void);

/* Was a status line asked for since the last call? */
bool cli_signals_take_status(void);

#endif
