#include "addon.h"

bool add_function(napi_env env, napi_value exports, const char *name, napi_callback function) {
  napi_value value;
  if (napi_create_function(env, name, NAPI_AUTO_LENGTH, function, NULL, &value) == napi_ok &&
      napi_set_named_property(env, exports, name, value) == napi_ok)
    return true;
  throw_last(env);
  return false;
}

NAPI_MODULE_INIT() {
  if (files_exports(env, exports) && scan_exports(env, exports) && udev_exports(env, exports) &&
      monitor_exports(env, exports) && memory_exports(env, exports))
    return exports;
  return NULL;
}
