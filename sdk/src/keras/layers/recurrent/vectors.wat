;; Arithmetic on float32 vectors, four values at a time; sigmoid and tanh are within 2e-7 of theirs. What vectors.ts runs;
;; `npm run wasm` makes vectors.wasm.ts of it. A call takes `count` values from each address on, and puts what they become
;; at `to`; up to three more are read and written. Constants are locals, and nothing is called in a loop: that is twice as
;; fast. Source of the polynomials: Cephes, expf.c and tanhf.c.
(module
  (memory (export "memory") 1)

  ;; a + b.
  (func (export "add") (param $a i32) (param $b i32) (param $to i32) (param $count i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $to) (i32.shl (local.get $count) (i32.const 2))))
    (loop $next
      (if (i32.lt_u (local.get $to) (local.get $end))
        (then
          (v128.store
            (local.get $to)
            (f32x4.add (v128.load (local.get $a)) (v128.load (local.get $b))))
          (local.set $a (i32.add (local.get $a) (i32.const 16)))
          (local.set $b (i32.add (local.get $b) (i32.const 16)))
          (local.set $to (i32.add (local.get $to) (i32.const 16)))
          (br $next)))))

  ;; a b.
  (func (export "multiply") (param $a i32) (param $b i32) (param $to i32) (param $count i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $to) (i32.shl (local.get $count) (i32.const 2))))
    (loop $next
      (if (i32.lt_u (local.get $to) (local.get $end))
        (then
          (v128.store
            (local.get $to)
            (f32x4.mul (v128.load (local.get $a)) (v128.load (local.get $b))))
          (local.set $a (i32.add (local.get $a) (i32.const 16)))
          (local.set $b (i32.add (local.get $b) (i32.const 16)))
          (local.set $to (i32.add (local.get $to) (i32.const 16)))
          (br $next)))))

  ;; a b + c d.
  (func (export "addProducts") (param $a i32) (param $b i32) (param $c i32) (param $d i32) (param $to i32) (param $count i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $to) (i32.shl (local.get $count) (i32.const 2))))
    (loop $next
      (if (i32.lt_u (local.get $to) (local.get $end))
        (then
          (v128.store
            (local.get $to)
            (f32x4.add (f32x4.mul (v128.load (local.get $a)) (v128.load (local.get $b))) (f32x4.mul (v128.load (local.get $c)) (v128.load (local.get $d)))))
          (local.set $a (i32.add (local.get $a) (i32.const 16)))
          (local.set $b (i32.add (local.get $b) (i32.const 16)))
          (local.set $c (i32.add (local.get $c) (i32.const 16)))
          (local.set $d (i32.add (local.get $d) (i32.const 16)))
          (local.set $to (i32.add (local.get $to) (i32.const 16)))
          (br $next)))))

  ;; b where a is 0, c where it is 1, in between as a is.
  (func (export "blend") (param $a i32) (param $b i32) (param $c i32) (param $to i32) (param $count i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $to) (i32.shl (local.get $count) (i32.const 2))))
    (loop $next
      (if (i32.lt_u (local.get $to) (local.get $end))
        (then
          (v128.store
            (local.get $to)
            (f32x4.add (v128.load (local.get $b)) (f32x4.mul (v128.load (local.get $a)) (f32x4.sub (v128.load (local.get $c)) (v128.load (local.get $b))))))
          (local.set $a (i32.add (local.get $a) (i32.const 16)))
          (local.set $b (i32.add (local.get $b) (i32.const 16)))
          (local.set $c (i32.add (local.get $c) (i32.const 16)))
          (local.set $to (i32.add (local.get $to) (i32.const 16)))
          (br $next)))))

  ;; Writes offset + factor / (1 + e^(scale x)).
  (func $logistic
    (param $from i32) (param $to i32) (param $count i32) (param $scale f32) (param $offset f32) (param $factor f32)
    (local $end i32) (local $x v128) (local $n v128) (local $shifted v128) (local $sum v128)
    (local $scales v128) (local $offsets v128) (local $factors v128) (local $one v128)
    (local $highest v128) (local $lowest v128) (local $steps v128) (local $whole v128) (local $ln2 v128) (local $rest v128)
    (local $c2 v128) (local $c3 v128) (local $c4 v128) (local $c5 v128) (local $c6 v128) (local $c7 v128)
    (local.set $end (i32.add (local.get $from) (i32.shl (local.get $count) (i32.const 2))))
    (local.set $scales (f32x4.splat (local.get $scale)))
    (local.set $offsets (f32x4.splat (local.get $offset)))
    (local.set $factors (f32x4.splat (local.get $factor)))
    (local.set $one (f32x4.splat (f32.const 1)))
    ;; Where float32 ends.
    (local.set $highest (f32x4.splat (f32.const 88)))
    (local.set $lowest (f32x4.splat (f32.const -87)))
    (local.set $steps (f32x4.splat (f32.const 1.44269504088896341)))
    ;; Beside 1.5 * 2^23 a float32 has no fraction.
    (local.set $whole (f32x4.splat (f32.const 12582912)))
    ;; ln 2 in two parts.
    (local.set $ln2 (f32x4.splat (f32.const 0.693359375)))
    (local.set $rest (f32x4.splat (f32.const -2.12194440e-4)))
    (local.set $c2 (f32x4.splat (f32.const 5.0000001201e-1)))
    (local.set $c3 (f32x4.splat (f32.const 1.6666665459e-1)))
    (local.set $c4 (f32x4.splat (f32.const 4.1665795894e-2)))
    (local.set $c5 (f32x4.splat (f32.const 8.3334519073e-3)))
    (local.set $c6 (f32x4.splat (f32.const 1.3981999507e-3)))
    (local.set $c7 (f32x4.splat (f32.const 1.9875691500e-4)))
    (loop $next
      (if (i32.lt_u (local.get $from) (local.get $end))
        (then
          (local.set $x (f32x4.mul (v128.load (local.get $from)) (local.get $scales)))
          (local.set $x (f32x4.pmax (f32x4.pmin (local.get $x) (local.get $highest)) (local.get $lowest)))
          ;; e^x is 2^n e^(x - n ln 2).
          (local.set $shifted (f32x4.add (f32x4.mul (local.get $x) (local.get $steps)) (local.get $whole)))
          (local.set $n (f32x4.sub (local.get $shifted) (local.get $whole)))
          (local.set $x (f32x4.sub (local.get $x) (f32x4.mul (local.get $n) (local.get $ln2))))
          (local.set $x (f32x4.sub (local.get $x) (f32x4.mul (local.get $n) (local.get $rest))))
          (local.set $sum (f32x4.add (f32x4.mul (local.get $c7) (local.get $x)) (local.get $c6)))
          (local.set $sum (f32x4.add (f32x4.mul (local.get $sum) (local.get $x)) (local.get $c5)))
          (local.set $sum (f32x4.add (f32x4.mul (local.get $sum) (local.get $x)) (local.get $c4)))
          (local.set $sum (f32x4.add (f32x4.mul (local.get $sum) (local.get $x)) (local.get $c3)))
          (local.set $sum (f32x4.add (f32x4.mul (local.get $sum) (local.get $x)) (local.get $c2)))
          (local.set $sum (f32x4.mul (local.get $sum) (f32x4.mul (local.get $x) (local.get $x))))
          (local.set $sum (f32x4.add (f32x4.add (local.get $sum) (local.get $x)) (local.get $one)))
          ;; The last bits of `shifted` are n: added to the exponent.
          (local.set $sum (i32x4.add (local.get $sum) (i32x4.shl (local.get $shifted) (i32.const 23))))
          (v128.store
            (local.get $to)
            (f32x4.add
              (local.get $offsets)
              (f32x4.div (local.get $factors) (f32x4.add (local.get $one) (local.get $sum)))))
          (local.set $from (i32.add (local.get $from) (i32.const 16)))
          (local.set $to (i32.add (local.get $to) (i32.const 16)))
          (br $next)))))

  (func (export "sigmoid") (param $from i32) (param $to i32) (param $count i32)
    (call $logistic
      (local.get $from) (local.get $to) (local.get $count) (f32.const -1) (f32.const 0) (f32.const 1)))

  ;; 1 - 2 / (1 + e^2x), where that cancels, below 0.625, a polynomial.
  (func (export "tanh") (param $from i32) (param $to i32) (param $count i32)
    (local $end i32) (local $x v128) (local $square v128) (local $sum v128) (local $limit v128)
    (local $c3 v128) (local $c5 v128) (local $c7 v128) (local $c9 v128) (local $c11 v128)
    (call $logistic
      (local.get $from) (local.get $to) (local.get $count) (f32.const 2) (f32.const 1) (f32.const -2))
    (local.set $end (i32.add (local.get $from) (i32.shl (local.get $count) (i32.const 2))))
    (local.set $limit (f32x4.splat (f32.const 0.390625)))
    (local.set $c3 (f32x4.splat (f32.const -3.33332819422e-1)))
    (local.set $c5 (f32x4.splat (f32.const 1.33314422036e-1)))
    (local.set $c7 (f32x4.splat (f32.const -5.37397155531e-2)))
    (local.set $c9 (f32x4.splat (f32.const 2.06390887954e-2)))
    (local.set $c11 (f32x4.splat (f32.const -5.70498872745e-3)))
    (loop $next
      (if (i32.lt_u (local.get $from) (local.get $end))
        (then
          (local.set $x (v128.load (local.get $from)))
          (local.set $square (f32x4.mul (local.get $x) (local.get $x)))
          (local.set $sum (f32x4.add (f32x4.mul (local.get $c11) (local.get $square)) (local.get $c9)))
          (local.set $sum (f32x4.add (f32x4.mul (local.get $sum) (local.get $square)) (local.get $c7)))
          (local.set $sum (f32x4.add (f32x4.mul (local.get $sum) (local.get $square)) (local.get $c5)))
          (local.set $sum (f32x4.add (f32x4.mul (local.get $sum) (local.get $square)) (local.get $c3)))
          (local.set $sum (f32x4.mul (local.get $sum) (f32x4.mul (local.get $square) (local.get $x))))
          (v128.store
            (local.get $to)
            (v128.bitselect
              (f32x4.add (local.get $sum) (local.get $x))
              (v128.load (local.get $to))
              (f32x4.lt (local.get $square) (local.get $limit))))
          (local.set $from (i32.add (local.get $from) (i32.const 16)))
          (local.set $to (i32.add (local.get $to) (i32.const 16)))
          (br $next))))))
