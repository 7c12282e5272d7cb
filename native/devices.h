/* What udev.c and monitor.c share. */
#pragma once
#include "addon.h"

#include <libudev.h>

struct filter {
  char *subsystem;
  /* NULL for any. */
  char *devtype;
};

/* The caller frees the array, which ends with an entry without subsystem, with free_filters(). */
bool read_filters(napi_env env, napi_value value, struct filter **filters);
void free_filters(struct filter *filters);
/* Name, value, name, value... NULL when an exception is pending. */
napi_value properties_of(napi_env env, struct udev_device *device);
