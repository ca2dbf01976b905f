/* toywasm's errors are numbers; what is wrong with a module, or why a call trapped, it says in a report besides. */
#ifndef REASON_H
#define REASON_H

#include <errno.h>

#include "report.h"

static inline const char *reason_of(int error, const struct report *report)
{
    if (error == ENOMEM)
        return "no memory (ENOMEM)";
    return report->msg ? report->msg : "an error without a message";
}

#endif
