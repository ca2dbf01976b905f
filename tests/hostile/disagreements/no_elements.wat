;; An element segment without elements.
(module
  (table 1 funcref)
  (elem (i32.const 0) func)
  (func (export "x") (result i32)
    i32.const 7))
