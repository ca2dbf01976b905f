(module
  (func (export "root") (param f32) (result f32) (f32.sqrt (local.get 0)))
  (func (export "mean") (param f64 f64) (result f64)
    (f64.div (f64.add (local.get 0) (local.get 1)) (f64.const 2)))
  (func (export "wide") (param i64 i64) (result i64) (i64.mul (local.get 0) (local.get 1))))
