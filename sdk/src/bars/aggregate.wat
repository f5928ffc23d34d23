;; Bars of trades, two trades at a time: what aggregate.ts runs on pieces of columns that it puts into this memory.
;; `npm run wasm` makes aggregate.wasm.ts of it.
(module
  (memory (export "memory") 5)

  ;; Bar k holds the trades starts[k] (int32) to starts[k + 1] - 1 of `price` and `size`; its values, one of each of
  ;; BAR_COLUMNS, go to `out`, a column every `stride` bytes.
  (func (export "bars")
    (param $price i32) (param $size i32) (param $starts i32) (param $bars i32) (param $out i32) (param $stride i32)
    (local $i i32) (local $end i32) (local $stop i32) (local $first i32) (local $at i32)
    (local $high v128) (local $low v128) (local $max v128) (local $sum v128) (local $p v128) (local $v v128)
    (local $count f64) (local $total f64)
    (local.set $stop (i32.add (local.get $starts) (i32.shl (local.get $bars) (i32.const 2))))
    (loop $next
      (if (i32.lt_u (local.get $starts) (local.get $stop))
        (then
          (local.set $first (i32.shl (i32.load (local.get $starts)) (i32.const 3)))
          (local.set $end (i32.shl (i32.load offset=4 (local.get $starts)) (i32.const 3)))
          (local.set $i (local.get $first))
          (local.set $high (v128.load64_splat (i32.add (local.get $price) (local.get $i))))
          (local.set $low (local.get $high))
          (local.set $max (v128.load64_splat (i32.add (local.get $size) (local.get $i))))
          (local.set $sum (f64x2.splat (f64.const 0)))
          (block $done
            (loop $pair
              (br_if $done (i32.gt_u (i32.add (local.get $i) (i32.const 16)) (local.get $end)))
              (local.set $p (v128.load (i32.add (local.get $price) (local.get $i))))
              (local.set $v (v128.load (i32.add (local.get $size) (local.get $i))))
              (local.set $high (f64x2.pmax (local.get $high) (local.get $p)))
              (local.set $low (f64x2.pmin (local.get $low) (local.get $p)))
              (local.set $max (f64x2.pmax (local.get $max) (local.get $v)))
              (local.set $sum (f64x2.add (local.get $sum) (local.get $v)))
              (local.set $i (i32.add (local.get $i) (i32.const 16)))
              (br $pair)))
          (if (i32.lt_u (local.get $i) (local.get $end))
            (then
              (local.set $p (v128.load64_splat (i32.add (local.get $price) (local.get $i))))
              (local.set $v (v128.load64_zero (i32.add (local.get $size) (local.get $i))))
              (local.set $high (f64x2.pmax (local.get $high) (local.get $p)))
              (local.set $low (f64x2.pmin (local.get $low) (local.get $p)))
              (local.set $max (f64x2.pmax (local.get $max) (local.get $v)))
              (local.set $sum (f64x2.add (local.get $sum) (local.get $v)))))
          (local.set $count
            (f64.convert_i32_u (i32.shr_u (i32.sub (local.get $end) (local.get $first)) (i32.const 3))))
          (local.set $total
            (f64.add (f64x2.extract_lane 0 (local.get $sum)) (f64x2.extract_lane 1 (local.get $sum))))
          (local.set $at (local.get $out))
          (f64.store (local.get $at) (f64.load (i32.add (local.get $price) (local.get $first))))
          (local.set $at (i32.add (local.get $at) (local.get $stride)))
          (f64.store
            (local.get $at)
            (f64.max (f64x2.extract_lane 0 (local.get $high)) (f64x2.extract_lane 1 (local.get $high))))
          (local.set $at (i32.add (local.get $at) (local.get $stride)))
          (f64.store
            (local.get $at)
            (f64.min (f64x2.extract_lane 0 (local.get $low)) (f64x2.extract_lane 1 (local.get $low))))
          (local.set $at (i32.add (local.get $at) (local.get $stride)))
          (f64.store
            (local.get $at)
            (f64.load (i32.sub (i32.add (local.get $price) (local.get $end)) (i32.const 8))))
          (local.set $at (i32.add (local.get $at) (local.get $stride)))
          (f64.store (local.get $at) (local.get $count))
          (local.set $at (i32.add (local.get $at) (local.get $stride)))
          (f64.store (local.get $at) (local.get $total))
          (local.set $at (i32.add (local.get $at) (local.get $stride)))
          (f64.store (local.get $at) (f64.div (local.get $total) (local.get $count)))
          (local.set $at (i32.add (local.get $at) (local.get $stride)))
          (f64.store
            (local.get $at)
            (f64.max (f64x2.extract_lane 0 (local.get $max)) (f64x2.extract_lane 1 (local.get $max))))
          (local.set $out (i32.add (local.get $out) (i32.const 8)))
          (local.set $starts (i32.add (local.get $starts) (i32.const 4)))
          (br $next))))))
