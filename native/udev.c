#include "devices.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_FILTERS = 32 };

bool read_filters(napi_env env, napi_value value, struct filter **filters) {
  uint32_t length = 0;
  *filters = NULL;
  if (napi_get_array_length(env, value, &length) != napi_ok || length > MOST_FILTERS) {
    napi_throw_type_error(env, NULL, "an array of filters is expected");
    return false;
  }
  struct filter *list = calloc(length + 1, sizeof *list);
  if (!list) {
    throw_system(env, ENOMEM, "calloc", NULL);
    return false;
  }
  for (uint32_t i = 0; i < length; i++) {
    napi_value element, subsystem, devtype;
    if (napi_get_element(env, value, i, &element) != napi_ok ||
        napi_get_named_property(env, element, "subsystem", &subsystem) != napi_ok ||
        napi_get_named_property(env, element, "devtype", &devtype) != napi_ok) {
      throw_last(env);
      free_filters(list);
      return false;
    }
    if (!is_undefined(env, devtype) && !read_text(env, devtype, &list[i].devtype)) {
      free_filters(list);
      return false;
    }
    if (!read_text(env, subsystem, &list[i].subsystem)) {
      free(list[i].devtype);
      free_filters(list);
      return false;
    }
  }
  *filters = list;
  return true;
}

void free_filters(struct filter *filters) {
  if (!filters) return;
  for (struct filter *filter = filters; filter->subsystem; filter++) {
    free(filter->subsystem);
    free(filter->devtype);
  }
  free(filters);
}

napi_value properties_of(napi_env env, struct udev_device *device) {
  napi_value array, value;
  struct udev_list_entry *entry;
  uint32_t index = 0;
  TRY(env, napi_create_array(env, &array));
  udev_list_entry_foreach(entry, udev_device_get_properties_list_entry(device)) {
    const char *text = udev_list_entry_get_value(entry);
    TRY(env, napi_create_string_utf8(env, udev_list_entry_get_name(entry), NAPI_AUTO_LENGTH, &value));
    TRY(env, napi_set_element(env, array, index++, value));
    TRY(env, napi_create_string_utf8(env, text ? text : "", NAPI_AUTO_LENGTH, &value));
    TRY(env, napi_set_element(env, array, index++, value));
  }
  return array;
}

/* Appends what one filter finds. Gives 0, an errno, or -1 when an exception is pending. */
static int enumerate(napi_env env, struct udev *udev, const struct filter *filter, napi_value list) {
  struct udev_list_entry *entry;
  struct udev_enumerate *found = udev_enumerate_new(udev);
  int error = found ? 0 : ENOMEM;
  if (!error) error = -udev_enumerate_add_match_subsystem(found, filter->subsystem);
  if (!error && filter->devtype) error = -udev_enumerate_add_match_property(found, "DEVTYPE", filter->devtype);
  /* What udevd has not seen yet will come as an event, with all its properties. */
  if (!error) error = -udev_enumerate_add_match_is_initialized(found);
  if (!error) error = -udev_enumerate_scan_devices(found);
  if (!error) {
    udev_list_entry_foreach(entry, udev_enumerate_get_list_entry(found)) {
      uint32_t length;
      napi_handle_scope scope;
      /* Gone since: its `remove` is on its way. */
      struct udev_device *device = udev_device_new_from_syspath(udev, udev_list_entry_get_name(entry));
      if (!device) continue;
      bool added = false;
      if (napi_open_handle_scope(env, &scope) == napi_ok) {
        napi_value properties = properties_of(env, device);
        added = properties && napi_get_array_length(env, list, &length) == napi_ok &&
                napi_set_element(env, list, length, properties) == napi_ok;
        napi_close_handle_scope(env, scope);
      }
      udev_device_unref(device);
      if (!added) {
        throw_last(env);
        error = -1;
        break;
      }
    }
  }
  udev_enumerate_unref(found);
  return error;
}

static napi_value enumerate_binding(napi_env env, napi_callback_info info) {
  napi_value argument, list;
  struct filter *filters;
  if (!read_arguments(env, info, 1, &argument)) return NULL;
  TRY(env, napi_create_array(env, &list));
  if (!read_filters(env, argument, &filters)) return NULL;
  struct udev *udev = udev_new();
  int error = udev ? 0 : ENOMEM;
  for (struct filter *filter = filters; !error && filter->subsystem; filter++)
    error = enumerate(env, udev, filter, list);
  udev_unref(udev);
  free_filters(filters);
  if (error > 0) return throw_system(env, error, "udev_enumerate_scan_devices", NULL);
  return error ? NULL : list;
}

static bool is_of_kind(struct udev_device *device, const char *subsystem, const char *devtype) {
  const char *its_subsystem = udev_device_get_subsystem(device);
  const char *its_devtype = udev_device_get_devtype(device);
  if (!its_subsystem || strcmp(its_subsystem, subsystem) != 0) return false;
  return !devtype || (its_devtype && strcmp(its_devtype, devtype) == 0);
}

static napi_value describe(napi_env env, struct udev_device *device, char **attributes) {
  napi_value list;
  TRY(env, napi_create_array(env, &list));
  if (!append_text(env, list, udev_device_get_devpath(device))) return NULL;
  for (char **attribute = attributes; *attribute; attribute++)
    if (!append_text(env, list, udev_device_get_sysattr_value(device, *attribute))) return NULL;
  return list;
}

static napi_value nearest(napi_env env, const char *devpath, const char *subsystem, const char *devtype,
                          char **attributes) {
  napi_value list = NULL;
  char *syspath = malloc(strlen(devpath) + sizeof "/sys");
  struct udev *udev = udev_new();
  struct udev_device *device = NULL;
  if (!syspath || !udev) {
    throw_system(env, ENOMEM, "udev_new", NULL);
  } else {
    strcpy(stpcpy(syspath, "/sys"), devpath);
    device = udev_device_new_from_syspath(udev, syspath);
    /* The parent belongs to its child and goes with it. */
    struct udev_device *match = device;
    if (device && !is_of_kind(device, subsystem, devtype))
      match = udev_device_get_parent_with_subsystem_devtype(device, subsystem, devtype);
    if (match)
      list = describe(env, match, attributes);
    else if (napi_get_undefined(env, &list) != napi_ok)
      throw_last(env);
  }
  udev_device_unref(device);
  udev_unref(udev);
  free(syspath);
  return list;
}

static napi_value nearest_binding(napi_env env, napi_callback_info info) {
  napi_value arguments[4], list = NULL;
  char *devpath = NULL, *subsystem = NULL, *devtype = NULL, **attributes = NULL;
  if (!read_arguments(env, info, 4, arguments)) return NULL;
  if (read_text(env, arguments[0], &devpath) && read_text(env, arguments[1], &subsystem) &&
      (is_undefined(env, arguments[2]) || read_text(env, arguments[2], &devtype)) &&
      read_texts(env, arguments[3], &attributes))
    list = nearest(env, devpath, subsystem, devtype, attributes);
  free(devpath);
  free(subsystem);
  free(devtype);
  free_texts(attributes);
  return list;
}

bool udev_exports(napi_env env, napi_value exports) {
  return add_function(env, exports, "udevEnumerate", enumerate_binding) &&
         add_function(env, exports, "udevNearest", nearest_binding);
}
