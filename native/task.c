#include "addon.h"

static void execute(napi_env env, void *pointer) {
  struct task *task = pointer;
  (void)env;
  task->execute(task);
}

/* The pending exception, taken; or an error in its stead. NULL when the thread is being torn down. */
static napi_value pending_error(napi_env env) {
  napi_value error = NULL;
  throw_last(env);
  return napi_get_and_clear_last_exception(env, &error) == napi_ok ? error : NULL;
}

static void complete(napi_env env, napi_status status, void *pointer) {
  struct task *task = pointer;
  napi_value value = NULL;
  bool fulfilled = status == napi_ok && task->error == 0;
  if (fulfilled) {
    if (task->result)
      value = task->result(env, task);
    else if (napi_get_undefined(env, &value) != napi_ok)
      value = NULL;
    fulfilled = value != NULL;
    if (!fulfilled) value = pending_error(env);
  } else if (status == napi_ok) {
    value = system_error(env, task->error, task->syscall, task->path);
  }
  /* Without a value (cancelled work, a thread on its way out) nobody is left to be told. */
  if (value) {
    if (fulfilled)
      napi_resolve_deferred(env, task->deferred, value);
    else
      napi_reject_deferred(env, task->deferred, value);
  }
  napi_delete_async_work(env, task->work);
  task->release(env, task);
}

napi_value start_task(napi_env env, struct task *task, const char *name) {
  napi_value promise, label;
  if (napi_create_string_utf8(env, name, NAPI_AUTO_LENGTH, &label) == napi_ok &&
      napi_create_async_work(env, NULL, label, execute, complete, task, &task->work) == napi_ok) {
    if (napi_create_promise(env, &task->deferred, &promise) == napi_ok) {
      if (napi_queue_async_work(env, task->work) == napi_ok) return promise;
      throw_last(env);
    }
    napi_delete_async_work(env, task->work);
  }
  throw_last(env);
  task->release(env, task);
  return NULL;
}
