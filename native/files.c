#include "addon.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct file_task {
  struct task task;
  int fd;
  char *from;
  char *to;
};

static void release(napi_env env, struct task *task) {
  struct file_task *file = (struct file_task *)task;
  (void)env;
  if (file->fd >= 0) close(file->fd);
  free(file->from);
  free(file->to);
  free(file);
}

static void fail(struct file_task *file, const char *syscall, const char *path) {
  file->task.error = errno;
  file->task.syscall = syscall;
  file->task.path = path;
}

static void execute_syncfs(struct task *task) {
  struct file_task *file = (struct file_task *)task;
  if (syncfs(file->fd) < 0) fail(file, "syncfs", NULL);
}

static bool lacks_noreplace(int error) {
  return error == EINVAL || error == ENOSYS || error == EOPNOTSUPP;
}

static bool lacks_links(int error) {
  return error == EPERM || error == ENOSYS || error == EOPNOTSUPP || error == EMLINK || error == EINVAL;
}

static void execute_rename(struct task *task) {
  struct file_task *file = (struct file_task *)task;
  struct stat found;
  if (renameat2(AT_FDCWD, file->from, AT_FDCWD, file->to, RENAME_NOREPLACE) == 0) return;
  if (!lacks_noreplace(errno)) {
    fail(file, "rename", errno == EEXIST ? file->to : file->from);
    return;
  }
  /* A hard link refuses an existing name just as surely; folders cannot have one. */
  if (linkat(AT_FDCWD, file->from, AT_FDCWD, file->to, 0) == 0) {
    if (unlink(file->from) < 0) fail(file, "unlink", file->from);
    return;
  }
  if (!lacks_links(errno)) {
    fail(file, "rename", errno == EEXIST ? file->to : file->from);
    return;
  }
  if (lstat(file->to, &found) == 0) errno = EEXIST;
  if (errno == ENOENT && rename(file->from, file->to) == 0) return;
  fail(file, "rename", errno == EEXIST ? file->to : file->from);
}

static struct file_task *new_task(napi_env env, void (*execute)(struct task *)) {
  struct file_task *file = calloc(1, sizeof *file);
  if (!file) {
    throw_system(env, ENOMEM, "calloc", NULL);
    return NULL;
  }
  file->fd = -1;
  file->task.execute = execute;
  file->task.release = release;
  return file;
}

static napi_value syncfs_binding(napi_env env, napi_callback_info info) {
  napi_value argument;
  int fd;
  if (!read_arguments(env, info, 1, &argument) || !read_int(env, argument, &fd)) return NULL;
  struct file_task *file = new_task(env, execute_syncfs);
  if (!file) return NULL;
  /* Our own, so that the caller may close his while we work. */
  file->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
  if (file->fd < 0) {
    int error = errno;
    release(env, &file->task);
    return throw_system(env, error, "syncfs", NULL);
  }
  return start_task(env, &file->task, "cradle.syncfs");
}

static napi_value rename_binding(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  if (!read_arguments(env, info, 2, arguments)) return NULL;
  struct file_task *file = new_task(env, execute_rename);
  if (!file) return NULL;
  if (!read_text(env, arguments[0], &file->from) || !read_text(env, arguments[1], &file->to)) {
    release(env, &file->task);
    return NULL;
  }
  return start_task(env, &file->task, "cradle.renameNoReplace");
}

bool files_exports(napi_env env, napi_value exports) {
  return add_function(env, exports, "syncfs", syncfs_binding) &&
         add_function(env, exports, "renameNoReplace", rename_binding);
}
