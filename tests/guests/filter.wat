(module
 (import "env" "sample" (func $sample (result i32)))
 (memory (export "memory") 1)
 (global $next (mut i32) (i32.const 4096))
 (func (export "in_ptr") (result i32) (i32.const 1024))
 (func (export "out_ptr") (result i32) (i32.const 2048))
 (func (export "malloc") (param i32) (result i32)
  (global.get $next) (global.set $next (i32.add (global.get $next) (i32.and (i32.add (local.get 0) (i32.const 7)) (i32.const -8)))))
 (func (export "adc") (result i32) (call $sample))
 ;; Each byte plus one; returns their sum.
 (func (export "process") (param $in i32) (param $n i32) (param $out i32) (result i32) (local $sum i32) (local $i i32)
  (block $done (loop $again
   (br_if $done (i32.ge_u (local.get $i) (local.get $n)))
   (i32.store8 (i32.add (local.get $out) (local.get $i))
    (i32.add (i32.load8_u (i32.add (local.get $in) (local.get $i))) (i32.const 1)))
   (local.set $sum (i32.add (local.get $sum) (i32.load8_u (i32.add (local.get $in) (local.get $i)))))
   (local.set $i (i32.add (local.get $i) (i32.const 1)))
   (br $again)))
  (local.get $sum)))
