/* What the plugins of one file have in common (guard, heap, stores): how a record ends, also because of the fence, and
 * the arguments isa and fence. */
#ifndef WATCHER_H
#define WATCHER_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fence.h"
#include "isas.h"

static const struct isa *isa;
static bool fenced;

/* Writes the last line of the record; each plugin has its own. */
static void record_last(const char *word, const char *more);

/* The same, and ends the emulation. */
static void end_with(const char *word, const char *more)
{
    record_last(word, more);
    _exit(0);
}

static void on_stopped(const char *call)
{
    char more[32];
    snprintf(more, sizeof more, " %s", call);
    end_with("fenced", more);
}

/* To be called for each block that is translated. */
static void enter_fence(void)
{
    if (fenced && !fence_enter(on_stopped)) {
        end_with("unfenced", "");
    }
}

/* The emulation ends by itself. */
static void on_end(void)
{
    if (fence_harmless()) {
        on_stopped(fence_harmless());
    }
    record_last("end", "");
}

/* Reads an argument if it is one of those that all take; `good` says whether its value is. */
static bool read_common(const char *name, const char *value, bool *good)
{
    if (!strcmp(name, "isa")) {
        isa = find_isa(value);
        *good = isa != NULL;
        return true;
    }
    if (!strcmp(name, "fence")) {
        fenced = !strcmp(value, "1");
        *good = fenced;
        return true;
    }
    return false;
}

#endif
