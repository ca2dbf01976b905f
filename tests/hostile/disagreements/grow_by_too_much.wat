;; A memory is to grow by 4,294,967,295 pages.
(module
  (memory 1 1)
  (func (export "x") (param i32) (result i32)
    (memory.grow (local.get 0))))
