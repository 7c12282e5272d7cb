/* A udev monitor on the event loop: nothing runs, and nothing wakes, until the kernel has an event for us. */
#include "devices.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

static const napi_type_tag monitor_tag = {0x2e4c6a8f1b3d5079, 0xa1c3e5f708192b4d};

/* Events handed over before the loop gets its turn again. */
enum { BATCH = 64, MOST_FAULTS = 10000 };

struct monitor {
  /* One for JavaScript's handle, one for the open poll. */
  int holders;
  bool open;
  bool overflowed;
  /* Reads in a row that gave neither an event nor a reason to wait. */
  int faults;
  napi_env env;
  struct udev *udev;
  struct udev_monitor *source;
  uv_poll_t poll;
  napi_ref receiver;
  /* Keeps the handle alive while open: events arrive whether or not anybody looks at it. */
  napi_ref self;
  napi_async_context context;
  napi_async_cleanup_hook_handle hook;
};

static void disconnect(struct monitor *monitor) {
  monitor->source = udev_monitor_unref(monitor->source);
  monitor->udev = udev_unref(monitor->udev);
}

static void drop(struct monitor *monitor) {
  if (--monitor->holders > 0) return;
  disconnect(monitor);
  free(monitor);
}

static void on_closed(uv_handle_t *handle) {
  struct monitor *monitor = handle->data;
  /* Now, and not when the handle is collected: an open socket goes on filling its buffer. */
  disconnect(monitor);
  napi_remove_async_cleanup_hook(monitor->hook);
  drop(monitor);
}

static void close_monitor(struct monitor *monitor) {
  if (!monitor->open) return;
  monitor->open = false;
  napi_delete_reference(monitor->env, monitor->receiver);
  napi_delete_reference(monitor->env, monitor->self);
  napi_async_destroy(monitor->env, monitor->context);
  /* The socket stays open until libuv has let go of it. */
  uv_close((uv_handle_t *)&monitor->poll, on_closed);
}

/* The thread ends with the monitor open: it must wait for on_closed(). */
static void on_thread_end(napi_async_cleanup_hook_handle hook, void *pointer) {
  struct monitor *monitor = pointer;
  (void)hook;
  close_monitor(monitor);
}

static void finalize(napi_env env, void *pointer, void *hint) {
  (void)env;
  (void)hint;
  drop(pointer);
}

/* One call of the receiver. An exception it throws is uncaught, as in any other event handler. */
static void deliver(struct monitor *monitor, const char *kind, struct udev_device *device, int error) {
  napi_env env = monitor->env;
  napi_handle_scope scope;
  napi_value receiver, self, arguments[3], ignored;
  if (napi_open_handle_scope(env, &scope) != napi_ok) return;
  bool ready = napi_get_reference_value(env, monitor->receiver, &receiver) == napi_ok &&
               napi_get_global(env, &self) == napi_ok &&
               napi_create_string_utf8(env, kind, NAPI_AUTO_LENGTH, &arguments[0]) == napi_ok &&
               napi_create_array(env, &arguments[1]) == napi_ok && napi_get_undefined(env, &arguments[2]) == napi_ok;
  if (ready && device) ready = (arguments[1] = properties_of(env, device)) != NULL;
  if (ready && error)
    ready = napi_create_string_utf8(env, strerror(error), NAPI_AUTO_LENGTH, &arguments[2]) == napi_ok;
  if (!ready) throw_last(env);
  if (!ready || napi_make_callback(env, monitor->context, self, receiver, 3, arguments, &ignored) != napi_ok) {
    napi_value exception;
    bool pending = false;
    if (napi_is_exception_pending(env, &pending) == napi_ok && pending &&
        napi_get_and_clear_last_exception(env, &exception) == napi_ok)
      napi_fatal_exception(env, exception);
  }
  napi_close_handle_scope(env, scope);
}

static void fail(struct monitor *monitor, int error) {
  uv_poll_stop(&monitor->poll);
  deliver(monitor, "failed", NULL, error);
}

static void on_readable(uv_poll_t *poll, int status, int events) {
  struct monitor *monitor = poll->data;
  bool heard = false;
  (void)events;
  for (int count = 0; (count < BATCH || monitor->overflowed) && monitor->open; count++) {
    errno = 0;
    struct udev_device *device = udev_monitor_receive_device(monitor->source);
    int error = errno;
    if (device || error == ENOBUFS) {
      heard = true;
      monitor->faults = 0;
    }
    if (device) {
      deliver(monitor, "event", device, 0);
      udev_device_unref(device);
    } else if (error == ENOBUFS) {
      monitor->overflowed = true;
    } else if (error == EAGAIN) {
      /* Told when all is read: only then would the kernel tell of another loss, so a look round now misses nothing. */
      if (monitor->overflowed) {
        monitor->overflowed = false;
        deliver(monitor, "overflow", NULL, 0);
      }
      break;
    } else if (++monitor->faults > MOST_FAULTS) {
      /* A forged or cut message is thrown away by libudev and costs one turn; a dead socket would turn for ever. */
      fail(monitor, error);
      return;
    }
  }
  /* libuv stops at POLLERR, which is how the kernel tells of an overflow; the socket itself is as good as before. */
  if (status < 0 && monitor->open) {
    int error = heard ? uv_poll_start(poll, UV_READABLE, on_readable) : status;
    if (error) fail(monitor, -error);
  }
}

