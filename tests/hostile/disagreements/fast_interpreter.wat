;; A wrong result of WAMR's fast interpreter: made smaller from a generated module of 2,475 lines, and not yet small.
(module
  (type (;0;) (func (param i64) (result i32)))
  (type (;1;) (func (param i32)))
  (type (;2;) (func (param i32 i32) (result i32)))
  (type (;3;) (func (param i64 i64) (result i64)))
  (type (;4;) (func (param i32 i64) (result i64)))
  (type (;5;) (func (param i32) (result i32)))
  (func (;0;) (type 0) (param i64) (result i32)
    (local i32)
    global.get 3
    global.set 3
unreachable
    i32.const 8192)
  (func (;1;) (type 1) (param i32)
    global.get 3
    i32.eqz
    if  ;; label = @1
      unreachable
    end)
  (func (;2;) (type 1) (param i32)
    global.get 3
    i32.eqz
    global.set 3)
  (func (;3;) (type 0) (param i64) (result i32)
    global.get 3
    i32.eqz)
  (func (;4;) (type 0) (param i64) (result i32)
    global.get 3
    i32.eqz
    block  ;; label = @1
unreachable
    end)
  (func (;5;) (type 2) (param i32 i32) (result i32)
    global.get 3
    i32.const 1
    i32.ctz
    local.set 0
    loop  ;; label = @1
unreachable
    end)
  (func (;6;) (type 3) (param i64 i64) (result i64)
    (local i32 i64)
    global.get 3
    i32.const 1
    i32.sub
    global.set 3
    i32.const -16777217
    i32.eqz
    i32.clz
    i64.extend_i32_s
    loop (result i32)  ;; label = @1
      global.get 3
      i32.const 1400973238
      block  ;; label = @2
        br 0 (;@2;)
        br 1 (;@1;)
        i64.const -549755813889
        i32.wrap_i64
        global.get 0
        block  ;; label = @3
          loop  ;; label = @4
            loop  ;; label = @5
              global.get 3
              i32.eqz
              if  ;; label = @6
                unreachable
              end
              global.get 3
              i32.const 1
              i32.sub
              global.set 3
              i64.const 137438953472
              local.tee 0
              i64.popcnt
              br 5 (;@0;)
              br 1 (;@4;)
            end
unreachable
          end
        end
        global.get 1
        i32.xor
        global.set 1
        global.get 1
        i32.xor
        global.set 1
      end
      global.get 1
      i32.xor
      global.set 1
    end
    global.get 1
    i32.xor
    global.set 1)
  (func (;7;) (type 4) (param i32 i64) (result i64)
    (local i32)
    global.get 3
    global.set 1
    i64.const 3593814064899869398)
  (func (;8;) (type 5) (param i32) (result i32)
    global.get 3
    i32.eqz
    if  ;; label = @1
      unreachable
    end
    global.get 3
    i32.const 1
    i32.sub
    global.set 3
unreachable
    i32.const 1844827623)
  (table (;0;) 24 31 funcref)
  (global (;0;) i32 (i32.const -1634233904))
  (global (;1;) (mut i32) (i32.const 0))
  (global (;2;) (mut i64) (i64.const 0))
  (global (;3;) (mut i32) (i32.const 1000))
  (export "x1" (func 6))
  (elem (;0;) (i32.const 1) func))
