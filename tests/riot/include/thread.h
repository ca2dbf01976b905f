#ifndef THREAD_H
#define THREAD_H
#include <stdint.h>
#define THREAD_PRIORITY_MAIN 7
int thread_create(char *stack, int size, uint8_t priority, int flags, void *(*function)(void *), void *argument,
                  const char *name);
#endif
