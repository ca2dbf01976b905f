;; Adds to what it has; traps below zero.
(module
 (global $n (mut i32) (i32.const 0))
 (func (export "set") (param i32) (global.set $n (local.get 0)))
 (func (export "next") (param i32) (result i32)
  (global.set $n (i32.add (global.get $n) (local.get 0)))
  (if (i32.lt_s (global.get $n) (i32.const 0)) (then unreachable))
  (global.get $n)))
