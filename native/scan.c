/* A walk over a folder that stops after a number of entries and goes on when asked: bounded in memory, off the loop. */
#include "addon.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* src/hal/scan.ts reads this layout. */
struct record {
  int64_t size;
  int64_t mtime_ns;
  int64_t ctime_ns;
  uint64_t inode;
  uint32_t mode;
  uint32_t links;
  uint32_t flags;
  int32_t error;
};
_Static_assert(sizeof(struct record) == 48, "scan.ts counts on six 64-bit words");

static const napi_type_tag scan_tag = {0x6f1d3a0b5c7e4f21, 0x9b2c8d4e6a0f1357};

enum { KIND_UNKNOWN, KIND_FILE, KIND_FOLDER, KIND_SYMLINK, KIND_OTHER };
enum { ILL_FORMED = 0x100 };
enum { DEEPEST = 512, LARGEST_CHUNK = 1 << 20 };
/* Names of 255 UTF-16 units (FAT, NTFS) exceed NAME_MAX as UTF-8. */
enum { LONGEST_NAME = 1023 };
/* A chunk is handed over after this long, so that a slow disk neither hides progress nor outlasts a cancellation. */
static const int64_t CHUNK_NS = 100 * 1000 * 1000;

struct level {
  DIR *folder;
  /* Of the path up to and including the slash before the entries of this folder. */
  size_t prefix;
};

struct scan {
  /* One for JavaScript's handle, one for a task under way. */
  int holders;
  bool busy;
  /* Set by the main thread, seen by a task under way. */
  _Atomic bool closed;
  bool started;
  char *root;
  char **skip;
  bool cross_mounts;
  int max_depth;
  dev_t device;
  struct level *levels;
  int depth;
  /* Of the folder, which is shorter than PATH_MAX or it is not entered, and of an entry. */
  char path[PATH_MAX + LONGEST_NAME + 1];
};

struct scan_task {
  struct task task;
  struct scan *scan;
  size_t limit;
  size_t count;
  struct record *records;
  char *names;
  size_t names_length;
  size_t names_room;
};

static void close_folders(struct scan *scan) {
  while (scan->depth > 0) closedir(scan->levels[--scan->depth].folder);
}

static void drop(struct scan *scan) {
  if (--scan->holders > 0) return;
  close_folders(scan);
  free(scan->levels);
  free_texts(scan->skip);
  free(scan->root);
  free(scan);
}

static bool well_formed(const char *text) {
  const unsigned char *byte = (const unsigned char *)text;
  while (*byte) {
    unsigned char first = *byte++;
    int more;
    unsigned char low = 0x80, high = 0xbf;
    if (first < 0x80)
      continue;
    else if (first >= 0xc2 && first <= 0xdf)
      more = 1;
    else if (first >= 0xe0 && first <= 0xef) {
      more = 2;
      if (first == 0xe0) low = 0xa0; /* overlong */
      if (first == 0xed) high = 0x9f; /* surrogates */
    } else if (first >= 0xf0 && first <= 0xf4) {
      more = 3;
      if (first == 0xf0) low = 0x90;
      if (first == 0xf4) high = 0x8f;
    } else
      return false;
    for (; more > 0; more--, byte++) {
      if (*byte < low || *byte > high) return false;
      low = 0x80;
      high = 0xbf;
    }
  }
  return true;
}

static int64_t nanoseconds(struct timespec time) {
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return nanoseconds(time);
}

static uint32_t kind_of(mode_t mode) {
  if (S_ISREG(mode)) return KIND_FILE;
  if (S_ISDIR(mode)) return KIND_FOLDER;
  if (S_ISLNK(mode)) return KIND_SYMLINK;
  return KIND_OTHER;
}

static void fail(struct scan_task *work, int error, const char *syscall) {
  work->task.error = error;
  work->task.syscall = syscall;
  work->task.path = work->scan->root;
}

/* Takes over the descriptor. */
static int push(struct scan *scan, int fd, size_t prefix) {
  DIR *folder = fdopendir(fd);
  if (!folder) {
    int error = errno;
    close(fd);
    return error;
  }
  scan->levels[scan->depth].folder = folder;
  scan->levels[scan->depth].prefix = prefix;
  scan->depth++;
  return 0;
}

