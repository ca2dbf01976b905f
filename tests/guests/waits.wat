;; Asks what time it is: how long a loop takes, and whether it is late enough.
(module
 (import "env" "clock_ms" (func $ms (result i32)))
 (import "env" "clock_us" (func $us (result i64)))
 (func $work (param $n i32)
  (loop $again (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
 (func $timed (param $n i32) (result i64) (local $from i64)
  (local.set $from (call $us)) (call $work (local.get $n))
  (i64.sub (call $us) (local.get $from)))
 (func (export "run") (param $n i32) (result i64)
  (i64.add (call $timed (local.get $n)) (i64.add (call $timed (local.get $n)) (call $timed (local.get $n)))))
 (func (export "wait") (param $ms i32) (result i32) (local $until i32) (local $polls i32)
  (local.set $until (i32.add (call $ms) (local.get $ms)))
  (loop $poll
   (local.set $polls (i32.add (local.get $polls) (i32.const 1)))
   (br_if $poll (i32.lt_u (call $ms) (local.get $until))))
  (local.get $polls)))
