(module
  (import "env" "clock_ms" (func $clock (result i64)))
  (import "env" "log" (func $log (param i32 i32)))
  (import "env" "five" (func $five (param f32) (result f64)))
  (import "other" "noise" (func $noise (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "hello from the module")
  (func (export "run") (param $a i64) (param $b f32) (param $c f64) (param $d i32) (result f64)
    (call $log (i32.const 16) (i32.const 21))
    (drop (call $noise))
    (f64.add
      (f64.add (f64.convert_i64_s (i64.add (local.get $a) (call $clock))) (f64.promote_f32 (local.get $b)))
      (f64.add (f64.mul (local.get $c) (call $five (f32.const 1)))  (f64.convert_i32_s (local.get $d))))))
