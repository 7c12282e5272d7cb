#include "addon.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* No list or text that we are handed is anywhere near this; it keeps sizes far from overflow. */
#define LONGEST (1u << 20)

void throw_last(napi_env env) {
  const napi_extended_error_info *info = NULL;
  bool pending = false;
  /* Read first: any other call overwrites it. */
  napi_get_last_error_info(env, &info);
  const char *message = info && info->error_message ? info->error_message : "a Node-API call failed";
  napi_is_exception_pending(env, &pending);
  if (!pending) napi_throw_error(env, NULL, message);
}

bool read_arguments(napi_env env, napi_callback_info info, size_t count, napi_value *values) {
  size_t given = count;
  if (napi_get_cb_info(env, info, &given, values, NULL, NULL) != napi_ok) {
    throw_last(env);
    return false;
  }
  /* Node-API fills the missing ones with undefined; the readers then refuse them by type. */
  return true;
}

bool read_text(napi_env env, napi_value value, char **text) {
  size_t length = 0;
  *text = NULL;
  if (napi_get_value_string_utf8(env, value, NULL, 0, &length) != napi_ok) {
    napi_throw_type_error(env, NULL, "a string is expected");
    return false;
  }
  if (length > LONGEST) {
    throw_system(env, ENAMETOOLONG, "argument", NULL);
    return false;
  }
  char *copy = malloc(length + 1);
  if (!copy) {
    throw_system(env, ENOMEM, "malloc", NULL);
    return false;
  }
  if (napi_get_value_string_utf8(env, value, copy, length + 1, &length) != napi_ok || strlen(copy) != length) {
    free(copy);
    napi_throw_type_error(env, NULL, "a string without NUL is expected");
    return false;
  }
  *text = copy;
  return true;
}

bool read_texts(napi_env env, napi_value value, char ***texts) {
  uint32_t length = 0;
  *texts = NULL;
  if (napi_get_array_length(env, value, &length) != napi_ok || length > LONGEST) {
    napi_throw_type_error(env, NULL, "an array of strings is expected");
    return false;
  }
  char **list = calloc((size_t)length + 1, sizeof *list);
  if (!list) {
    throw_system(env, ENOMEM, "calloc", NULL);
    return false;
  }
  for (uint32_t i = 0; i < length; i++) {
    napi_value element;
    if (napi_get_element(env, value, i, &element) != napi_ok) {
      throw_last(env);
      free_texts(list);
      return false;
    }
    if (!read_text(env, element, &list[i])) {
      free_texts(list);
      return false;
    }
  }
  *texts = list;
  return true;
}

void free_texts(char **texts) {
  if (!texts) return;
  for (char **text = texts; *text; text++) free(*text);
  free(texts);
}

bool read_int(napi_env env, napi_value value, int *number) {
  double given;
  /* Written so that NaN is refused too. */
  if (napi_get_value_double(env, value, &given) != napi_ok || !(given >= INT_MIN && given <= INT_MAX) ||
      given != (double)(int)given) {
    napi_throw_type_error(env, NULL, "a whole number is expected");
    return false;
  }
  *number = (int)given;
  return true;
}

bool read_bool(napi_env env, napi_value value, bool *flag) {
  if (napi_get_value_bool(env, value, flag) == napi_ok) return true;
  napi_throw_type_error(env, NULL, "a boolean is expected");
  return false;
}

bool is_undefined(napi_env env, napi_value value) {
  napi_valuetype type;
  return napi_typeof(env, value, &type) == napi_ok && type == napi_undefined;
}

napi_value new_handle(napi_env env, const napi_type_tag *tag, void *pointer, napi_finalize finalize) {
  napi_value handle;
  /* Wrapped last: from then on the finalizer owns the pointer. */
  if (napi_create_object(env, &handle) == napi_ok && napi_type_tag_object(env, handle, tag) == napi_ok &&
      napi_wrap(env, handle, pointer, finalize, NULL, NULL) == napi_ok)
    return handle;
  throw_last(env);
  return NULL;
}

void *read_handle(napi_env env, napi_value value, const napi_type_tag *tag) {
  void *pointer = NULL;
  napi_valuetype type;
  bool ours = false;
  if (napi_typeof(env, value, &type) == napi_ok && type == napi_object &&
      napi_check_object_type_tag(env, value, tag, &ours) == napi_ok && ours &&
      napi_unwrap(env, value, &pointer) == napi_ok)
    return pointer;
  napi_throw_type_error(env, NULL, "a handle of this addon is expected");
  return NULL;
}

static bool set_text(napi_env env, napi_value object, const char *name, const char *text) {
  napi_value value;
  return napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value) == napi_ok &&
         napi_set_named_property(env, object, name, value) == napi_ok;
}

napi_value system_error(napi_env env, int error, const char *syscall, const char *path) {
  char unknown[24];
  char message[512];
  snprintf(unknown, sizeof unknown, "E%d", error);
  const char *code = strerrorname_np(error);
  if (!code) code = unknown;
  const char *words = strerrordesc_np(error);
  if (!words) words = "unknown error";
  if (path)
    snprintf(message, sizeof message, "%s: %s, %s '%.300s'", code, words, syscall, path);
  else
    snprintf(message, sizeof message, "%s: %s, %s", code, words, syscall);

  napi_value text, result, number;
  if (napi_create_string_utf8(env, message, NAPI_AUTO_LENGTH, &text) != napi_ok ||
      napi_create_error(env, NULL, text, &result) != napi_ok || !set_text(env, result, "code", code) ||
      !set_text(env, result, "syscall", syscall) || (path && !set_text(env, result, "path", path)) ||
      napi_create_int32(env, -error, &number) != napi_ok ||
      napi_set_named_property(env, result, "errno", number) != napi_ok)
    return NULL;
  return result;
}

napi_value throw_system(napi_env env, int error, const char *syscall, const char *path) {
  napi_value value = system_error(env, error, syscall, path);
  if (!value || napi_throw(env, value) != napi_ok) throw_last(env);
  return NULL;
}

bool append_text(napi_env env, napi_value array, const char *text) {
  uint32_t length;
  napi_value value;
  if (napi_get_array_length(env, array, &length) == napi_ok &&
      napi_create_string_utf8(env, text ? text : "", NAPI_AUTO_LENGTH, &value) == napi_ok &&
      napi_set_element(env, array, length, value) == napi_ok)
    return true;
  throw_last(env);
  return false;
}