/* An errno, or 0. Without udevd libudev listens to nobody, in silence. */
static int check_udevd(int fd) {
  struct sockaddr_nl address = {0};
  socklen_t length = sizeof address;
  if (getsockname(fd, (struct sockaddr *)&address, &length) < 0) return errno;
  /* Another family is umockdev's. */
  if (address.nl_family != AF_NETLINK) return 0;
  return address.nl_groups == 0 || access("/run/udev/control", F_OK) < 0 ? ENOENT : 0;
}

static void enlarge_buffer(int fd, int bytes) {
  /* The first needs CAP_NET_ADMIN, the second stops at net.core.rmem_max; what fits neither comes as `overflow`. */
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) < 0)
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

/* Gives NULL, or the name of the call that failed with errno. */
static const char *connect_monitor(struct monitor *monitor, const struct filter *filters, int buffer) {
  int error = 0;
  monitor->udev = udev_new();
  if (!monitor->udev) return "udev_new";
  monitor->source = udev_monitor_new_from_netlink(monitor->udev, "udev");
  if (!monitor->source) return "udev_monitor_new_from_netlink";
  for (const struct filter *filter = filters; filter->subsystem && !error; filter++)
    error = -udev_monitor_filter_add_match_subsystem_devtype(monitor->source, filter->subsystem, filter->devtype);
  if (error) {
    errno = error;
    return "udev_monitor_filter_add_match_subsystem_devtype";
  }
  enlarge_buffer(udev_monitor_get_fd(monitor->source), buffer);
  error = -udev_monitor_enable_receiving(monitor->source);
  if (error) {
    errno = error;
    return "udev_monitor_enable_receiving";
  }
  error = check_udevd(udev_monitor_get_fd(monitor->source));
  if (error) {
    errno = error;
    return "udevd";
  }
  return NULL;
}

/* The JavaScript side of an open monitor; what is half done goes with the handle. */
static bool attach(napi_env env, struct monitor *monitor, napi_value handle, napi_value receiver) {
  napi_value name;
  uv_loop_t *loop;
  if (napi_get_uv_event_loop(env, &loop) != napi_ok ||
      napi_create_string_utf8(env, "cradle.udev", NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_create_reference(env, receiver, 1, &monitor->receiver) != napi_ok)
    return false;
  if (napi_create_reference(env, handle, 1, &monitor->self) != napi_ok) goto no_self;
  if (napi_async_init(env, handle, name, &monitor->context) != napi_ok) goto no_context;
  if (napi_add_async_cleanup_hook(env, on_thread_end, monitor, &monitor->hook) != napi_ok) goto no_hook;
  if (uv_poll_init(loop, &monitor->poll, udev_monitor_get_fd(monitor->source)) != 0) goto no_poll;
  monitor->poll.data = monitor;
  monitor->holders++;
  monitor->open = true;
  if (uv_poll_start(&monitor->poll, UV_READABLE, on_readable) == 0) return true;
  close_monitor(monitor);
  return false;
no_poll:
  napi_remove_async_cleanup_hook(monitor->hook);
no_hook:
  napi_async_destroy(env, monitor->context);
no_context:
  napi_delete_reference(env, monitor->self);
no_self:
  napi_delete_reference(env, monitor->receiver);
  return false;
}

static napi_value open_binding(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  napi_valuetype type;
  struct filter *filters;
  int buffer;
  if (!read_arguments(env, info, 3, arguments)) return NULL;
  TRY(env, napi_typeof(env, arguments[1], &type));
  if (type != napi_function) {
    napi_throw_type_error(env, NULL, "a function is expected");
    return NULL;
  }
  if (!read_int(env, arguments[2], &buffer) || !read_filters(env, arguments[0], &filters)) return NULL;
  struct monitor *monitor = calloc(1, sizeof *monitor);
  if (!monitor) {
    free_filters(filters);
    return throw_system(env, ENOMEM, "calloc", NULL);
  }
  monitor->env = env;
  monitor->holders = 1;
  const char *failed = connect_monitor(monitor, filters, buffer);
  int error = errno;
  free_filters(filters);
  if (failed) {
    drop(monitor);
    return throw_system(env, error, failed, NULL);
  }
  napi_value handle = new_handle(env, &monitor_tag, monitor, finalize);
  if (!handle) {
    drop(monitor);
    return NULL;
  }
  if (!attach(env, monitor, handle, arguments[1])) {
    throw_last(env);
    return NULL;
  }
  return handle;
}

static napi_value close_binding(napi_env env, napi_callback_info info) {
  napi_value argument;
  if (!read_arguments(env, info, 1, &argument)) return NULL;
  struct monitor *monitor = read_handle(env, argument, &monitor_tag);
  if (monitor) close_monitor(monitor);
  return NULL;
}

static napi_value keep_alive_binding(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  bool keep;
  if (!read_arguments(env, info, 2, arguments)) return NULL;
  struct monitor *monitor = read_handle(env, arguments[0], &monitor_tag);
  if (!monitor || !read_bool(env, arguments[1], &keep) || !monitor->open) return NULL;
  if (keep)
    uv_ref((uv_handle_t *)&monitor->poll);
  else
    uv_unref((uv_handle_t *)&monitor->poll);
  return NULL;
}

bool monitor_exports(napi_env env, napi_value exports) {
  return add_function(env, exports, "udevOpen", open_binding) &&
         add_function(env, exports, "udevClose", close_binding) &&
         add_function(env, exports, "udevKeepAlive", keep_alive_binding);
}
