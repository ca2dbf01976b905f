/* An image that makes one semihosting call, OPERATION with the words ARGUMENTS, and then says that all is well. */
static unsigned call(unsigned operation, const void *argument)
{
#ifdef __arm__
    register unsigned r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
#else
    register unsigned a0 __asm__("a0") = operation;
    register const void *a1 __asm__("a1") = argument;
    __asm__ volatile(".balign 16\n.option push\n.option norvc\n"
                     "slli x0, x0, 0x1f\nebreak\nsrai x0, x0, 7\n.option pop"
                     : "+r"(a0) : "r"(a1) : "memory");
    return a0;
#endif
}

static char room[256];

void hostile(void)
{
    static const unsigned words[] = {ARGUMENTS};
    unsigned answer = call(OPERATION, words);
    (void)answer;
#ifdef READ
    unsigned reading[] = {answer, (unsigned)room, sizeof room - 1};
    call(6, reading);
    call(4, room);
#endif
    call(4, "\nend ok\n");
    call(0x18, (const void *)0x20026);
    for (;;) {
    }
}

#ifdef __arm__
extern char _stack_start;
__attribute__((section(".start"), used)) static const void *const vectors[] = {&_stack_start, hostile};
#else
__attribute__((section(".start"), naked, used)) void start(void)
{
    __asm__ volatile("la sp, _stack_start\nj hostile");
}
#endif
