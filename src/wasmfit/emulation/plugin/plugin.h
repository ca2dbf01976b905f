/* What every plugin of ours does at its start and with its record. */
#ifndef PLUGIN_H
#define PLUGIN_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct range {
    uint32_t low, end;
};

static inline bool holds(struct range range, uint32_t address)
{
    return address - range.low < range.end - range.low;
}

/* Reads as many numbers as there are places for, with colons between them. */
static inline bool numbers(const char *text, size_t count, uint64_t *place)
{
    for (size_t i = 0; i < count; i++) {
        char *rest;
        place[i] = strtoull(text, &rest, 0);
        if (rest == text || *rest != (i + 1 < count ? ':' : 0)) {
            return false;
        }
        text = rest + 1;
    }
    return true;
}

static inline bool read_range(const char *text, struct range *range)
{
    uint64_t ends[2];
    if (!numbers(text, 2, ends) || ends[0] >= ends[1] || ends[1] > UINT32_MAX) {
        return false;
    }
    *range = (struct range){(uint32_t)ends[0], (uint32_t)ends[1]};
    return true;
}

/* Reads every NAME=VALUE; `who` is what a complaint begins with. */
static inline bool read_arguments(
    int argc, char **argv, const char *who, bool (*read_argument)(const char *name, const char *value))
{
    for (int i = 0; i < argc; i++) {
        char name[16];
        const char *equals = strchr(argv[i], '=');
        size_t length = equals ? (size_t)(equals - argv[i]) : sizeof name;
        if (length < sizeof name) {
            memcpy(name, argv[i], length);
            name[length] = 0;
        }
        if (length >= sizeof name || !read_argument(name, equals + 1)) {
            fprintf(stderr, "%s: cannot use the argument \"%s\"\n", who, argv[i]);
            return false;
        }
    }
    return true;
}

/* The file of the record, made anew. */
static inline bool open_record(const char *name, int *out)
{
    *out = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
    return *out >= 0;
}

/* Writes all of a line, as far as the file takes it. */
static inline void write_line(int out, const char *line, int length)
{
    while (length > 0) {
        ssize_t written = write(out, line, (size_t)length);
        if (written <= 0) {
            return;
        }
        line += written;
        length -= (int)written;
    }
}

#endif
