/* RV32IMAC instructions, told apart by the encodings in The RISC-V Instruction
 * Set Manual, Volume I. */
#ifndef RISCV32_H
#define RISCV32_H

#include "classes.h"

static inline uint64_t x(unsigned number)
{
    return number & 31 ? 1ull << (number & 31) : 0;
}

static inline void rv_load(struct instruction *is, unsigned target)
{
    is->kind = LOAD;
    is->loads = true;
    is->words = 1;
    is->loaded = (int8_t)(target & 31);
}

static inline void rv_store(struct instruction *is)
{
    is->kind = STORE;
    is->stores = true;
    is->words = 1;
}

static inline void rv_address(struct instruction *is, unsigned base)
{
    is->reads = is->address = x(base);
}

static inline void rv_16(struct instruction *is, unsigned op)
{
    unsigned low = (op >> 2 & 7) + 8, high = (op >> 7 & 7) + 8, rd = op >> 7 & 31, rs2 = op >> 2 & 31;
    switch ((op & 3) << 3 | op >> 13) {
    case 002: /* c.lw */
        rv_load(is, low);
        rv_address(is, high);
        return;
    case 006: /* c.sw */
        rv_store(is);
        rv_address(is, high);
        return;
    case 000: /* c.addi4spn */
        is->reads = x(2);
        is->makes = x(low);
        return;
    case 010: case 020: /* c.addi, c.slli */
        is->reads = is->makes = x(rd);
        return;
    case 011: /* c.jal */
        is->kind = CALL;
        is->links = true;
        return;
    case 012: /* c.li */
        is->makes = x(rd);
        return;
    case 013: /* c.lui, c.addi16sp */
        is->reads = rd == 2 ? x(2) : 0;
        is->makes = x(rd);
        return;
    case 014: /* of two registers, or one and a constant */
        is->reads = x(high) | ((op >> 10 & 3) == 3 ? x(low) : 0);
        is->makes = x(high);
        return;
    case 015: /* c.j */
        is->kind = BRANCH;
        return;
    case 016: case 017: /* c.beqz, c.bnez */
        is->kind = CONDITIONAL;
        is->reads = x(high);
        is->backward = op & 0x1000;
        return;
    case 022: /* c.lwsp */
        rv_load(is, rd);
        rv_address(is, 2);
        return;
    case 024:
        is->reads = x(rs2) | (op & 0x1000 || !rs2 ? x(rd) : 0);
        is->makes = rs2 ? x(rd) : 0;
        if (!rs2) { /* c.jr, c.jalr, c.ebreak */
            is->kind = rd ? INDIRECT : SYSTEM;
            is->links = rd && op & 0x1000;
        }
        return;
    case 026: /* c.swsp */
        rv_store(is);
        rv_address(is, 2);
        return;
    default:
        return;
    }
}

static inline void rv_32(struct instruction *is, uint32_t op)
{
    unsigned rd = op >> 7 & 31, kind = op >> 12 & 7;
    uint64_t first = x(op >> 15), both = first | x(op >> 20);
    switch (op & 0x7f) {
    case 0x03:
        rv_load(is, rd);
        rv_address(is, op >> 15);
        return;
    case 0x23:
        rv_store(is);
        rv_address(is, op >> 15);
        return;
    case 0x63:
        is->kind = CONDITIONAL;
        is->reads = both;
        is->backward = op >> 31;
        return;
    case 0x6f:
        is->links = rd == 1 || rd == 5;
        is->kind = is->links ? CALL : BRANCH;
        return;
    case 0x67:
        is->kind = INDIRECT;
        is->links = rd == 1 || rd == 5;
        is->reads = first;
        return;
    case 0x33:
        is->reads = both;
        is->makes = x(rd);
        if (op >> 25 == 1) {
            is->kind = kind == 0 ? MULTIPLY : kind < 4 ? MULTIPLY_LONG : DIVIDE;
            is->late = kind < 4;
            is->dividend = op >> 15 & 31;
            is->divisor = op >> 20 & 31;
            is->has_sign = !(kind & 1);
        }
        return;
    case 0x2f:
        is->kind = ATOMIC;
        is->loads = is->stores = true;
        is->words = 1;
        is->reads = both;
        is->address = first;
        return;
    case 0x0f: case 0x73:
        is->kind = SYSTEM;
        return;
    case 0x13:
        is->reads = first;
        is->makes = x(rd);
        return;
    default: /* lui, auipc */
        is->makes = x(rd);
        return;
    }
}

/* Bytes of an instruction: two of a compressed one, whose lowest two bits are not both set. */
static size_t riscv32_size(const uint8_t *bytes)
{
    return (bytes[0] & 3) == 3 ? 4 : 2;
}

static struct instruction riscv32(const uint8_t *bytes, size_t size)
{
    struct instruction is = {.kind = ALU, .loaded = -1};
    unsigned low = bytes[0] | (unsigned)bytes[1] << 8;
    if (size == 4) {
        rv_32(&is, low | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24);
    } else {
        rv_16(&is, low);
    }
    return is;
}

#endif
