;; A memory that may have no page grows.
(module
  (memory 0 0)
  (func (export "x") (param i32) (result i32)
    (memory.grow (local.get 0))))
