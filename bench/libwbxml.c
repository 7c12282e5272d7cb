/*
 * Converts a file with libwbxml2 so many times, and prints the milliseconds of each on a line.
 *   libwbxml to-xml|to-wbxml FILE TIMES
 * The library is opened by name, so that its headers are not needed.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef int (*create_f)(void **converter);
typedef void (*simple_f)(void *converter);
typedef void (*set_f)(void *converter, int value);
typedef int (*run_f)(void *converter, unsigned char *from, unsigned int length, unsigned char **to, unsigned int *made);

enum { COMPACT = 0 };

static void *library;

static void *named(const char *name) {
  void *found = dlsym(library, name);
  if (found == NULL) {
    fprintf(stderr, "libwbxml2 has no %s\n", name);
    exit(1);
  }
  return found;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

int main(int count, char **words) {
  if (count != 4) return 2;
  library = dlopen("libwbxml2.so.1", RTLD_NOW);
  if (library == NULL) {
    fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
  FILE *file = fopen(words[2], "rb");
  if (file == NULL) return 1;
  fseek(file, 0, SEEK_END);
  long size = ftell(file);
  rewind(file);
  unsigned char *from = malloc(size + 1);
  if (from == NULL || fread(from, 1, size, file) != (size_t)size) return 1;
  fclose(file);

  int to_xml = strcmp(words[1], "to-xml") == 0;
  run_f run = (run_f)named(to_xml ? "wbxml_conv_wbxml2xml_run" : "wbxml_conv_xml2wbxml_run");
  void *converter = NULL;
  ((create_f)named(to_xml ? "wbxml_conv_wbxml2xml_create" : "wbxml_conv_xml2wbxml_create"))(&converter);
  if (to_xml) ((set_f)named("wbxml_conv_wbxml2xml_set_gen_type"))(converter, COMPACT);
  else ((simple_f)named("wbxml_conv_xml2wbxml_disable_string_table"))(converter);

  for (int left = atoi(words[3]); left > 0; left--) {
    unsigned char *to = NULL;
    unsigned int made = 0;
    double began = now();
    int failed = run(converter, from, (unsigned int)size, &to, &made);
    double took = now() - began;
    if (failed != 0 || made == 0) {
      fprintf(stderr, "libwbxml2 ended with %d\n", failed);
      return 1;
    }
    free(to);
    printf("%.4f\n", took);
  }
  return 0;
}
