;; A select whose condition compares a parameter with zero.
(module
  (func (export "x") (param i32) (result i32)
    (select (i32.const 5) (i32.const 9) (i32.eqz (local.get 0)))))
