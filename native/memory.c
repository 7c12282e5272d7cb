#include "addon.h"
#include <malloc.h>

static napi_value trim_memory(napi_env env, napi_callback_info info) {
  (void)env;
  (void)info;
#ifdef __GLIBC__
  malloc_trim(0);
#endif
  return NULL;
}

bool memory_exports(napi_env env, napi_value exports) {
  return add_function(env, exports, "trimMemory", trim_memory);
}
