;; Rows of eight values as columns, two rows at a time: what turn-rows.ts runs on rows that are put into this memory.
;; `npm run wasm` makes turn-rows.wasm.ts of it.
(module
  (memory (export "memory") 2)

  ;; `count` rows from address 0 on, as columns from `out` on that follow one another.
  (func (export "turn") (param $count i32) (param $out i32)
    (local $row i32) (local $end i32) (local $at i32) (local $stride i32) (local $a v128) (local $b v128)
    (local.set $stride (i32.shl (local.get $count) (i32.const 3)))
    (local.set $end (i32.shl (i32.and (local.get $count) (i32.const -2)) (i32.const 6)))
    (loop $next
      (local.set $at (local.get $out))
      (if (i32.lt_u (local.get $row) (local.get $end))
        (then
          (local.set $a (v128.load offset=0 (local.get $row)))
          (local.set $b (v128.load offset=64 (local.get $row)))
          (v128.store
            (local.get $at)
            (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $a) (local.get $b)))
          (local.set $at (i32.add (local.get $at) (local.get $stride)))
          (v128.store
            (local.get $at)
            (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $a) (local.get $b)))
          (local.set $at (i32.add (local.get $at) (local.get $stride)))
          (local.set $a (v128.load offset=16 (local.get $row)))
          (local.set $b (v128.load offset=80 (local.get $row)))
          (v128.store
            (local.get $at)
            (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $a) (local.get $b)))
          (local.set $at (i32.add (local.get $at) (local.get $stride)))
          (v128.store
            (local.get $at)
            (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $a) (local.get $b)))
          (local.set $at (i32.add (local.get $at) (local.get $stride)))
          (local.set $a (v128.load offset=32 (local.get $row)))
          (local.set $b (v128.load offset=96 (local.get $row)))
          (v128.store
            (local.get $at)
            (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $a) (local.get $b)))
          (local.set $at (i32.add (local.get $at) (local.get $stride)))
          (v128.store
            (local.get $at)
            (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $a) (local.get $b)))
          (local.set $at (i32.add (local.get $at) (local.get $stride)))
          (local.set $a (v128.load offset=48 (local.get $row)))
          (local.set $b (v128.load offset=112 (local.get $row)))
          (v128.store
            (local.get $at)
            (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $a) (local.get $b)))
          (local.set $at (i32.add (local.get $at) (local.get $stride)))
          (v128.store
            (local.get $at)
            (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $a) (local.get $b)))
          (local.set $out (i32.add (local.get $out) (i32.const 16)))
          (local.set $row (i32.add (local.get $row) (i32.const 128)))
          (br $next))))
    (if (i32.and (local.get $count) (i32.const 1))
      (then
        (f64.store (local.get $at) (f64.load offset=0 (local.get $row)))
        (local.set $at (i32.add (local.get $at) (local.get $stride)))
        (f64.store (local.get $at) (f64.load offset=8 (local.get $row)))
        (local.set $at (i32.add (local.get $at) (local.get $stride)))
        (f64.store (local.get $at) (f64.load offset=16 (local.get $row)))
        (local.set $at (i32.add (local.get $at) (local.get $stride)))
        (f64.store (local.get $at) (f64.load offset=24 (local.get $row)))
        (local.set $at (i32.add (local.get $at) (local.get $stride)))
        (f64.store (local.get $at) (f64.load offset=32 (local.get $row)))
        (local.set $at (i32.add (local.get $at) (local.get $stride)))
        (f64.store (local.get $at) (f64.load offset=40 (local.get $row)))
        (local.set $at (i32.add (local.get $at) (local.get $stride)))
        (f64.store (local.get $at) (f64.load offset=48 (local.get $row)))
        (local.set $at (i32.add (local.get $at) (local.get $stride)))
        (f64.store (local.get $at) (f64.load offset=56 (local.get $row)))))))
