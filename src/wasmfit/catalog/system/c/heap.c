/* Rust's heap over that of C: for systems whose C library has one. */
#include <stdint.h>
#include <stdlib.h>

#include "wasmfit_runtime.h"

/* What malloc aligns to by itself, on every core of 32 bits. */
enum { USUAL = 8 };

/* A larger alignment is had by taking more, and keeping malloc's own address in front of the block; of every block,
 * since the one who releases it does not say how it was aligned. */
void *wasmfit_system_allocate(size_t size, size_t alignment)
{
    size_t front = alignment < USUAL ? USUAL : alignment;
    if (size > SIZE_MAX - front - USUAL)
        return NULL;
    /* A block that malloc has aligned needs room for the address alone. */
    unsigned char *all = malloc(size + (front == USUAL ? USUAL : front + USUAL));
    if (!all)
        return NULL;
    uintptr_t block = ((uintptr_t)all + USUAL + (front - 1)) & ~(uintptr_t)(front - 1);
    ((void **)block)[-1] = all;
    return (void *)block;
}

void wasmfit_system_release(void *block)
{
    if (block)
        free(((void **)block)[-1]);
}
