#include "addon.h"
#include <malloc.h>

#ifdef __GLIBC__
/* Bytes. glibc raises both by itself, up to tens of megabytes, after the first large free; setting them ends that. */
#define TRIM_FROM (64 * 1024)
#define MAP_FROM (128 * 1024)
#endif

/* Free memory at the end of a heap is given back at once from now on, in all threads: malloc_trim() leaves it there. */
static napi_value spare_memory(napi_env env, napi_callback_info info) {
  (void)env;
  (void)info;
#ifdef __GLIBC__
  mallopt(M_TRIM_THRESHOLD, TRIM_FROM);
  mallopt(M_MMAP_THRESHOLD, MAP_FROM);
#endif
  return NULL;
}

static napi_value trim_memory(napi_env env, napi_callback_info info) {
  (void)env;
  (void)info;
#ifdef __GLIBC__
  malloc_trim(0);
#endif
  return NULL;
}

bool memory_exports(napi_env env, napi_value exports) {
  return add_function(env, exports, "spareMemory", spare_memory) &&
         add_function(env, exports, "trimMemory", trim_memory);
}
