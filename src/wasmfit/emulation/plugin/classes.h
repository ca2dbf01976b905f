/* What kinds of instruction there are, as far as they cost a core differently,
 * and the measures that are reported. Timing models give them prices; the names
 * are theirs. */
#ifndef CLASSES_H
#define CLASSES_H

#include <stdbool.h>
#include <stddef.h>
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
    X(LOAD_USE, "load_use")                 /* the next one reads the register just loaded, not to store it */ \
    X(LOAD_ADDRESS, "load_address")         /* of them, those that read it to address memory */             \
    X(LOAD_PAIR, "load_pair")               /* single load behind one whose result its address does not need */ \
    X(LOAD_PAIR_ASTRIDE, "load_pair_astride") /* of them, those of four bytes across a boundary of four */  \
    X(LOAD_BEHIND_STORE, "load_behind_store") /* single load right behind a single store */                 \
    X(STORE_BEHIND_LOAD, "store_behind_load") /* and the other way round */                                 \
    X(STORE_INDEXED, "store_indexed")       /* single store to an address of two registers */               \
    X(ADDRESS_USE, "address_use")           /* an address needs what the data processing before it made */  \
    X(LATE_USE, "late_use")                 /* the next one reads what a multiply or shift-and-add made */  \
    X(PAIRED, "paired")                     /* Thumb: 16-bit branches and ITs that a 16-bit one before can take along */ \
    X(WIDE, "wide")                         /* instructions of four bytes */                                \
    X(WIDE_ASTRIDE, "wide_astride")         /* those across a boundary of four bytes */                     \
    X(ASTRIDE_THIRD, "astride_third")       /* of them, each third one in a row */                          \
    X(CONDITIONAL_TAKEN, "conditional_taken")                                                               \
    X(MISPREDICTED, "mispredicted")         /* conditional: forward and taken, or backward and not */       \
    X(JUMP_TABLE, "jump_table")             /* Thumb's TBB and TBH, also counted as indirect */             \
    X(JUMPS, "jumps")                       /* times that the next instruction was elsewhere */             \
    X(JUMPS_ASTRIDE, "jumps_astride")       /* to four bytes across a boundary of four */                   \
    X(FETCHES, "fetches")                   /* cache lines entered by straight code, in flash */            \
    X(FETCH_MISSES, "fetch_misses")         /* those that the cache did not have */                         \
    X(FETCH_RUNS, "fetch_runs")             /* misses of the line behind the last one missed */             \
    X(READS, "reads")                       /* data accesses to flash, in words */                          \
    X(READ_MISSES, "read_misses")           /* those that the cache did not have; all, if it has code only */ \
    X(READ_RUNS, "read_runs")               /* misses of the line behind the last one missed */              \
    X(DIVIDE_READ, "divide_read")           /* divisions whose operands were read: all, or none */          \
    X(DIVIDE_ZERO, "divide_zero")           /* of them, those with an operand of 0 */                       \
    X(DIVIDE_SHORT, "divide_short")         /* whose dividend has fewer bits than their divisor */          \
    X(DIVIDE_FOURS, "divide_fours")         /* of all others, whole fours of bits that the dividend has more */

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
    bool backward;       /* whether it is a conditional branch to a lower address */
    bool indexed;        /* whether its address is made of two registers */
    bool table;          /* whether it jumps by a table */
    bool flags;          /* Thumb: whether it sets flags that a branch may test */
    bool goes_along;     /* Thumb: a branch or IT that the instruction before can take along */
    bool late;           /* whether what it makes comes a cycle later than that of simple ones; not MULS,
                          * which keeps others waiting by itself */
    uint64_t reads;      /* registers that it reads, as a set, but those that it stores */
    uint64_t address;    /* those of them that address memory */
    uint64_t makes;      /* registers that it writes, if it processes data */
    int8_t loaded;       /* the register that a single load fills, else -1 */
    uint8_t dividend, divisor; /* of a division: the registers of its operands */
    bool has_sign;       /* whether they are signed */
};

/* An instruction set. An instruction's size is told from its first two bytes and not asked of QEMU: before a
 * boundary of 1 KiB, QEMU 7.2 hands out a 16-bit Thumb instruction together with the one that follows. */
struct isa {
    const char *name;
    size_t (*size)(const uint8_t *bytes);
    struct instruction (*decode)(const uint8_t *bytes, size_t size);
    const char *const *registers; /* as debuggers call them, by number; NULL after the last */
};

#endif
