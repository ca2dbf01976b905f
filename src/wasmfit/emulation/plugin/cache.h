/* A cache: which lines of flash it holds. Replaces what was used longest ago, or any line of a set. */
#ifndef CACHE_H
#define CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* Lines that one block of code may lie in: QEMU translates at most 512 instructions, of four bytes, together. */
#define MOST_LINES 512

struct cache {
    uint32_t *lines; /* sets × ways, in a set the last used first; 0: nothing. As many sets as a block may have
                      * lines follow, empty for good, so that a block's lines are looked for in a row. */
    uint32_t chance; /* where any line is replaced: the state of the draw, the same in every run; else 0 */
    uint32_t ways, mask;
    unsigned shift;      /* log2 of a line's bytes */
    uint32_t last_missed;
};

static inline bool cache_make(struct cache *cache, uint64_t size, uint64_t line, uint64_t ways, bool any)
{
    uint64_t sets = line && ways ? size / line / ways : 0;
    if (!sets || sets & (sets - 1) || line & (line - 1) || sets > 1u << 20 || ways > 64) {
        return false;
    }
    cache->shift = (unsigned)__builtin_ctzll(line);
    cache->ways = (uint32_t)ways;
    cache->mask = (uint32_t)sets - 1;
    cache->chance = any ? 1 : 0;
    cache->lines = calloc((sets + MOST_LINES) * ways, sizeof *cache->lines);
    return cache->lines != NULL;
}

/* Puts a line into a free way of a set, else into any. */
static inline void cache_put_anywhere(struct cache *cache, uint32_t *set, uint32_t line)
{
    for (uint32_t way = 0; way < cache->ways; way++) {
        if (!set[way]) {
            set[way] = line;
            return;
        }
    }
    /* Marsaglia's xorshift. */
    cache->chance ^= cache->chance << 13;
    cache->chance ^= cache->chance >> 17;
    cache->chance ^= cache->chance << 5;
    set[(cache->chance >> 8) % cache->ways] = line;
}

static inline bool cache_has_anywhere(struct cache *cache, uint32_t *set, uint32_t line)
{
    for (uint32_t way = 1; way < cache->ways; way++) {
        if (set[way] == line) {
            return true;
        }
    }
    cache_put_anywhere(cache, set, line);
    return false;
}

/* Whether the line is there; it is afterwards. Lines are counted from 1. */
static inline bool cache_has(struct cache *cache, uint32_t line)
{
    uint32_t *set = &cache->lines[(line & cache->mask) * cache->ways];
    uint32_t held = set[0];
    if (held == line) {
        return true;
    }
    if (cache->chance) {
        return cache_has_anywhere(cache, set, line);
    }
    for (uint32_t way = 1; way < cache->ways; way++) {
        uint32_t here = set[way];
        set[way] = held;
        if (here == line) {
            set[0] = line;
            return true;
        }
        held = here;
    }
    set[0] = line;
    return false;
}

#endif
