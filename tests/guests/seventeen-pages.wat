(module (memory 17) (func (export "run") (result i32) i32.const 1))
