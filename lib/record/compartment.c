/* SPDX-License-Identifier: Apache-2.0 */
#include "record/compartment.h"

const struct medark_compartment *medark_compartment_find(struct medark_bytes type)
{
	size_t low = 0, high = medark_compartment_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct medark_compartment *row = &medark_compartments[middle];
		int order = medark_bytes_compare(type, medark_bytes_text(row->type));

		if (order == 0)
			return row;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}
