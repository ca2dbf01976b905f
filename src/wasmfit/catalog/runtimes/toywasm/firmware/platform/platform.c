/* What toywasm needs of a system, on a bare microcontroller: nowhere to write to, and a clock that stands still. Its
 * xlog.c and nbio.c, which write to a terminal, are left out. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "xlog.h"

int toywasm_errno;

int clock_gettime(clockid_t clock, struct timespec *now)
{
    (void)clock;
    now->tv_sec = 0;
    now->tv_nsec = 0;
    return 0;
}

/* What it logs it also reports to its caller. */
void xlog_error(const char *format, ...)
{
    (void)format;
}

/* Of statistics, which nobody asks for here. */
int nbio_printf(const char *format, ...)
{
    (void)format;
    return 0;
}

/* toywasm puts no floating-point number into a message, so its vasprintf can be the one for integers alone, as for
 * the other runtimes in C. */
#ifdef __PICOLIBC__
int __i_vfprintf(FILE *stream, const char *format, va_list arguments);

int vfprintf(FILE *stream, const char *format, va_list arguments)
{
    return __i_vfprintf(stream, format, arguments);
}
#elif !defined _NANO_FORMATTED_IO
int _svfiprintf_r(struct _reent *reent, FILE *stream, const char *format, va_list arguments);

int _svfprintf_r(struct _reent *reent, FILE *stream, const char *format, va_list arguments)
{
    return _svfiprintf_r(reent, stream, format, arguments);
}
#endif
