(module (global $g (mut i32) (i32.const 1)) (func $s (global.set $g (i32.const 41))) (start $s)
 (func (export "next") (result i32) (global.set $g (i32.add (global.get $g) (i32.const 1))) (global.get $g)))
