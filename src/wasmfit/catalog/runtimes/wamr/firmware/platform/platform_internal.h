/* WAMR on a bare microcontroller with one thread: what its platform headers
 * expect of every port. The types of threads, files and sockets only stand in
 * declarations there; nothing here uses them. */
#ifndef _PLATFORM_INTERNAL_H
#define _PLATFORM_INTERNAL_H

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int korp_tid;
typedef int korp_mutex;
typedef int korp_cond;
typedef int korp_sem;
typedef int korp_rwlock;
typedef int os_file_handle;
typedef int os_raw_file_handle;
typedef int os_dir_stream;
typedef int os_poll_file_handle;
typedef unsigned os_nfds_t;

/* Linear memory is rounded up to a multiple of this. Nothing is paged here, so
 * it is only the alignment that WAMR wants. */
static inline int os_getpagesize(void)
{
    return 8;
}

static inline os_file_handle os_get_invalid_handle(void)
{
    return -1;
}

#endif
