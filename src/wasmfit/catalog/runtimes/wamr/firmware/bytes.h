/* The bytes that WAMR is given. Of wasm it rewrites them while it loads them, so that they are copied from flash to
 * the heap first; what was compiled ahead is read, and executed, where it lies. */
#ifndef BYTES_H
#define BYTES_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if WASM_ENABLE_AOT != 0
static inline uint8_t *given_bytes(const uint8_t *flash, uint32_t length)
{
    (void)length;
    return (uint8_t *)flash;
}

static inline void end_of_bytes(uint8_t *bytes)
{
    (void)bytes;
}
#else
static inline uint8_t *given_bytes(const uint8_t *flash, uint32_t length)
{
    uint8_t *bytes = malloc(length);
    if (!bytes)
        wasmfit_fail("no memory for the module's bytes");
    memcpy(bytes, flash, length);
    return bytes;
}

static inline void end_of_bytes(uint8_t *bytes)
{
    free(bytes);
}
#endif

#endif
