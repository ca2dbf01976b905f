/* The stand-in's kernel: starts, has a heap, and runs one thread after main. */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "cpu.h"
#include "thread.h"

extern uint32_t _srelocate, _erelocate, _szero, _ezero;
extern const uint32_t _load;
extern char _sheap, _eheap;

int main(void);
void reset_handler(void);

/* Not where zeroes are written while it is used. */
__attribute__((section(".stack"))) static uint32_t isr_stack[128];

static void stuck(void)
{
    for (;;)
        ;
}

__attribute__((section(".vectors"), used)) static void *const vectors[16] = {
    &isr_stack[128], reset_handler, stuck, stuck, stuck, stuck, stuck,
};

void *sbrk(ptrdiff_t more)
{
    static char *top = &_sheap;
    if (more > &_eheap - top) {
        errno = ENOMEM;
        return (void *)-1;
    }
    char *before = top;
    top += more;
    return before;
}

static struct { char *end; void *(*function)(void *); void *argument; } thread;

int thread_create(char *stack, int size, uint8_t priority, int flags, void *(*function)(void *), void *argument,
                  const char *name)
{
    (void)priority, (void)flags, (void)name;
    thread.end = stack + size;
    thread.function = function;
    thread.argument = argument;
    return 1;
}

void reset_handler(void)
{
    const uint32_t *from = &_load;
    for (uint32_t *to = &_srelocate; to < &_erelocate;)
        *to++ = *from++;
    for (uint32_t *to = &_szero; to < &_ezero;)
        *to++ = 0;
    cpu_init();
    board_init();
    main();
    __asm__ volatile("mov sp, %0\nmov r0, %1\nblx %2\n" ::"r"(thread.end), "r"(thread.argument), "r"(thread.function)
                     : "r0", "memory");
    stuck();
}
