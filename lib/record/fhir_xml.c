/* SPDX-License-Identifier: Apache-2.0 */
#include "record/fhir_xml.h"

#include "record/fhir_state.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <pthread.h>

struct walk {
	const struct medark_fhir_visitor *visitor;
	struct medark_fhir_xml_place *place; /* may be NULL */
	struct medark_bytes text;
	xmlParserCtxt *parser;
	unsigned passed_over; /* open elements that the visitor does not see */
	int rc;		      /* the first negative code */
	struct medark_error *err;
};

static bool is_fhir(const xmlChar *uri)
{
	return !uri || medark_bytes_is(medark_bytes_text((const char *)uri), MEDARK_FHIR_NAMESPACE);
}

/* Ends the walk when a visitor failed. */
static int checked(struct walk *w, int rc)
{
	if (rc < 0 && w->rc == 0) {
		w->rc = rc;
		xmlStopParser(w->parser);
	}
	return rc;
}

static size_t position(const struct walk *w)
{
	long at = xmlByteConsumed(w->parser);

	return at < 0 ? 0 : (size_t)at > w->text.size ? w->text.size : (size_t)at;
}

/* The parser stands behind the attributes; a start tag holds no other '<' than its first byte. */
static void place_begin(struct walk *w)
{
	size_t at = position(w);
	const uint8_t *open = at ? memrchr(w->text.data, '<', at) : NULL;

	w->place->begin = open ? (size_t)(open - w->text.data) : 0;
}

/* libxml2 gives five pointers for an attribute: name, prefix, URI, value, end of the value. */
static bool attribute_is(const xmlChar *const *a, const char *name)
{
	return !a[1] && strcmp((const char *)a[0], name) == 0;
}

static struct medark_fhir_text attribute_text(const xmlChar *const *a)
{
	return (struct medark_fhir_text) {
		.raw = medark_bytes(a[3], (size_t)(a[4] - a[3])),
		.form = MEDARK_FHIR_FLEETING,
	};
}

static int give_child(struct walk *w, const char *name, const struct medark_fhir_text *text)
{
	const struct medark_fhir_visitor *v = w->visitor;
	int rc = v->begin(v->context, medark_bytes_text(name), w->err);

	if (rc)
		return rc < 0 ? rc : 0;
	MEDARK_TRY(v->value(v->context, text, w->err));
	return v->end(v->context, w->err);
}

static int give_attributes(struct walk *w, int count, const xmlChar **attributes)
{
	const struct medark_fhir_visitor *v = w->visitor;

	for (int i = 0; i < count; i++, attributes += 5) {
		struct medark_fhir_text text = attribute_text(attributes);

		if (attribute_is(attributes, "value"))
			MEDARK_TRY(v->value(v->context, &text, w->err));
		else if (attribute_is(attributes, "url"))
			MEDARK_TRY(give_child(w, "url", &text));
	}
	return 0;
}

static void start_element(void *context, const xmlChar *name, const xmlChar *prefix,
			  const xmlChar *uri, int namespaces, const xmlChar **declared,
			  int attribute_count, int defaulted, const xmlChar **attributes)
{
	struct walk *w = context;
	const struct medark_fhir_visitor *v = w->visitor;
	int rc = 1;

	(void)prefix, (void)namespaces, (void)declared, (void)defaulted;
	if (w->rc < 0)
		return;
	if (w->passed_over == 0 && is_fhir(uri)) {
		if (w->place)
			place_begin(w);
		rc = checked(w,
			     v->begin(v->context, medark_bytes_text((const char *)name), w->err));
	}
	if (rc > 0)
		w->passed_over++;
	else if (rc == 0)
		checked(w, give_attributes(w, attribute_count, attributes));
}

static void end_element(void *context, const xmlChar *name, const xmlChar *prefix,
			const xmlChar *uri)
{
	struct walk *w = context;

	(void)name, (void)prefix, (void)uri;
	if (w->rc < 0)
		return;
	if (w->passed_over) {
		w->passed_over--;
		return;
	}
	if (w->place)
		w->place->end = position(w);
	checked(w, w->visitor->end(w->visitor->context, w->err));
}

#if LIBXML_VERSION >= 21200
static void be_silent(void *context, const xmlError *error)
#else
static void be_silent(void *context, xmlError *error)
#endif
{
	(void)context, (void)error;
}

static int run(struct walk *w, enum medark_fault *out_fault)
{
	const xmlSAXHandler handler = {
		.initialized = XML_SAX2_MAGIC,
		.startElementNs = start_element,
		.endElementNs = end_element,
		.serror = be_silent,
	};

	*w->parser->sax = handler;
	w->parser->userData = w;
	/*
	 * HUGE lifts the limit of 10 MB for an attribute; the guard has set the bounds. IGNORE_ENC,
	 * because the guard has seen that it is UTF-8: with a decoder at work xmlByteConsumed()
	 * would encode again at each call all that the parser has ahead of it.
	 */
	xmlCtxtUseOptions(w->parser, XML_PARSE_NONET | XML_PARSE_HUGE | XML_PARSE_NOERROR |
					     XML_PARSE_NOWARNING | XML_PARSE_IGNORE_ENC);
	xmlParseDocument(w->parser);
	if (w->rc < 0)
		return w->rc;
	if (w->parser->errNo == XML_ERR_NO_MEMORY)
		return medark_error_memory(w->err, "the XML of a record");
	if (!w->parser->wellFormed)
		*out_fault = MEDARK_FAULT_SYNTAX;
	return 0;
}

int medark_fhir_walk_xml_placed(struct medark_bytes text, const struct medark_fhir_visitor *v,
				struct medark_fhir_xml_place *place, enum medark_fault *out_fault,
				struct medark_error *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct walk w = { .visitor = v, .place = place, .text = text, .err = err };
	int rc;

	*out_fault = medark_fhir_xml_guard(text);
	if (*out_fault)
		return 0;
	if (text.size == 0) {
		*out_fault = MEDARK_FAULT_SYNTAX;
		return 0;
	}
	pthread_once(&once, xmlInitParser);
	w.parser = xmlCreateMemoryParserCtxt((const char *)text.data, (int)text.size);
	if (!w.parser)
		return medark_error_memory(err, "the XML of a record");
	rc = run(&w, out_fault);
	if (w.parser->myDoc)
		xmlFreeDoc(w.parser->myDoc);
	xmlFreeParserCtxt(w.parser);
	return rc;
}

int medark_fhir_walk_xml(struct medark_bytes text, const struct medark_fhir_visitor *v,
			 enum medark_fault *out_fault, struct medark_error *err)
{
	return medark_fhir_walk_xml_placed(text, v, NULL, out_fault, err);
}
