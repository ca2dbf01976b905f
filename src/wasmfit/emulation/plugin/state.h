/* What the parts of the plugin share: what is known of the image and the board,
 * and what is counted. */
#ifndef STATE_H
#define STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fence.h"
#include "cache.h"
#include "classes.h"
#include "plugin.h"

/* ---- what is known of the image and the board (counter.c reads it) ---- */

#define MARKS 16
#define MEMORIES 8
#define PHASES 8

struct mark {
    uint32_t address;
    unsigned id;
};

extern struct mark marks[MARKS];
extern size_t number_of_marks;
extern struct range stack, ram, flash, memories[MEMORIES];
extern size_t number_of_memories;
extern uint64_t limit;
extern const struct isa *isa; /* NULL: instructions are not told apart */
extern int out;
extern struct cache code_cache, *data_cache;
extern bool has_code_cache, must_be_aligned;

/* ---- what is counted ---- */

/* One translated block: straight code. It lives until the end. Where straight code is cut into blocks is up to
 * QEMU: at the end of a page, after so many instructions, at an access to a device. Versions differ in it, and
 * what is counted must not; hence seams. */
struct block {
    uint64_t executed;          /* times that it was entered */
    uint64_t jumped;            /* times that what followed was elsewhere */
    uint64_t landed;            /* times that it was jumped to */
    uint32_t start, end;        /* addresses: its first instruction, and the first behind it */
    uint32_t instructions;
    uint32_t line, last_line;   /* of the cache, see cache_has(); none if line > last_line */
    const uint32_t *set;        /* of the cache, that the first line belongs to */
    const struct mark *mark;    /* that its first instruction is */
    int32_t function;           /* see profile.c */
    bool calls, conditional;    /* how it ends */
    bool runs_on;               /* it ends for a reason of QEMU's: its last instruction is no jump */
    bool backward;              /* a conditional end's target lies before it */
    bool pairs, pairs_untaken;  /* a conditional end goes with what is before it: always, or if not taken */
    bool astride;               /* begins with four bytes across a boundary of four */
    uint8_t *code;              /* its bytes; NULL where instructions are not told apart */
    struct block *beginnings;   /* see beginning_of() */
    struct block *seams;        /* see seam_of() */
    const struct block *before; /* of a seam */
    struct block *next;         /* in such a list */
    uint8_t kinds;              /* how many are below */
    struct {
        uint64_t executed, jumped, landed;
    } measured;                 /* the counters at the last mark */
    struct {
        int16_t measure, number;
    } of[NUMBER_OF_MEASURES];   /* what one passage counts; only `kinds` of them are there */
};

extern struct block **blocks;
extern size_t number_of_blocks;
extern uint64_t *executed;                   /* instructions started so far: interface_counter() */
extern uint64_t dynamic[NUMBER_OF_MEASURES]; /* since the last mark: what a block does not know of itself */
extern unsigned phase;

/* The lowest stack address written since the last mark, and how far above it the
 * last word of the board's RAM is: a store in between is of no interest, and one
 * compare tells. The link map puts the stack at the bottom of RAM, so that nearly
 * every store is such a one. */
extern uint32_t lowest, span;

static inline void set_lowest(uint32_t address)
{
    lowest = address;
    span = ram.end - address > 4 ? ram.end - address - 4 : 0;
}

/* ---- record.c ---- */

extern bool fenced; /* whether the program runs inside the fence */

void record(const char *line, int length);
void record_mark(const struct mark *mark);
void record_end(const char *word); /* the last line: ends the emulation */
void record_fence(void);           /* puts the fence up, before anything runs */
void record_rest(void);            /* the same where QEMU ends by itself */

/* ---- watch.c: what QEMU calls while the program runs ---- */

struct block *block_before(void); /* the block that ran last */
uint32_t settle(void); /* makes right what is counted of it; how many of its instructions were not started */
void enter(struct block *block);
void on_block(unsigned cpu, void *block);
void on_mark(unsigned cpu, void *mark); /* one that is not the first of its block */
void on_load(unsigned cpu, uint32_t info, uint64_t address, void *pc);
void on_store(unsigned cpu, uint32_t info, uint64_t address, void *pc);
void on_access(unsigned cpu, uint32_t info, uint64_t address, void *pc);
void on_aligned_access(unsigned cpu, uint32_t info, uint64_t address, void *pc);
void on_division(unsigned cpu, void *operands);
void *operands_of(const struct instruction *is); /* what on_division() is told */

/* ---- profile.c ---- */

extern uint32_t *functions;
bool profile_read_functions(const char *path);
bool profile_to(const char *path);
int32_t function_at(uint32_t address);
void on_profiled_block(unsigned cpu, void *block);
void write_profile(void);

/* ---- translate.c: while blocks are translated ---- */

struct qemu_plugin_tb;
void on_translated(struct qemu_plugin_tb *tb);
struct block *beginning_of(struct block *block, uint32_t instructions);
struct block *seam_of(const struct block *before, struct block *block);
void *must(void *memory);

#endif
