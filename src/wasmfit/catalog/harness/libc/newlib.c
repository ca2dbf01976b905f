/* What newlib needs of the harness. Its own functions allocate by these, each with a structure of what is particular
 * to a thread; there is one thread, and one heap. So newlib's own allocator is not linked, nor any system call. */
#include <stdlib.h>

struct _reent;

void *_malloc_r(struct _reent *reent, size_t size)
{
    (void)reent;
    return malloc(size);
}

void *_calloc_r(struct _reent *reent, size_t count, size_t size)
{
    (void)reent;
    return calloc(count, size);
}

void *_realloc_r(struct _reent *reent, void *block, size_t size)
{
    (void)reent;
    return realloc(block, size);
}

void _free_r(struct _reent *reent, void *block)
{
    (void)reent;
    free(block);
}
