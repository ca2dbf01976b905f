(module (func (export "run") (result i32) (i32x4.extract_lane 0 (v128.const i32x4 7 0 0 0))))
