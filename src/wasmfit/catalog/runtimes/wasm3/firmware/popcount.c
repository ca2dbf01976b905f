/* What GCC calls for i32.popcnt and i64.popcnt on a core without such an
 * instruction: the only part of libgcc that wasm3 needs and that Rust's
 * compiler_builtins, which every image has, lacks. */
#include <stdint.h>

int __popcountsi2(uint32_t value);
int __popcountdi2(uint64_t value);

int __popcountsi2(uint32_t value)
{
    value -= value >> 1 & 0x55555555;
    value = (value & 0x33333333) + (value >> 2 & 0x33333333);
    value = (value + (value >> 4)) & 0x0f0f0f0f;
    return value * 0x01010101 >> 24;
}

int __popcountdi2(uint64_t value)
{
    return __popcountsi2(value) + __popcountsi2(value >> 32);
}
