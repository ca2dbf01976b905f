/* Thumb-2 instructions of ARMv7E-M and ARMv8-M Mainline with single-precision
 * float, told apart by the encodings in the Architecture Reference Manuals. */
#ifndef THUMB_H
#define THUMB_H

#include "classes.h"

static inline uint64_t reg(unsigned number)
{
    return 1ull << (number & 15);
}

static inline uint8_t ones(unsigned bits)
{
    return (uint8_t)__builtin_popcount(bits);
}

static inline void one_load(struct instruction *is, unsigned target)
{
    is->kind = LOAD;
    is->loads = true;
    is->words = 1;
    is->loaded = (int8_t)(target & 15);
}

static inline void one_store(struct instruction *is)
{
    is->kind = STORE;
    is->stores = true;
    is->words = 1;
}

static inline void many(struct instruction *is, bool load, uint8_t words)
{
    is->kind = load ? LOAD_MULTIPLE : STORE_MULTIPLE;
    is->loads = load;
    is->stores = !load;
    is->words = words;
}

static inline void by_address(struct instruction *is, uint64_t registers)
{
    is->reads |= registers;
    is->address |= registers;
}

static inline void thumb_16(struct instruction *is, unsigned op)
{
    switch (op >> 12) {
    case 0x0: case 0x1: /* shifts, ADD and SUB of three registers */
        is->reads = reg(op >> 3 & 7) | ((op & 0xfc00) == 0x1800 ? reg(op >> 6 & 7) : 0);
        is->makes = reg(op & 7);
        is->flags = true;
        return;
    case 0x2: case 0x3: /* MOV, CMP, ADD, SUB with a constant */
        is->reads = op >> 11 == 4 ? 0 : reg(op >> 8 & 7);
        is->makes = op >> 11 == 5 ? 0 : reg(op >> 8 & 7);
        is->flags = true;
        return;
    case 0x4:
        if (op >> 10 == 0x10) { /* data processing */
            unsigned what = op >> 6 & 15; /* 8, 10, 11: TST, CMP, CMN; 9, 15: RSB, MVN, of one register */
            is->kind = what == 13 ? MULTIPLY : ALU;
            is->reads = (what == 9 || what == 15 ? 0 : reg(op & 7)) | reg(op >> 3 & 7);
            is->makes = what == 8 || what == 10 || what == 11 ? 0 : reg(op & 7);
            is->flags = true;
        } else if (op >> 10 == 0x11) { /* high registers, BX, BLX */
            unsigned target = (op >> 4 & 8) | (op & 7);
            bool compares = (op & 0xff00) == 0x4500;
            is->reads = reg(op >> 3 & 15);
            if ((op & 0xff00) == 0x4700) {
                is->kind = INDIRECT;
                is->links = op & 0x80;
            } else {
                is->reads |= (op & 0xff00) == 0x4600 ? 0 : reg(target);
                is->kind = target == 15 && !compares ? INDIRECT : ALU;
                is->makes = is->kind == INDIRECT || compares ? 0 : reg(target);
                is->flags = compares;
            }
        } else { /* LDR from behind the code */
            one_load(is, op >> 8 & 7);
        }
        return;
    case 0x5: /* by register */
        by_address(is, reg(op >> 3 & 7) | reg(op >> 6 & 7));
        is->indexed = true;
        (op >> 9 & 7) >= 3 ? one_load(is, op & 7) : one_store(is);
        return;
    case 0x6: case 0x7: case 0x8: /* by constant */
        by_address(is, reg(op >> 3 & 7));
        op & 0x800 ? one_load(is, op & 7) : one_store(is);
        return;
    case 0x9: /* on the stack */
        by_address(is, reg(13));
        op & 0x800 ? one_load(is, op >> 8 & 7) : one_store(is);
        return;
    case 0xa: /* ADR, ADD to SP */
        is->reads = op & 0x800 ? reg(13) : 0;
        is->makes = reg(op >> 8 & 7);
        return;
    case 0xb:
        if ((op & 0xf500) == 0xb100) { /* CBZ, CBNZ */
            is->kind = CONDITIONAL;
            is->reads = reg(op & 7);
            is->goes_along = true;
        } else if ((op & 0xfe00) == 0xb400) { /* PUSH */
            many(is, false, ones(op & 0x1ff));
            by_address(is, reg(13));
        } else if ((op & 0xfe00) == 0xbc00) { /* POP */
            many(is, true, ones(op & 0x1ff));
            by_address(is, reg(13));
            is->jumps = op & 0x100;
        } else if ((op & 0xff00) == 0xbf00) { /* IT, NOP and other hints */
            is->kind = op & 15 ? PREFIX : op & 0xf0 ? SYSTEM : ALU;
            is->goes_along = is->kind != SYSTEM;
        } else if ((op & 0xff00) == 0xbe00 || (op & 0xffe0) == 0xb660) { /* BKPT, CPS */
            is->kind = SYSTEM;
        } else {
            is->reads = op >> 8 == 0xb0 ? reg(13) : reg(op >> 3 & 7);
            is->makes = op >> 8 == 0xb0 ? reg(13) : reg(op & 7);
        }
        return;
    case 0xc:
        many(is, op & 0x800, ones(op & 0xff));
        by_address(is, reg(op >> 8 & 7));
        return;
    case 0xd:
        is->kind = op >> 8 < 0xde ? CONDITIONAL : SYSTEM;
        is->backward = op & 0x80;
        is->goes_along = is->kind == CONDITIONAL;
        return;
    case 0xe:
        is->kind = BRANCH;
        is->goes_along = true;
        return;
    default:
        return;
    }
}

