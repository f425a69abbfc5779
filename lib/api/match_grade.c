/* SPDX-License-Identifier: Apache-2.0 */
#include "api/match_grade.h"

#include "base/words.h"
#include "record/bsn.h"

#include <string.h>

#define WORDS_MAX ((size_t)1 << 16)
#define TEXT_MAX  1024 /* of one name; as search words it has room many times */
/* Scores, in hundredths. */
#define CERTAIN	 100
#define PROBABLE 70

void medark_match_person_clear(struct medark_match_person *person)
{
	medark_buffer_clear(&person->words);
}

/* ---- reading ---- */

static void add_identifier(struct medark_match_person *out, const struct medark_json_tree *tree,
			   const struct medark_json_node *node)
{
	struct medark_match_identifier *i = &out->identifiers[out->identifier_count];

	i->system = medark_json_text_at(tree, node, "system");
	i->value = medark_json_text_at(tree, node, "value");
	i->is_bsn = medark_bsn_is_system(i->system);
	if (!i->system.size || !i->value.size || (i->is_bsn && !medark_bsn_is_valid(i->value)))
		return;
	out->identifier_count++;
}

/* The search words of all that the path leads to. */
static int add_words(struct medark_match_person *out, const struct medark_json_tree *tree,
		     const struct medark_json_node *name, const char *path, size_t *out_size,
		     struct medark_error *err)
{
	size_t begin = out->words.size;
	const struct medark_json_node *node;
	struct medark_json_walk walk;

	medark_json_walk_init(&walk, tree, name, path);
	while ((node = medark_json_walk_next(&walk)) && out->words.size < WORDS_MAX / 2) {
		if (node->kind != MEDARK_JSON_STRING || node->text.size > TEXT_MAX)
			continue;
		if (out->words.size > begin)
			MEDARK_TRY(medark_buffer_add(&out->words, " ", 1, err));
		MEDARK_TRY(medark_words_join(node->text, &out->words, err));
	}
	*out_size = out->words.size - begin;
	return 0;
}

static int add_name(struct medark_match_person *out, const struct medark_json_tree *tree,
		    const struct medark_json_node *node, struct medark_error *err)
{
	struct medark_match_name *n = &out->names[out->name_count];

	n->family = out->words.size;
	MEDARK_TRY(add_words(out, tree, node, "family", &n->family_size, err));
	n->given = out->words.size;
	MEDARK_TRY(add_words(out, tree, node, "given", &n->given_size, err));
	out->name_count += n->family_size > 0;
	return 0;
}

int medark_match_person_read(struct medark_match_person *out, const struct medark_json_tree *tree,
			     const struct medark_json_node *patient, struct medark_error *err)
{
	const struct medark_json_node *node;
	struct medark_json_walk walk;

	out->words = (struct medark_buffer)MEDARK_BUFFER_SECRET(WORDS_MAX);
	out->birth = medark_json_text_at(tree, patient, "birthDate");
	out->gender = medark_json_text_at(tree, patient, "gender");
	if (medark_bytes_is(out->gender, "unknown"))
		out->gender.size = 0;
	medark_json_walk_init(&walk, tree, patient, "identifier");
	while (out->identifier_count < MEDARK_MATCH_IDENTIFIERS_MAX &&
	       (node = medark_json_walk_next(&walk)))
		add_identifier(out, tree, node);
	medark_json_walk_init(&walk, tree, patient, "name");
	while (out->name_count < MEDARK_MATCH_NAMES_MAX && (node = medark_json_walk_next(&walk)))
		MEDARK_TRY(add_name(out, tree, node, err));
	return 0;
}

struct medark_bytes medark_match_family(const struct medark_match_person *person, size_t name)
{
	const struct medark_match_name *n = &person->names[name];

	return medark_bytes(person->words.data + n->family, n->family_size);
}

static struct medark_bytes given(const struct medark_match_person *person, size_t name)
{
	const struct medark_match_name *n = &person->names[name];

	return medark_bytes(person->words.data + n->given, n->given_size);
}

/* ---- comparing ---- */