static bool start(struct scan_task *work) {
  struct scan *scan = work->scan;
  struct stat status;
  int fd = open(scan->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) {
    fail(work, errno, "open");
    return false;
  }
  if (fstat(fd, &status) < 0) {
    fail(work, errno, "fstat");
    close(fd);
    return false;
  }
  scan->device = status.st_dev;
  int error = push(scan, fd, 0);
  if (error) {
    fail(work, error, "opendir");
    return false;
  }
  scan->started = true;
  return true;
}

/* Enters the folder whose path of `length` stands in scan->path. Gives an errno. */
static int enter(struct scan *scan, int parent, const char *name, size_t length, const struct stat *status) {
  if (!scan->cross_mounts && status->st_dev != scan->device) return EXDEV;
  if (scan->depth > scan->max_depth || length + 1 >= PATH_MAX) return ENAMETOOLONG;
  int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return errno;
  scan->path[length] = '/';
  return push(scan, fd, length + 1);
}

static bool skipped(const struct scan *scan, const char *name) {
  if (name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'))) return true;
  for (char **skip = scan->skip; *skip; skip++)
    if (strcmp(*skip, name) == 0) return true;
  return false;
}

static bool add_name(struct scan_task *work, const char *path, size_t length) {
  size_t needed = work->names_length + length + 1;
  if (needed > work->names_room) {
    size_t room = needed + needed / 2 + 4096;
    char *names = realloc(work->names, room);
    if (!names) return false;
    work->names = names;
    work->names_room = room;
  }
  /* Between the names, not after the last, so that one split gives them. */
  if (work->count > 0) work->names[work->names_length++] = '\0';
  memcpy(work->names + work->names_length, path, length);
  work->names_length += length;
  return true;
}

/* False ends the walk, with the error told. */
static bool look(struct scan_task *work, struct level level, const char *name) {
  struct scan *scan = work->scan;
  struct stat status;
  size_t length = strlen(name);
  struct record record = {0};

  if (length > LONGEST_NAME) {
    fail(work, ENAMETOOLONG, "readdir");
    return false;
  }
  memcpy(scan->path + level.prefix, name, length);
  length += level.prefix;
  if (fstatat(dirfd(level.folder), name, &status, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) < 0) {
    if (errno == ENOENT) return true;
    record.error = errno;
  } else {
    record.flags = kind_of(status.st_mode);
    record.size = status.st_size;
    record.mtime_ns = nanoseconds(status.st_mtim);
    record.ctime_ns = nanoseconds(status.st_ctim);
    record.inode = status.st_ino;
    record.mode = status.st_mode;
    record.links = status.st_nlink > UINT32_MAX ? UINT32_MAX : (uint32_t)status.st_nlink;
  }
  if (!well_formed(name)) record.flags |= ILL_FORMED;
  if (!add_name(work, scan->path, length)) {
    fail(work, ENOMEM, "realloc");
    return false;
  }
  if ((record.flags & 0xff) == KIND_FOLDER) record.error = enter(scan, dirfd(level.folder), name, length, &status);
  work->records[work->count++] = record;
  return true;
}

static void execute(struct task *task) {
  struct scan_task *work = (struct scan_task *)task;
  struct scan *scan = work->scan;
  if (!scan->started && !start(work)) return;
  int64_t until = now() + CHUNK_NS;
  while (scan->depth > 0 && work->count < work->limit && !scan->closed) {
    if (work->count > 0 && work->count % 16 == 0 && now() > until) return;
    struct level level = scan->levels[scan->depth - 1];
    errno = 0;
    struct dirent *entry = readdir(level.folder);
    if (!entry) {
      /* Half a folder must never look like a whole one: what is missing would seem deleted. */
      if (errno) {
        fail(work, errno, "readdir");
        return;
      }
      closedir(level.folder);
      scan->depth--;
    } else if (!skipped(scan, entry->d_name) && !look(work, level, entry->d_name)) {
      return;
    }
  }
}

static napi_value result(napi_env env, struct task *task) {
  struct scan_task *work = (struct scan_task *)task;
  napi_value chunk, names, words;
  void *bytes;
  if (work->count == 0) {
    TRY(env, napi_get_undefined(env, &chunk));
    return chunk;
  }
  TRY(env, napi_create_object(env, &chunk));
  TRY(env, napi_create_buffer_copy(env, work->names_length, work->names, NULL, &names));
  TRY(env, napi_create_arraybuffer(env, work->count * sizeof *work->records, &bytes, &words));
  memcpy(bytes, work->records, work->count * sizeof *work->records);
  TRY(env, napi_set_named_property(env, chunk, "names", names));
  TRY(env, napi_set_named_property(env, chunk, "words", words));
  return chunk;
}

static void release(napi_env env, struct task *task) {
  struct scan_task *work = (struct scan_task *)task;
  (void)env;
  work->scan->busy = false;
  /* After an error the walk is over: going on would skip the rest of a folder in silence. */
  if (work->scan->closed || task->error) {
    work->scan->closed = true;
    close_folders(work->scan);
  }
  drop(work->scan);
  free(work->records);
  free(work->names);
  free(work);
}

static void finalize(napi_env env, void *pointer, void *hint) {
  (void)env;
  (void)hint;
  drop(pointer);
}

static napi_value open_binding(napi_env env, napi_callback_info info) {
  napi_value arguments[4];
  if (!read_arguments(env, info, 4, arguments)) return NULL;
  struct scan *scan = calloc(1, sizeof *scan);
  if (!scan) return throw_system(env, ENOMEM, "calloc", NULL);
  scan->holders = 1;
  if (!read_text(env, arguments[0], &scan->root) || !read_int(env, arguments[1], &scan->max_depth) ||
      !read_bool(env, arguments[2], &scan->cross_mounts) || !read_texts(env, arguments[3], &scan->skip)) {
    drop(scan);
    return NULL;
  }
  if (scan->max_depth < 0 || scan->max_depth > DEEPEST) {
    drop(scan);
    return throw_system(env, EINVAL, "scanOpen", NULL);
  }
  scan->levels = calloc((size_t)scan->max_depth + 1, sizeof *scan->levels);
  if (!scan->levels) {
    drop(scan);
    return throw_system(env, ENOMEM, "calloc", NULL);
  }
  napi_value handle = new_handle(env, &scan_tag, scan, finalize);
  if (!handle) drop(scan);
  return handle;
}

static napi_value next_binding(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  int limit;
  if (!read_arguments(env, info, 2, arguments)) return NULL;
  struct scan *scan = read_handle(env, arguments[0], &scan_tag);
  if (!scan || !read_int(env, arguments[1], &limit)) return NULL;
  if (limit < 1 || limit > LARGEST_CHUNK) return throw_system(env, EINVAL, "scanNext", NULL);
  if (scan->busy) return throw_system(env, EBUSY, "scanNext", NULL);
  if (scan->closed) return throw_system(env, EBADF, "scanNext", NULL);
  struct scan_task *work = calloc(1, sizeof *work);
  struct record *records = malloc((size_t)limit * sizeof *records);
  if (!work || !records) {
    free(work);
    free(records);
    return throw_system(env, ENOMEM, "malloc", NULL);
  }
  work->task.execute = execute;
  work->task.result = result;
  work->task.release = release;
  work->limit = (size_t)limit;
  work->records = records;
  work->scan = scan;
  scan->busy = true;
  scan->holders++;
  return start_task(env, &work->task, "cradle.scan");
}

static napi_value close_binding(napi_env env, napi_callback_info info) {
  napi_value argument;
  if (!read_arguments(env, info, 1, &argument)) return NULL;
  struct scan *scan = read_handle(env, argument, &scan_tag);
  if (!scan) return NULL;
  scan->closed = true;
  /* A task under way closes them when it is done. */
  if (!scan->busy) close_folders(scan);
  return NULL;
}

bool scan_exports(napi_env env, napi_value exports) {
  return add_function(env, exports, "scanOpen", open_binding) && add_function(env, exports, "scanNext", next_binding) &&
         add_function(env, exports, "scanClose", close_binding);
}
