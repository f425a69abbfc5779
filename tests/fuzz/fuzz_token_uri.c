/* SPDX-License-Identifier: Apache-2.0 */
/* What is taken as the name of a key in a token reads the same again, and its files are absolute.
 */
#include "crypto/token_uri.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct medark_token_uri uri, again;
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (medark_token_uri_parse(text, &uri, NULL) == 0) {
		if ((uri.module[0] && uri.module[0] != '/') ||
		    (uri.pin_file[0] && uri.pin_file[0] != '/') || strchr(uri.key, '?'))
			abort();
		if (strlen(uri.key) < MEDARK_TOKEN_URI_MAX &&
		    (medark_token_uri_parse(uri.key, &again, NULL) ||
		     strcmp(uri.key, again.key) != 0))
			abort();
	}
	free(text);
	return 0;
}