bool medark_match_same_birth(struct medark_bytes a, struct medark_bytes b)
{
	size_t size = a.size < b.size ? a.size : b.size;

	return size == 0 || memcmp(a.data, b.data, size) == 0;
}

static bool is_same(const struct medark_match_identifier *a,
		    const struct medark_match_identifier *b)
{
	/* A BSN has two systems: an address and an OID. */
	return medark_bytes_equal(a->value, b->value) &&
	       ((a->is_bsn && b->is_bsn) || medark_bytes_equal(a->system, b->system));
}

static bool has_same_identifier(const struct medark_match_person *a,
				const struct medark_match_person *b)
{
	for (size_t i = 0; i < a->identifier_count; i++)
		for (size_t k = 0; k < b->identifier_count; k++)
			if (is_same(&a->identifiers[i], &b->identifiers[k]))
				return true;
	return false;
}

static const struct medark_match_identifier *find_bsn(const struct medark_match_person *p)
{
	for (size_t i = 0; i < p->identifier_count; i++)
		if (p->identifiers[i].is_bsn)
			return &p->identifiers[i];
	return NULL;
}

/* Are words the last ones of others? "berg" of "van der berg". */
static bool is_end(struct medark_bytes words, struct medark_bytes of)
{
	size_t more = of.size - words.size;

	return words.size <= of.size && memcmp(of.data + more, words.data, words.size) == 0 &&
	       (more == 0 || of.data[more - 1] == ' ');
}

static struct medark_bytes first_word(struct medark_bytes words)
{
	const uint8_t *space = words.size ? memchr(words.data, ' ', words.size) : NULL;

	return space ? medark_bytes(words.data, (size_t)(space - words.data)) : words;
}

/* Is one the other's initial? */
static bool is_initial(struct medark_bytes a, struct medark_bytes b)
{
	return (a.size == 1 || b.size == 1) && a.data[0] == b.data[0];
}

/* Of one name of each. */
static unsigned score_name(const struct medark_match_person *asked, size_t i,
			   const struct medark_match_person *found, size_t k)
{
	struct medark_bytes family = medark_match_family(asked, i);
	struct medark_bytes other = medark_match_family(found, k);
	struct medark_bytes a = first_word(given(asked, i)), b = first_word(given(found, k));

	if (!is_end(family, other) && !is_end(other, family))
		return 0;
	if (!a.size || !b.size)
		return 40;
	if (medark_bytes_equal(a, b))
		return 70;
	return is_initial(a, b) ? 50 : 0;
}

static unsigned score_names(const struct medark_match_person *asked,
			    const struct medark_match_person *found)
{
	unsigned best = 0;

	for (size_t i = 0; i < asked->name_count; i++)
		for (size_t k = 0; k < found->name_count; k++) {
			unsigned score = score_name(asked, i, found, k);

			best = score > best ? score : best;
		}
	return best;
}

unsigned medark_match_score(const struct medark_match_person *asked,
			    const struct medark_match_person *found)
{
	const struct medark_match_identifier *bsn = find_bsn(asked), *other = find_bsn(found);
	bool is_known = asked->gender.size && found->gender.size;
	bool is_other_sex = is_known && !medark_bytes_equal(asked->gender, found->gender);
	bool is_other_birth = !medark_match_same_birth(asked->birth, found->birth);
	int score;

	if (has_same_identifier(asked, found)) {
		if (is_other_sex && is_other_birth)
			return 40;
		return is_other_sex || is_other_birth ? 80 : CERTAIN;
	}
	score = (int)score_names(asked, found);
	if (!score || !asked->birth.size || !found->birth.size || is_other_birth)
		return 0;
	if (asked->birth.size != found->birth.size)
		score -= 20;
	if (is_known)
		score += is_other_sex ? -30 : 10;
	if (bsn && other) /* two numbers: two persons, or one of them was typed wrong */
		score -= 30;
	return score > 0 ? (unsigned)score : 1;
}

const char *medark_match_grade(unsigned score)
{
	return score >= CERTAIN ? "certain" : score >= PROBABLE ? "probable" : "possible";
}
