;; In code that is not reachable, a block may take parameters that nothing has pushed.
(module
  (func (export "x") (result i32)
    unreachable
    loop (param i32) (result i32)
    end))
