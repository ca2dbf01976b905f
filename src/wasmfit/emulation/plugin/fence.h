/* The fence around an image: while it runs, the emulator opens, makes, renames and removes no file of the host,
 * and starts no program, whatever semihosting call the image makes. See fence/fence.c. */
#ifndef FENCE_H
#define FENCE_H

#include <stdbool.h>

/* The one file that an image may open, for reading, by this name. To be called before fence_enter(). */
bool fence_give(const char *name);

/* Encloses all threads of the emulator, the first time; to be called by each that is about to run the image.
 *
 * `stopped` is called in a signal handler with the name of the semihosting call that was stopped; it must not
 * return. Returns whether the thread is enclosed. */
bool fence_enter(void (*stopped)(const char *call));

/* The call that was answered without harm, and that an image has no business to make; NULL if there was none. */
const char *fence_harmless(void);

#endif
