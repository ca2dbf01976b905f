/* The job: where the library looks for it. */
    .section .rodata.wasmfit_job, "a"
    .global wasmfit_job
    .type wasmfit_job, %object
    .balign 16
wasmfit_job:
    .incbin "job.bin"
    .size wasmfit_job, . - wasmfit_job
