;; A component: a core module that is lifted, one that calls another, and one with memory.
(component $numbers
  (core module $m
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "mul") (param i64 i64) (result i64) (i64.mul (local.get 0) (local.get 1)))
    (func (export "trap") (unreachable)))
  (core instance $i (instantiate $m))
  (func (export "add") (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $i "add")))
  (func (export "mul") (param "a" s64) (param "b" s64) (result s64) (canon lift (core func $i "mul"))))
(assert_return (invoke "add" (u32.const 1) (u32.const 2)) (u32.const 3))
(assert_return (invoke "add" (u32.const 0xffffffff) (u32.const 2)) (u32.const 1))
(assert_return (invoke "mul" (s64.const -3) (s64.const 5)) (s64.const -15))
(component $linked
  (core module $inner (func (export "seven") (result i32) (i32.const 7)))
  (core module $outer
    (import "inner" "seven" (func $seven (result i32)))
    (func (export "sum") (param i32) (result i32) (i32.add (local.get 0) (call $seven))))
  (core instance $a (instantiate $inner))
  (core instance $b (instantiate $outer (with "inner" (instance $a))))
  (func (export "sum") (param "a" u32) (result u32) (canon lift (core func $b "sum"))))
(assert_return (invoke "sum" (u32.const 35)) (u32.const 42))
(component $trapping
  (core module $m (func (export "trap") (result i32) (unreachable)))
  (core instance $i (instantiate $m))
  (func (export "trap") (result u32) (canon lift (core func $i "trap"))))
(assert_trap (invoke "trap") "unreachable")
