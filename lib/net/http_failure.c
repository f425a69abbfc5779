/* SPDX-License-Identifier: Apache-2.0 */
#include "net/http_failure.h"

bool medark_http_is_transient(CURL *easy, CURLcode code)
{
	long reason = 0;

	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_CONNECT:
	case CURLE_PARTIAL_FILE:
	case CURLE_OPERATION_TIMEDOUT:
	case CURLE_GOT_NOTHING:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM:
	case CURLE_AGAIN:
		return true;
	case CURLE_SSL_CONNECT_ERROR:
		/* The connection broke off; if not, the two sides did not agree, and never will. */
		(void)medark_curl.easy_getinfo(easy, CURLINFO_OS_ERRNO, &reason);
		return reason != 0;
	default:
		return false;
	}
}

const char *medark_http_describe(CURLcode code)
{
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		return "its name is not known to the name server";
	case CURLE_COULDNT_RESOLVE_PROXY:
		return "the name of the proxy is not known to the name server";
	case CURLE_COULDNT_CONNECT:
		return "nobody answers there";
	case CURLE_PARTIAL_FILE:
		return "the answer ended before its announced end";
	case CURLE_OPERATION_TIMEDOUT:
		return "it does not answer in time";
	case CURLE_GOT_NOTHING:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
		return "the connection broke off";
	case CURLE_PEER_FAILED_VERIFICATION:
		return "its certificate is not trusted: it has expired, is for another name, or no "
		       "authority that is trusted here vouches for it";
	case CURLE_SSL_CONNECT_ERROR:
		return "it does not agree on TLS 1.2 or newer, or refuses our certificate";
	case CURLE_SSL_CACERT_BADFILE:
		return "the file with the authorities to trust cannot be read";
	case CURLE_SSL_CERTPROBLEM:
		return "the client's certificate or key cannot be read, or they do not fit";
	default:
		return medark_curl.easy_strerror(code);
	}
}
