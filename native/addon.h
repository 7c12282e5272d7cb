/* The addon's parts. Only Node-API and libuv are used, so that one build serves Node 20, 22 and 24. */
#pragma once
#include <node_api.h>
#include <stdbool.h>
#include <stddef.h>

/* Leaves the calling binding with NULL; a failed Node-API call becomes a JavaScript exception unless one is pending. */
#define TRY(env, call)                  \
  do {                                  \
    if ((call) != napi_ok) {            \
      throw_last(env);                  \
      return NULL;                      \
    }                                   \
  } while (0)

/* value.c: arguments in, errors out. The readers throw and give false on a wrong type. */
void throw_last(napi_env env);
bool read_arguments(napi_env env, napi_callback_info info, size_t count, napi_value *values);
/* The caller frees *text. A text with a NUL inside is refused: no path or name of the kernel has one. */
bool read_text(napi_env env, napi_value value, char **text);
/* The caller frees the NULL-ended array with free_texts(). */
bool read_texts(napi_env env, napi_value value, char ***texts);
void free_texts(char **texts);
bool read_int(napi_env env, napi_value value, int *number);
bool read_bool(napi_env env, napi_value value, bool *flag);
bool is_undefined(napi_env env, napi_value value);
/* An object that stands for `pointer`; `finalize` runs when it is collected. NULL, having thrown, when that fails. */
napi_value new_handle(napi_env env, const napi_type_tag *tag, void *pointer, napi_finalize finalize);
/* What new_handle() was given; throws and gives NULL for anything else. */
void *read_handle(napi_env env, napi_value value, const napi_type_tag *tag);
/* An Error as node:fs makes them: code, errno, syscall and, unless NULL, path. NULL when even that fails. */
napi_value system_error(napi_env env, int error, const char *syscall, const char *path);
/* Throws system_error(). */
napi_value throw_system(napi_env env, int error, const char *syscall, const char *path);
bool append_text(napi_env env, napi_value array, const char *text);

/* task.c: work on the thread pool behind a promise. */
struct task {
  /* Off the main thread. Failure is told by setting `error` (errno), `syscall` and, if it helps, `path`. */
  void (*execute)(struct task *task);
  /* On the main thread: the value to resolve with, NULL when an exception is pending. NULL function: undefined. */
  napi_value (*result)(napi_env env, struct task *task);
  /* On the main thread, whatever came; frees the task itself. */
  void (*release)(napi_env env, struct task *task);
  int error;
  const char *syscall;
  const char *path;
  napi_deferred deferred;
  napi_async_work work;
};
/* Queues the task and gives its promise. Takes over the task: when queuing fails it is released and NULL given. */
napi_value start_task(napi_env env, struct task *task, const char *name);

/* Each adds its functions to the exports; false when an exception is pending. */
bool files_exports(napi_env env, napi_value exports);
bool scan_exports(napi_env env, napi_value exports);
bool udev_exports(napi_env env, napi_value exports);
bool monitor_exports(napi_env env, napi_value exports);
bool memory_exports(napi_env env, napi_value exports);
bool add_function(napi_env env, napi_value exports, const char *name, napi_callback function);
