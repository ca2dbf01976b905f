/* The instruction sets whose instructions are told apart. */
#ifndef ISAS_H
#define ISAS_H

#include <string.h>

#include "riscv32.h"
#include "thumb.h"

/* The instruction set of that name, or NULL. */
static inline const struct isa *find_isa(const char *name)
{
    static const char *const of_thumb[] = {"r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10",
                                           "r11", "r12", "sp", "lr", "pc", NULL};
    static const char *const of_riscv32[] = {"zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "fp", "s1", "a0",
                                             "a1", "a2", "a3", "a4", "a5", "a6", "a7", "s2", "s3", "s4", "s5",
                                             "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6", NULL};
    static const struct isa isas[] = {
        {"thumb", thumb_size, thumb, of_thumb}, {"riscv32", riscv32_size, riscv32, of_riscv32}};
    for (size_t i = 0; i < sizeof isas / sizeof *isas; i++) {
        if (!strcmp(isas[i].name, name)) {
            return &isas[i];
        }
    }
    return NULL;
}

#endif
