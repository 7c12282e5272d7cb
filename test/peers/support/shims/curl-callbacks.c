/*
 * Debian 12's syncevolution 2.0.0-3 hands lambda objects, not function pointers, to curl_easy_setopt(): libcurl takes
 * them for FILEs, and the client dies on its first POST. Laid under it by LD_PRELOAD, this gives libcurl functions that
 * call the two members which the lambdas were to call. x86-64 and arm64: each option is one word.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdarg.h>
#include <stddef.h>

enum { WRITE_FUNCTION = 20011, READ_FUNCTION = 20012 };

/* A member function takes its object first. */
typedef size_t (*Transfer)(void *agent, void *buffer, size_t length);

static size_t transfer(const char *member, void *agent, void *buffer, size_t length) {
  Transfer function = (Transfer)dlsym(RTLD_DEFAULT, member);
  return function == NULL ? 0 : function(agent, buffer, length);
}

static size_t read_data(void *buffer, size_t size, size_t count, void *agent) {
  return transfer("_ZN7SyncEvo18CurlTransportAgent8readDataEPvm", agent, buffer, size * count);
}

static size_t write_data(void *buffer, size_t size, size_t count, void *agent) {
  return transfer("_ZN7SyncEvo18CurlTransportAgent9writeDataEPvm", agent, buffer, size * count);
}

int curl_easy_setopt(void *handle, int option, ...) {
  int (*real)(void *, int, ...) = (int (*)(void *, int, ...))dlsym(RTLD_NEXT, "curl_easy_setopt");
  va_list words;
  va_start(words, option);
  void *word = va_arg(words, void *);
  va_end(words);
  if (option == READ_FUNCTION) word = (void *)read_data;
  if (option == WRITE_FUNCTION) word = (void *)write_data;
  return real(handle, option, word);
}
