/*
 * Preloaded into SyncEvolution: its Bluetooth sockets (AF_BLUETOOTH, RFCOMM) become TCP connections to the port of
 * 127.0.0.1 that RFCOMM_PORT names. It asks no more of such a socket than to be bound and connected; the rest is OBEX.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

/* The C library of some machines has no name for it. */
#define BLUETOOTH 31

static void *next(const char *name) { return dlsym(RTLD_NEXT, name); }

int socket(int domain, int type, int protocol) {
  int (*real)(int, int, int) = next("socket");
  if (domain != BLUETOOTH) return real(domain, type, protocol);
  return real(AF_INET, SOCK_STREAM, 0);
}

/* To one of our own adapters, of which there is none. */
int bind(int descriptor, const struct sockaddr *address, socklen_t length) {
  int (*real)(int, const struct sockaddr *, socklen_t) = next("bind");
  if (address == NULL || address->sa_family != BLUETOOTH) return real(descriptor, address, length);
  return 0;
}

int connect(int descriptor, const struct sockaddr *address, socklen_t length) {
  int (*real)(int, const struct sockaddr *, socklen_t) = next("connect");
  if (address == NULL || address->sa_family != BLUETOOTH) return real(descriptor, address, length);
  const char *port = getenv("RFCOMM_PORT");
  if (port == NULL) {
    errno = EHOSTDOWN;
    return -1;
  }
  struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons(atoi(port))};
  there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return real(descriptor, (const struct sockaddr *)&there, sizeof there);
}
