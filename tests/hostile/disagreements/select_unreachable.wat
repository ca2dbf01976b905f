;; In code that is not reachable, a select has whatever type is wanted of it.
(module
  (func (export "x") (result i32)
    unreachable
    select
    i64.eqz))
