#ifndef ZEPHYR_KERNEL_H
#define ZEPHYR_KERNEL_H
#include <stddef.h>
#define K_THREAD_STACK_DEFINE(name, size) char __attribute__((aligned(32))) name[size]
#define K_THREAD_STACK_SIZEOF(name) sizeof(name)
#define K_PRIO_PREEMPT(priority) (priority)
#define K_NO_WAIT 0
struct k_thread {
    char *end;
    void (*function)(void *, void *, void *);
};
void *k_thread_create(struct k_thread *thread, char *stack, size_t size, void (*function)(void *, void *, void *),
                      void *one, void *two, void *three, int priority, int options, int delay);
#endif
