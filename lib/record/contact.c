/* SPDX-License-Identifier: Apache-2.0 */
#include "record/contact.h"

#include "record/category.h"
#include "scan/json_tree.h"

/* Of one of the three texts. */
#define TEXT_MAX 1024

void medark_contact_clear(struct medark_contact *c)
{
	medark_buffer_clear(&c->address);
	medark_buffer_clear(&c->phone);
	medark_buffer_clear(&c->email);
}

/* Where a text is cut so that no character is. */
static size_t whole_characters(struct medark_bytes text, size_t most)
{
	if (text.size <= most)
		return text.size;
	while (most && (text.data[most] & 0xC0) == 0x80)
		most--;
	return most;
}

/* Appends behind `separator`, unless it is the first. */
static int add(struct medark_buffer *out, const char *separator, struct medark_bytes text,
	       struct medark_error *err)
{
	size_t begin;

	if (!text.size || out->size >= TEXT_MAX)
		return 0;
	if (out->size)
		MEDARK_TRY(medark_buffer_text(out, separator, err));
	begin = out->size;
	MEDARK_TRY(medark_buffer_add(out, text.data, whole_characters(text, TEXT_MAX), err));
	for (size_t i = begin; i < out->size; i++)
		if (out->data[i] < 0x20 || out->data[i] == 0x7f)
			out->data[i] = ' ';
	return 0;
}

static int add_address(const struct medark_json_tree *tree, const struct medark_json_node *address,
		       struct medark_buffer *out, struct medark_error *err)
{
	struct medark_bytes whole = medark_json_text_at(tree, address, "text");
	const struct medark_json_node *line;
	struct medark_json_walk walk;

	if (whole.size)
		return add(out, "", whole, err);
	medark_json_walk_init(&walk, tree, address, "line");
	while ((line = medark_json_walk_next(&walk)))
		if (line->kind == MEDARK_JSON_STRING)
			MEDARK_TRY(add(out, ", ", line->text, err));
	MEDARK_TRY(add(out, ", ", medark_json_text_at(tree, address, "postalCode"), err));
	MEDARK_TRY(add(out, " ", medark_json_text_at(tree, address, "city"), err));
	return add(out, ", ", medark_json_text_at(tree, address, "country"), err);
}

static bool is_old(const struct medark_json_tree *tree, const struct medark_json_node *node)
{
	return medark_bytes_is(medark_json_text_at(tree, node, "use"), "old");
}

/* What a member holds: its value, or those in its array. */
static const struct medark_json_node *first_value(const struct medark_json_tree *tree)
{
	const struct medark_json_node *root = medark_json_tree_root(tree);

	return root && root->kind == MEDARK_JSON_ARRAY_BEGIN ? medark_json_first(tree, root) : root;
}

/* Makes the tree of a member's value; it stays empty where there is none. */
static int parse(const struct medark_fhir *fhir, enum medark_category_key key,
		 struct medark_json_tree *tree, struct medark_error *err)
{
	struct medark_bytes value = medark_fhir_member(fhir, key);

	return value.size ? medark_json_tree_parse(tree, value, err) : 0;
}

static int read_addresses(const struct medark_fhir *fhir, struct medark_buffer *out,
			  struct medark_error *err)
{
	MEDARK_AUTO(medark_json_tree_clear) struct medark_json_tree tree = { 0 };
	const struct medark_json_node *node;

	MEDARK_TRY(parse(fhir, MEDARK_CATEGORY_KEY_ADDRESS, &tree, err));
	for (node = first_value(&tree); node && !out->size; node = medark_json_next_of(&tree, node))
		if (!is_old(&tree, node))
			MEDARK_TRY(add_address(&tree, node, out, err));
	return 0;
}

static int read_telecom(const struct medark_fhir *fhir, struct medark_contact *out,
			struct medark_error *err)
{
	MEDARK_AUTO(medark_json_tree_clear) struct medark_json_tree tree = { 0 };
	const struct medark_json_node *node;

	MEDARK_TRY(parse(fhir, MEDARK_CATEGORY_KEY_TELECOM, &tree, err));
	for (node = first_value(&tree); node; node = medark_json_next_of(&tree, node)) {
		struct medark_bytes system = medark_json_text_at(&tree, node, "system");
		struct medark_bytes value = medark_json_text_at(&tree, node, "value");

		if (is_old(&tree, node))
			continue;
		if (medark_bytes_is(system, "email"))
			MEDARK_TRY(add(&out->email, "; ", value, err));
		else if (medark_bytes_is(system, "phone") || medark_bytes_is(system, "sms"))
			MEDARK_TRY(add(&out->phone, "; ", value, err));
	}
	return 0;
}

int medark_contact_read(const struct medark_fhir *fhir, struct medark_contact *out,
			struct medark_error *err)
{
	out->address.size = 0;
	out->phone.size = 0;
	out->email.size = 0;
	MEDARK_TRY(read_addresses(fhir, &out->address, err));
	return read_telecom(fhir, out, err);
}
