/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mhd: GNU libmicrohttpd, which is loaded when a front starts: with GnuTLS it brings a dozen
 * libraries along, which neither another verb's start nor the vault has to bear. So its functions
 * are called through a table. Its parser of forms and its Basic and Digest authentication are never
 * used. For lib/serve only.
 */
#ifndef MEDARK_SERVE_MHD_H
#define MEDARK_SERVE_MHD_H

#include "base/error.h"

#include <sys/socket.h>
#include <sys/types.h>

#include <microhttpd.h>

#define MEDARK_MHD_FUNCTIONS(x)                                                                    \
	x(start_daemon) x(stop_daemon) x(add_connection) x(is_feature_supported)                   \
		x(get_connection_info) x(get_connection_values_n) x(queue_response)                \
			x(create_response_from_buffer_with_free_callback_cls)                      \
				x(create_response_from_callback) x(add_response_header)            \
					x(destroy_response)

struct medark_mhd {
#define MEDARK_MHD_MEMBER(name) __typeof__(MHD_##name) *name;
	MEDARK_MHD_FUNCTIONS(MEDARK_MHD_MEMBER)
#undef MEDARK_MHD_MEMBER
};

/* Filled by medark_mhd_load(). */
extern struct medark_mhd medark_mhd;

/*
 * Call it once, while there is one thread. MEDARK_E_SYSTEM: it is not installed, too old, or knows
 * no TLS.
 */
int medark_mhd_load(struct medark_error *err) MEDARK_MUST_USE;

#endif