/* STREX, LDRD, TBB and others that share an encoding. */
static inline void thumb_dual(struct instruction *is, unsigned first, unsigned second)
{
    bool load = first & 0x10;
    by_address(is, reg(first));
    if (first & 0x0120) {
        many(is, load, 2);
    } else if ((first & 0xfff0) == 0xe8d0 && (second & 0xe0) == 0) { /* TBB, TBH */
        is->kind = INDIRECT;
        is->loads = is->indexed = is->table = true;
        is->words = 1;
        by_address(is, reg(second));
    } else {
        is->kind = ATOMIC;
        is->loads = is->stores = true;
        is->words = 1;
    }
}

static inline void thumb_float(struct instruction *is, unsigned first, unsigned second)
{
    is->kind = FLOAT_OTHER;
    if ((first & 0xfe00) == 0xec00) {
        bool load = first & 0x10;
        uint8_t words = (second >> 8 & 15) == 11 ? 2 : 1;
        if ((first & 0xffe0) == 0xec40) {
            is->reads = first & 0x10 ? 0 : reg(first) | reg(second >> 12); /* two core registers */
            is->makes = first & 0x10 ? reg(first) | reg(second >> 12) : 0;
            return;
        }
        by_address(is, reg(first));
        if ((first & 0x0120) == 0x0100 && words == 1) { /* VLDR, VSTR */
            is->kind = load ? LOAD : STORE;
            is->loads = load;
            is->stores = !load;
            is->words = 1;
        } else {
            many(is, load, (first & 0x0120) == 0x0100 ? words : (uint8_t)(second & 0xff));
        }
        return;
    }
    if ((first & 0xff00) == 0xee00 && second & 0x10) { /* one core register; VMRS to the flags */
        bool to_core = first & 0x10;
        is->reads = to_core ? 0 : reg(second >> 12);
        is->makes = to_core && second >> 12 != 15 ? reg(second >> 12) : 0;
        is->flags = to_core && second >> 12 == 15;
        return;
    }
    if ((first & 0xff00) != 0xee00) {
        return;
    }
    switch (first >> 4 & 0xb) {
    case 0x0: case 0x1: case 0x9: case 0xa:
        is->kind = FLOAT_FUSED;
        return;
    case 0x2:
        is->kind = FLOAT_MULTIPLY;
        return;
    case 0x3:
        is->kind = FLOAT_ADD;
        return;
    case 0x8:
        is->kind = FLOAT_DIVIDE;
        return;
    default: /* VSQRT; VCMP; others; without bit 6, a constant */
        is->kind = (first & 15) == 1 && (second >> 6 & 3) == 3 ? FLOAT_DIVIDE
                   : (first & 14) == 4 && second & 0x40        ? FLOAT_ADD
                                                               : FLOAT_OTHER;
    }
}

/* A result in the place where most have it; CMP, TST and others have none, which 15 stands for. */
static inline void one_result(struct instruction *is, unsigned second)
{
    unsigned target = second >> 8 & 15;
    is->makes = target == 15 ? 0 : reg(target);
}

