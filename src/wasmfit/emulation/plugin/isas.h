/* The instruction sets whose instructions are told apart. */
#ifndef ISAS_H
#define ISAS_H

#include <string.h>

#include "riscv32.h"
#include "thumb.h"

/* The instruction set of that name, or NULL. */
static inline const struct isa *find_isa(const char *name)
{
    static const struct isa isas[] = {{"thumb", thumb_size, thumb}, {"riscv32", riscv32_size, riscv32}};
    for (size_t i = 0; i < sizeof isas / sizeof *isas; i++) {
        if (!strcmp(isas[i].name, name)) {
            return &isas[i];
        }
    }
    return NULL;
}

#endif
