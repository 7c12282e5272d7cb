{
  "targets": [
    {
      "target_name": "cradle",
      "sources": [
        "native/addon.c",
        "native/value.c",
        "native/task.c",
        "native/files.c",
        "native/scan.c",
        "native/udev.c",
        "native/monitor.c",
        "native/memory.c"
      ],
      "defines": ["NAPI_VERSION=8", "_GNU_SOURCE", "_FILE_OFFSET_BITS=64"],
      "cflags": ["-std=gnu11", "-Wall", "-Wextra", "-O2", "-fvisibility=hidden"],
      "cflags!": ["-O3"],
      "libraries": ["-ludev"]
    }
  ]
}
