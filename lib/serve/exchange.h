/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exchange: one connection's requests in the front, one after the other, from the first line to the
 * answer: what libmicrohttpd calls. Everything happens in the thread of the connection's strand.
 *
 *	notify		the connection came; and when it goes
 *	begin		a request's line is there
 *	access		its head is there; then each part of its body; then all of it: it is
 *answered completed	the answer is sent, or the connection ended before
 */
#ifndef MEDARK_SERVE_EXCHANGE_H
#define MEDARK_SERVE_EXCHANGE_H

#include "serve/mhd.h"

#include <stddef.h>
#include <stdint.h>

/* Bytes of a request's target; MEDARK_SERVE_HEAD_MAX is for all of the head. */
#define MEDARK_EXCHANGE_TARGET_MAX ((size_t)8 << 10)
/*
 * Bytes of a body that is too large which are taken before the client is told: many clients read
 * nothing before they have sent all.
 */
#define MEDARK_EXCHANGE_DRAIN_MAX ((uint64_t)1 << 20)

/* `context` is the strand; the rest is as libmicrohttpd has it. */
void medark_exchange_notify(void *context, struct MHD_Connection *connection, void **visit,
			    enum MHD_ConnectionNotificationCode what);
void *medark_exchange_begin(void *context, const char *target, struct MHD_Connection *connection);
enum MHD_Result medark_exchange_access(void *context, struct MHD_Connection *connection,
				       const char *path, const char *method, const char *version,
				       const char *data, size_t *data_size, void **request);
void medark_exchange_completed(void *context, struct MHD_Connection *connection, void **request,
			       enum MHD_RequestTerminationCode how);

#endif
