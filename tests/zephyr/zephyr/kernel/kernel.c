/* The stand-in's kernel: starts, has a heap, and runs one thread after main. */
#include <errno.h>
#include <stdint.h>

#include <zephyr/kernel.h>

extern uint32_t _srelocate, _erelocate, _szero, _ezero;
extern const uint32_t _load;
extern char _sheap, _eheap;

int main(void);
void z_arm_reset(void);

/* Not where zeroes are written while it is used. */
__attribute__((section(".stack"))) static uint32_t z_interrupt_stacks[128];

static void z_fatal_error(void)
{
    for (;;)
        ;
}

__attribute__((section(".vectors"), used)) static void *const _irq_vector_table[16] = {
    &z_interrupt_stacks[128], z_arm_reset, z_fatal_error, z_fatal_error, z_fatal_error, z_fatal_error, z_fatal_error,
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

static struct k_thread *ready;

void *k_thread_create(struct k_thread *thread, char *stack, size_t size, void (*function)(void *, void *, void *),
                      void *one, void *two, void *three, int priority, int options, int delay)
{
    (void)one, (void)two, (void)three, (void)priority, (void)options, (void)delay;
    thread->end = stack + size;
    thread->function = function;
    ready = thread;
    return thread;
}

void z_arm_reset(void)
{
    const uint32_t *from = &_load;
    for (uint32_t *to = &_srelocate; to < &_erelocate;)
        *to++ = *from++;
    for (uint32_t *to = &_szero; to < &_ezero;)
        *to++ = 0;
    /* The floating-point unit. */
    *(volatile uint32_t *)0xe000ed88 |= 0xf00000;
    __asm__ volatile("dsb\nisb");
    /* A clock that the board's driver waits for, and that no emulated machine has. */
    while (!CLOCK_STARTS && !*(volatile uint32_t *)0x40000100)
        ;
    main();
    __asm__ volatile("mov sp, %0\nblx %1\n" ::"r"(ready->end), "r"(ready->function) : "memory");
    z_fatal_error();
}
