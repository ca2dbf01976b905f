(module
 (import "a.b" "c d*/" (func $f (param i32) (result i32)))
 (import "a.b" "c d*/" (func $g (param i32) (result i32)))
 (import "\u{fc}" "" (func $h (result i64)))
 (import "env" "a_rather_long_name_of_more_than_thirty_one_bytes" (func $i))
 (func (export "odd name! */ \u{fc}'\22") (result i32) (call $i) (i32.add (call $g (i32.wrap_i64 (call $h))) (call $f (i32.const 2)))))
