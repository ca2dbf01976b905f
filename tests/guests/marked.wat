(module
 (import "env" "start_trigger" (func $begin))
 (import "env" "stop_trigger" (func $end))
 (import "env" "initialise_board" (func $board))
 (global $noise (mut i32) (i32.const 1))
 ;; What a compiler cannot do at once.
 (func $loop (param i32)
  (loop $again
   (global.set $noise (i32.xor (i32.mul (global.get $noise) (i32.const 1664525)) (local.get 0)))
   (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
 ;; Loops before, in and after what is of interest.
 (func (export "run") (param $before i32) (param $in i32) (param $after i32) (result i32)
  (call $loop (local.get $before)) (call $begin) (call $loop (local.get $in)) (call $end)
  (call $loop (local.get $after)) (i32.const 0))
 (func (export "main") (result i32)
  (call $board) (call $loop (i32.const 500)) (call $begin) (call $loop (i32.const 100)) (call $end) (i32.const 0))
 (func (export "nested") (call $begin) (call $begin) (call $end))
 (func (export "open") (call $begin)))
