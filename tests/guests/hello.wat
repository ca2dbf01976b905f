(module
 (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
 (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
 (import "wasi_snapshot_preview1" "args_sizes_get" (func $sizes (param i32 i32) (result i32)))
 (memory (export "memory") 1)
 (data (i32.const 0) "\40\00\00\00\40\00\00\00")
 ;; Writes the input as it is, if it was given an argument.
 (func (export "_start")
  (drop (call $sizes (i32.const 16) (i32.const 20)))
  (if (i32.lt_u (i32.load (i32.const 16)) (i32.const 2)) (then (unreachable)))
  (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 24)))
  (i32.store (i32.const 4) (i32.load (i32.const 24)))
  (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 24)))))
