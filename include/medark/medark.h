/* SPDX-License-Identifier: Apache-2.0 */
/*
 * medark: open, signed, encrypted archives of patient records. This header brings the whole public
 * interface. The library never prints, never exits, installs no signal handler, and keeps no global
 * state but OpenSSL's: the algorithms that it has fetched, and a digest for each thread.
 */
#ifndef MEDARK_MEDARK_H
#define MEDARK_MEDARK_H

#include <medark/archive.h>
#include <medark/chain.h>
#include <medark/checkpoint.h>
#include <medark/common.h>
#include <medark/compare.h>
#include <medark/crypto.h>
#include <medark/csv.h>
#include <medark/desk.h>
#include <medark/drill.h>
#include <medark/error.h>
#include <medark/evidence.h>
#include <medark/export.h>
#include <medark/key.h>
#include <medark/output.h>
#include <medark/proof.h>
#include <medark/recipients.h>
#include <medark/scope.h>
#include <medark/server.h>
#include <medark/share.h>
#include <medark/verify.h>

#endif
