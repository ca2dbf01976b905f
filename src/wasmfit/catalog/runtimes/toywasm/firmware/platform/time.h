/* toywasm reads POSIX clocks. newlib and picolibc declare them only where a system says that it has them. */
#ifndef TOYWASM_PLATFORM_TIME_H
#define TOYWASM_PLATFORM_TIME_H

#ifndef _POSIX_TIMERS
#define _POSIX_TIMERS 200809L
#endif
#ifndef _POSIX_MONOTONIC_CLOCK
#define _POSIX_MONOTONIC_CLOCK 200809L
#endif

#include_next <time.h>

#endif
