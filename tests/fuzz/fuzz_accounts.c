/* SPDX-License-Identifier: Apache-2.0 */
/* What is taken as a file of accounts can be written and then reads the same. */
#include "desk/account_file.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	MEDARK_AUTO(medark_account_list_clear) struct medark_account_list list = { 0 };
	MEDARK_AUTO(medark_account_list_clear) struct medark_account_list again = { 0 };
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer out = MEDARK_BUFFER(4 << 20);
	MEDARK_AUTO(medark_buffer_clear) struct medark_buffer twice = MEDARK_BUFFER(4 << 20);

	if (medark_account_file_parse(medark_bytes(data, size), &list, NULL) < 0)
		return 0;
	if (medark_account_file_write(&list, &out, NULL) < 0 ||
	    medark_account_file_parse(medark_bytes(out.data, out.size), &again, NULL) < 0 ||
	    medark_account_file_write(&again, &twice, NULL) < 0)
		abort();
	if (out.size != twice.size || memcmp(out.data, twice.data, out.size) != 0)
		abort();
	return 0;
}
