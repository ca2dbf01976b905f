/* What kinds of instruction there are, as far as they cost a core differently,
 * and the measures that are reported. Timing models give them prices; the names
 * are theirs. */
#ifndef CLASSES_H
#define CLASSES_H

#include <stdbool.h>
#include <stdint.h>

/* Every instruction is counted under exactly one of the kinds up to SYSTEM;
 * what follows them is counted beside that. */
#define MEASURES(X)                                                                                        \
    X(ALU, "alu")                           /* everything not named below */                                \
    X(LOAD, "load")                         /* one register from memory */                                  \
    X(LOAD_MULTIPLE, "load_multiple")       /* two or more at once */                                       \
    X(STORE, "store")                                                                                       \
    X(STORE_MULTIPLE, "store_multiple")                                                                     \
    X(BRANCH, "branch")                     /* to a fixed address, always */                                \
    X(CONDITIONAL, "conditional")           /* to a fixed address, or not */                                \
    X(CALL, "call")                         /* the same, with a return address */                           \
    X(INDIRECT, "indirect")                 /* to an address in a register or in memory; returns too */     \
    X(MULTIPLY, "multiply")                 /* 32 bits of product */                                        \
    X(MULTIPLY_LONG, "multiply_long")       /* the upper 32 bits, or all 64 */                              \
    X(DIVIDE, "divide")                                                                                     \
    X(FLOAT_ADD, "float_add")               /* add, subtract, compare */                                    \
    X(FLOAT_MULTIPLY, "float_multiply")                                                                     \
    X(FLOAT_FUSED, "float_fused")           /* multiply and add */                                          \
    X(FLOAT_DIVIDE, "float_divide")         /* and square root */                                           \
    X(FLOAT_OTHER, "float_other")           /* move, convert, negate */                                     \
    X(ATOMIC, "atomic")                                                                                     \
    X(PREFIX, "prefix")                     /* Thumb's IT */                                                \
    X(SYSTEM, "system")                     /* barriers, special registers, calls of the environment */     \
    X(LOAD_MULTIPLE_WORDS, "load_multiple_words")                                                           \
    X(STORE_MULTIPLE_WORDS, "store_multiple_words")                                                         \
    X(LOAD_PC, "load_pc")                   /* loads and load_multiples that jump, also counted there */    \
    X(LOAD_USE, "load_use")                 /* the next instruction reads the register just loaded */       \
    X(LOAD_PAIR, "load_pair")           /* single load right behind a single load or store */           \
    X(WIDE, "wide")                         /* instructions of four bytes */                                \
    X(WIDE_ASTRIDE, "wide_astride")         /* those across a boundary of four bytes */                     \
    X(CONDITIONAL_TAKEN, "conditional_taken")                                                               \
    X(JUMPS, "jumps")                       /* times that the next instruction was elsewhere */             \
    X(FETCHES, "fetches")                   /* cache lines entered by straight code, in flash */            \
    X(FETCH_MISSES, "fetch_misses")         /* those that the cache did not have */                         \
    X(FETCH_RUNS, "fetch_runs")             /* misses of the line behind the last one missed */             \
    X(READS, "reads")                       /* data accesses to flash, in words */                          \
    X(READ_MISSES, "read_misses")           /* those that the cache did not have; all, if it has code only */ \
    X(READ_RUNS, "read_runs")               /* misses of the line behind the last one missed */

enum measure {
#define X(name, text) name,
    MEASURES(X)
#undef X
        NUMBER_OF_MEASURES
};

#define KINDS (SYSTEM + 1)

/* What is known of an instruction from its bytes. */
struct instruction {
    enum measure kind;
    uint8_t words;       /* registers moved, for loads and stores */
    bool loads, stores;  /* whether it can */
    bool jumps;          /* whether it is also a jump: a load of the program counter */
    bool links;          /* whether it leaves a return address */
    uint64_t reads;      /* registers that it reads, as a set; a few more where it is not sure */
    int8_t loaded;       /* the register that a single load fills, else -1 */
};

#endif
