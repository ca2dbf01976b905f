/* errno of the C libraries is a variable of each thread's, for which a system has to make room. There is one thread
 * here, and of what toywasm calls only the clock could set it. */
#ifndef TOYWASM_PLATFORM_ERRNO_H
#define TOYWASM_PLATFORM_ERRNO_H

#include_next <errno.h>

#undef errno
#define errno toywasm_errno
extern int toywasm_errno;

#endif
