(module
 (global $ready (mut i32) (i32.const 0))
 (func (export "_initialize") (global.set $ready (i32.const 40)))
 (func (export "init") (param i32) (global.set $ready (i32.add (global.get $ready) (local.get 0))))
 (func (export "fails") unreachable)
 (func (export "two") (result i32) (i32.const 2))
 (func (export "get") (param i32) (result i32) (i32.add (global.get $ready) (local.get 0))))
