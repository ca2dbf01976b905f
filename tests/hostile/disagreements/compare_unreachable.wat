;; A comparison of doubles in code that is not reachable, after a branch out of a block that has a double.
(module (func (export "x") (result i32)
    block
      block (result f64)
        i32.const 9
        if
          loop (result f32)
            br 3
            f64.lt
            unreachable
          end
          unreachable
        end
        f64.const 1
      end
      unreachable
    end
    i32.const 7))
