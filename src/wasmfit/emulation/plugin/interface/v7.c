/* Version 7: QEMU 11.1. */
#include "bytes_copied.h"
#include "callbacks_with_data.h"
#include "registers.h"
#include "scoreboard.h"

EXPORT int qemu_plugin_version = 7;
