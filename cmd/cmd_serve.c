/* SPDX-License-Identifier: Apache-2.0 */
/* medark serve: charts and a FHIR API out of archives, while the system they came from is down. */
#include "access.h"
#include "report.h"
#include "state.h"
#include "text.h"

#include <medark/service.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LOCAL_ZONE "/etc/localtime"

struct serving {
	const struct cli_options *options;
	struct cli_access access;
	struct medark_service *service;
	char state[PATH_MAX], audit[PATH_MAX];
};

static void serving_clear(struct serving *s)
{
	medark_service_free(s->service);
	cli_access_clear(&s->access);
}

/* From threads of the service: one sentence, one line. */
static void tell(void *context, const char *sentence)
{
	const struct serving *s = context;

	cli_report_warning(s->options, sentence);
}

static int begin(struct serving *s)
{
	const struct cli_options *o = s->options;
	const struct medark_service_setup setup = {
		.addresses = o->listen.items,
		.address_count = o->listen.count,
		.allow_others = o->allow_others,
		.hosts = o->hosts.items,
		.host_count = o->hosts.count,
		.certificate = o->tls_cert,
		.certificate_key = o->tls_key,
		.user = o->user,
		.threads = (unsigned)o->threads,
	};
	struct medark_error err = { 0 };
	int code = medark_service_begin(&setup, &s->service, &err);
	struct cli_failure failure = { .action = "serve", .code = code, .err = &err };

	if (code >= 0)
		return 0;
	if (code == MEDARK_E_USAGE && !o->allow_others && o->listen.count)
		failure.hint = "an address is written as in 127.0.0.1:8443; --allow-others lets "
			       "other machines reach it: give --tls-cert and --tls-key of a "
			       "certificate that they trust";
	return cli_report_failure(o, &failure);
}

static int open_archives(struct serving *s)
{
	const struct cli_options *o = s->options;
	const char *zone = o->zone ? o->zone : access(LOCAL_ZONE, R_OK) == 0 ? LOCAL_ZONE : NULL;
	const struct medark_service_archives archives = {
		.paths = o->operands.items,
		.count = o->operands.count,
		.trust = s->access.trust,
		.identity = s->access.identity,
		.state = s->state,
		.audit = s->audit,
		.auditors = o->auditors.items,
		.auditor_count = o->auditors.count,
		.zone = zone,
		.tell = tell,
		.context = s,
	};
	struct medark_error err = { 0 };
	int code = medark_service_open(s->service, &archives, &err);
	struct cli_failure failure = { .action = "serve", .code = code, .err = &err };

	if (code >= 0)
		return 0;
	if (code == MEDARK_E_NOT_FOUND)
		failure.hint = "medark account add NAME --role clinician makes the first account, "
			       "for the same user or --state DIR; of a chain give all archives "
			       "from the one that holds everything";
	else if (code == MEDARK_E_USAGE)
		failure.hint = "give --auditor CERT: the certificate of who may read the log";
	return cli_report_failure(o, &failure);
}

static void print_fingerprint(const struct serving *s)
{
	char digits[65];

	medark_service_fingerprint(s->service, digits);
	(void)fputs(medark_service_is_self_signed(s->service)
			    ? "certificate, made for this run (browsers ask whether to go on):\n  "
			    : "certificate:\n  ",
		    stdout);
	for (size_t i = 0; i < 64; i += 2)
		(void)printf("%s%.2s", i ? ":" : "", digits + i);
	(void)fputc('\n', stdout);
}

static void print_ready(const struct serving *s)
{
	const struct cli_options *o = s->options;
	struct cli_json json;
	char digits[65];

	if (o->json) {
		cli_report_json(o, &json, "listening");
		cli_json_open(&json, "addresses", '[');
		for (size_t i = 0; medark_service_address(s->service, i); i++)
			cli_json_text(&json, NULL, medark_service_address(s->service, i));
		cli_json_close(&json, ']');
		medark_service_fingerprint(s->service, digits);
		cli_json_text(&json, "certificate_sha256", digits);
		cli_json_bool(&json, "self_signed", medark_service_is_self_signed(s->service));
		cli_json_text(&json, "state", s->state);
		cli_json_text(&json, "audit_log", s->audit);
		cli_json_end(&json);
	} else if (!o->quiet) {
		for (size_t i = 0; medark_service_address(s->service, i); i++)
			(void)printf("https://%s\n", medark_service_address(s->service, i));
		print_fingerprint(s);
		(void)fputs("accounts in ", stdout);
		cli_text_print(stdout, s->state);
		(void)fputs(", audit log in ", stdout);
		cli_text_print(stdout, s->audit);
		(void)fputs("\nstop with Ctrl-C\n", stdout);
	}
	(void)fflush(stdout);
}

static int run(struct serving *s)
{
	struct medark_error err = { 0 };
	struct cli_failure failure = { .action = "serve", .err = &err };
	int code;

	print_ready(s);
	code = medark_service_run(s->service, &err);
	failure.code = code;
	return code < 0 ? cli_report_failure(s->options, &failure) : CLI_DONE;
}

static int name_folders(struct serving *s)
{
	const struct cli_options *o = s->options;
	int code = cli_state_folder(o, false, s->state), size;

	if (code)
		return code;
	if (o->audit_log)
		size = snprintf(s->audit, sizeof(s->audit), "%s", o->audit_log);
	else
		size = snprintf(s->audit, sizeof(s->audit), "%s/audit", s->state);
	if (size < 0 || (size_t)size >= sizeof(s->audit))
		return cli_report_usage(o, "cannot use the audit log: its name is too long");
	return 0;
}

static int check(struct serving *s)
{
	const struct cli_options *o = s->options;
	struct cli_missing missing = { 0 };
	int code = 0;

	cli_access_missing(o, true, &missing);
	cli_missing_add(&missing, !o->tls_cert != !o->tls_key,
			o->tls_cert ? "--tls-key KEY" : "--tls-cert CERT");
	if (missing.count)
		return cli_report_missing(o, &missing);
	for (size_t i = 0; !code && i < o->operands.count; i++)
		code = cli_access_check_archive(o, o->operands.items[i]);
	return code ? code : name_folders(s);
}

int cmd_serve(const struct cli_options *options)
{
	__attribute__((cleanup(serving_clear))) struct serving s = { .options = options };
	int code = check(&s);

	if (!code)
		code = begin(&s); /* before a key is in memory: the front is a copy of this */
	if (!code)
		code = cli_access_trust(options, &s.access);
	if (!code)
		code = cli_access_identity(options, &s.access);
	if (!code)
		code = open_archives(&s);
	return code ? code : run(&s);
}
