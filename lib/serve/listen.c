/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/listen.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define DEFAULT_PORT 8443
/* Connections that nobody has accepted yet; the system has a limit of its own. */
#define BACKLOG 512

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* Cuts the port off "host:port" and "[host]:port"; an IPv6 address alone has several colons. */
static bool cut(const char *text, char host[INET6_ADDRSTRLEN], uint16_t *out_port)
{
	const char *begin = text[0] == '[' ? text + 1 : text;
	const char *end = text[0] == '[' ? strchr(text, ']') : strrchr(text, ':');
	uint64_t port = DEFAULT_PORT;

	if (text[0] == '[' && !end)
		return false;
	if (!end || (text[0] != '[' && strchr(text, ':') != end))
		end = text + strlen(text);
	if ((size_t)(end - begin) >= INET6_ADDRSTRLEN)
		return false;
	memcpy(host, begin, (size_t)(end - begin));
	host[end - begin] = '\0';
	end += *end == ']';
	*out_port = DEFAULT_PORT;
	if (*end == '\0')
		return true;
	if (*end != ':' || !medark_text_decimal(medark_bytes_text(end + 1), 65535, &port))
		return false;
	*out_port = (uint16_t)port;
	return true;
}

static bool parse(const char *text, union address *out)
{
	char host[INET6_ADDRSTRLEN];
	uint16_t port;

	memset(out, 0, sizeof(*out));
	if (!cut(text, host, &port))
		return false;
	if (inet_pton(AF_INET, host, &out->v4.sin_addr) == 1) {
		out->v4.sin_family = AF_INET;
		out->v4.sin_port = htons(port);
		return true;
	}
	if (inet_pton(AF_INET6, host, &out->v6.sin6_addr) != 1)
		return false;
	out->v6.sin6_family = AF_INET6;
	out->v6.sin6_port = htons(port);
	return true;
}

static void describe(const union address *address, struct medark_listen *out)
{
	char host[INET6_ADDRSTRLEN];

	if (address->any.sa_family == AF_INET) {
		(void)inet_ntop(AF_INET, &address->v4.sin_addr, host, sizeof(host));
		(void)snprintf(out->host, sizeof(out->host), "%s", host);
		out->port = ntohs(address->v4.sin_port);
		out->is_local = ntohl(address->v4.sin_addr.s_addr) >> 24 == 127;
		out->is_any = address->v4.sin_addr.s_addr == htonl(INADDR_ANY);
	} else {
		(void)inet_ntop(AF_INET6, &address->v6.sin6_addr, host, sizeof(host));
		(void)snprintf(out->host, sizeof(out->host), "[%s]", host);
		out->port = ntohs(address->v6.sin6_port);
		out->is_local = IN6_IS_ADDR_LOOPBACK(&address->v6.sin6_addr);
		out->is_any = IN6_IS_ADDR_UNSPECIFIED(&address->v6.sin6_addr);
	}
	(void)snprintf(out->text, sizeof(out->text), "%.*s:%u", INET6_ADDRSTRLEN + 1, out->host,
		       out->port);
}

/* What people meet most is said so that they know what to do. */
static int refused(const char *text, struct medark_error *err)
{
	if (errno == EADDRINUSE)
		return medark_error_set(
			err, MEDARK_E_SYSTEM,
			"cannot listen to '%s': another program has this port; stop "
			"it, or take another port",
			text);
	if (errno == EADDRNOTAVAIL)
		return medark_error_set(err, MEDARK_E_SYSTEM,
					"cannot listen to '%s': this machine has no such address",
					text);
	return medark_error_errno(err, errno, "cannot listen to '%s'", text);
}

int medark_listen_open(const char *text, bool allow_others, struct medark_listen *out,
		       struct medark_error *err)
{
	__attribute__((cleanup(medark_fd_close_auto))) int fd = -1;
	union address address;
	socklen_t size = sizeof(address);
	int one = 1;

	if (!parse(text, &address))
		return medark_error_set(err, MEDARK_E_USAGE,
					"'%s' is no address in numbers with a port", text);
	describe(&address, out);
	if (!out->is_local && !allow_others)
		return medark_error_set(err, MEDARK_E_USAGE,
					"others can reach '%s': that must be allowed explicitly",
					text);
	fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) < 0)
		return refused(text, err);
	/* Else [::] takes 0.0.0.0 too, which was not asked for. */
	if (address.any.sa_family == AF_INET6 &&
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one)) < 0)
		return refused(text, err);
	if (bind(fd, &address.any,
		 address.any.sa_family == AF_INET ? sizeof(address.v4) : sizeof(address.v6)) < 0 ||
	    listen(fd, BACKLOG) < 0 || getsockname(fd, &address.any, &size) < 0)
		return refused(text, err);
	describe(&address, out);
	out->fd = medark_fd_take(&fd);
	return 0;
}

void medark_listen_peer(const struct sockaddr *from, struct in6_addr *out)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (from->sa_family == AF_INET) {
		memcpy(&v4, from, sizeof(v4));
		memset(out, 0, sizeof(*out));
		out->s6_addr[10] = out->s6_addr[11] = 0xff;
		memcpy(out->s6_addr + 12, &v4.sin_addr, 4);
	} else {
		memcpy(&v6, from, sizeof(v6));
		*out = v6.sin6_addr;
	}
}

void medark_listen_peer_text(const struct in6_addr *peer, char out[INET6_ADDRSTRLEN])
{
	if (IN6_IS_ADDR_V4MAPPED(peer))
		(void)inet_ntop(AF_INET, peer->s6_addr + 12, out, INET6_ADDRSTRLEN);
	else
		(void)inet_ntop(AF_INET6, peer, out, INET6_ADDRSTRLEN);
}
