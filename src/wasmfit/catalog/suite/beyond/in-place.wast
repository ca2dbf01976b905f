;; A module with 32 KiB of data, or of code, takes no more heap than one without, which has the same memory, and
;; nothing writes to its bytes: it runs from where it lies. The bytes, which a board has in flash, are left out.
(invoke $firmware "mark")
(module
  (memory 1 1)
  (data (i32.const 0)
    "\01"

  )
  (func (export "sum") (param i32) (result i32)

    (local.get 0)))
(assert_return (invoke "sum" (i32.const 1)) (i32.const 1))
(assert_return (invoke $firmware "grown: an instance of next to nothing, its memory and this image's stacks") (i32.const 1000000))
(module
  (memory 1 1)
  (data (i32.const 0)
    "\01"
;;*2047 "0123456789abcdef"
  )
  (func (export "sum") (param i32) (result i32)

    (local.get 0)))
(assert_return (invoke $firmware "more: 32 KiB of data") (i32.const 4096))
(invoke $firmware "mark")
(module
  (memory 1 1)
  (data (i32.const 0)
    "\01"
"a"
  )
  (func (export "sum") (param i32) (result i32)

    (local.get 0)))
(assert_return (invoke "sum" (i32.const 2)) (i32.const 2))
(assert_return (invoke $firmware "grown: the same, again") (i32.const 1000000))
(module
  (memory 1 1)
  (data (i32.const 0)
    "\01"

  )
  (func (export "sum") (param i32) (result i32)
;;*4095 (local.set 0 (i32.add (local.get 0) (i32.const 1)))
    (local.get 0)))
(assert_return (invoke $firmware "more: 32 KiB of code, before it is called") (i32.const 4096))
(assert_return (invoke "sum" (i32.const 1)) (i32.const 4096))
(assert_return (invoke $firmware "grown: the same when it is called") (i32.const 4096))
(assert_return (invoke $firmware "written") (i32.const 0))
