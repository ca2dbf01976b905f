;; Made, called, dropped, a hundred times over.
(module
  (memory 1 2)
  (table 4 funcref)
  (global $sum (mut i32) (i32.const 0))
  (elem (i32.const 0) $run)
  (data (i32.const 0) "some data")
  (func $run (export "run")
    (global.set $sum (i32.add (global.get $sum) (i32.load (i32.const 0))))
    (drop (memory.grow (i32.const 1))))
)
(assert_return (invoke $firmware "rounds: bytes left by 99 rounds more" (i32.const 100)) (i32.const 0))