/* With a shifted register, or with a constant: both are added to or combined with a register. */
static inline void thumb_processing(struct instruction *is, unsigned first, unsigned second, bool constant)
{
    bool moves = (first & 0x01c0) == 0x0040 && (first & 15) == 15; /* MOV, MVN: nothing is combined */
    is->reads = (first & 15) == 15 ? 0 : reg(first);
    is->flags = first & 0x10;
    one_result(is, second);
    if (constant) {
        /* Twelve bits that stand for a byte shifted, unless they begin with 00. */
        bool shifted = first & 0x0400 || second & 0x4000;
        is->late = !(first & 0x0200) && shifted && !moves;
        is->flags = is->flags && !(first & 0x0200);
    } else {
        is->reads |= reg(second);
        is->late = second & 0x70f0 && !moves;
    }
}

static inline void thumb_32(struct instruction *is, unsigned first, unsigned second)
{
    if ((first & 0xfe40) == 0xe800) { /* LDM, STM */
        many(is, first & 0x10, ones(second));
        is->jumps = is->loads && second & 0x8000;
        by_address(is, reg(first));
    } else if ((first & 0xfe40) == 0xe840) {
        thumb_dual(is, first, second);
    } else if ((first & 0xec00) == 0xec00) {
        thumb_float(is, first, second);
    } else if ((first & 0xfe00) == 0xea00) {
        thumb_processing(is, first, second, false);
    } else if ((first & 0xf800) == 0xf000) {
        if (!(second & 0x8000)) {
            thumb_processing(is, first, second, true);
        } else if ((second & 0xd000) == 0xd000) {
            is->kind = CALL;
            is->links = true;
        } else if ((second & 0xd000) == 0x9000) {
            is->kind = BRANCH;
        } else {
            bool nop = first == 0xf3af && second == 0x8000;
            is->kind = nop ? ALU : (first & 0x0380) == 0x0380 ? SYSTEM : CONDITIONAL;
            is->backward = is->kind == CONDITIONAL && first & 0x0400;
        }
    } else if ((first & 0xfe00) == 0xf800) { /* one register from or to memory */
        is->indexed = !(first & 0x80) && !(second & 0x0fc0) && (first & 15) != 15;
        by_address(is, ((first & 15) != 15 ? reg(first) : 0) | (is->indexed ? reg(second) : 0));
        if (first & 0x10) {
            one_load(is, second >> 12);
            is->jumps = (first & 0x70) == 0x50 && second >> 12 == 15;
        } else {
            one_store(is);
        }
    } else if ((first & 0xff00) == 0xfb00) {
        bool divides = (first & 0xffd0) == 0xfb90 && (second & 0xf0) == 0xf0;
        is->kind = !(first & 0x80) ? MULTIPLY : divides ? DIVIDE : MULTIPLY_LONG;
        is->reads = reg(first) | reg(second);
        is->dividend = first & 15;
        is->divisor = second & 15;
        is->has_sign = !(first & 0x20);
        is->late = !divides;
        is->makes = reg(second >> 8) | (is->kind == MULTIPLY_LONG ? reg(second >> 12) : 0);
    } else { /* shifts, extensions and arithmetic by register */
        is->reads = ((first & 0xff80) == 0xfa00 || (first & 15) != 15 ? reg(first) : 0) | reg(second);
        is->flags = (first & 0xff90) == 0xfa10 && (second & 0xf0) == 0;
        is->late = (first & 0xff80) == 0xfa00 && second & 0x80 && (first & 15) != 15; /* extend and add */
        one_result(is, second);
    }
}

/* Bytes of an instruction: four if its first half begins with 0b11101, 0b11110 or 0b11111 (Armv7-M, A5.1). */
static size_t thumb_size(const uint8_t *bytes)
{
    return bytes[1] >= 0xe8 ? 4 : 2;
}

static struct instruction thumb(const uint8_t *bytes, size_t size)
{
    struct instruction is = {.kind = ALU, .loaded = -1};
    unsigned first = bytes[0] | (unsigned)bytes[1] << 8;
    if (size == 4) {
        thumb_32(&is, first, bytes[2] | (unsigned)bytes[3] << 8);
    } else {
        thumb_16(&is, first);
    }
    if (is.jumps) {
        is.loaded = -1;
    }
    is.address &= ~reg(15);
    is.reads &= ~reg(15);
    return is;
}

#endif
