;; Start functions without end: whoever instantiates a module runs them. With a budget, making the instance must come
;; back with a trap, and other instances must answer afterwards.
(module (func (export "seven") (result i32) (i32.const 7)))
(invoke $firmware "budget" (i32.const 100000))
(assert_trap (module (func $tight (loop (br 0))) (start $tight)) "stopped")
(invoke $firmware "budget" (i32.const 1))
(assert_trap
  (module
    (func $leaf)
    (func $calling (loop (call $leaf) (br 0)))
    (start $calling))
  "stopped")
(invoke $firmware "budget" (i32.const 1000000))
(assert_return (invoke "seven") (i32.const 7))
