;; Calls `bindery_v1` as its parameters say: a JSON object whose first value is a text of hex digits. They
;; are a byte that counts records, the records of seven numbers (four of `call`, three of `read`),
;; and whatever the numbers point to. The answer of each call goes to stdout behind `#+` or `#-`.
(module
  (import "bindery_v1" "call" (func $call (param i32 i32 i32 i32) (result i64)))
  (import "bindery_v1" "read" (func $read (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $in (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $out (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 32)
  ;; Parameters from 0x10000, the program from 0x80000, answers from 0x100000.
  (func $take
    (local $at i32)
    (local.set $at (i32.const 0x10000))
    (loop $more
      (i32.store (i32.const 0) (local.get $at))
      (i32.store (i32.const 4) (i32.const 0x8000))
      (drop (call $in (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
      (local.set $at (i32.add (local.get $at) (i32.load (i32.const 8))))
      (br_if $more (i32.load (i32.const 8)))))
  (func $digit (param $at i32) (result i32)
    (local $char i32)
    (local.set $char (i32.load8_u (local.get $at)))
    (i32.and
      (i32.add
        (local.get $char)
        (i32.mul (i32.const 9) (i32.shr_u (local.get $char) (i32.const 6))))
      (i32.const 15)))
  (func $decode
    (local $from i32) (local $to i32)
    ;; Behind `{"p":"`.
    (local.set $from (i32.const 0x10006))
    (local.set $to (i32.const 0x80000))
    (loop $next
      (if (i32.eq (i32.load8_u (local.get $from)) (i32.const 34)) (then (return)))
      (i32.store8
        (local.get $to)
        (i32.or
          (i32.shl (call $digit (local.get $from)) (i32.const 4))
          (call $digit (i32.add (local.get $from) (i32.const 1)))))
      (local.set $from (i32.add (local.get $from) (i32.const 2)))
      (local.set $to (i32.add (local.get $to) (i32.const 1)))
      (br $next)))
  (func $write (param $at i32) (param $length i32)
    (i32.store (i32.const 0) (local.get $at))
    (i32.store (i32.const 4) (local.get $length))
    (drop (call $out (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
  (func $must (param i32) (if (i32.eqz (local.get 0)) (then (unreachable))))
  (func $record (param $at i32)
    (local $answer i64) (local $length i32) (local $read i32)
    (local $to i32) (local $offset i32) (local $most i32)
    (local.set $to (i32.load offset=16 (local.get $at)))
    (local.set $offset (i32.load offset=20 (local.get $at)))
    (local.set $most (i32.load offset=24 (local.get $at)))
    (local.set $answer
      (call $call
        (i32.load (local.get $at))
        (i32.load offset=4 (local.get $at))
        (i32.load offset=8 (local.get $at))
        (i32.load offset=12 (local.get $at))))
    ;; No answer is empty JSON. Its length and what `read` gives are the same.
    (call $must (i64.ne (local.get $answer) (i64.const 0)))
    (i32.store (i32.const 32) (i32.const 0x2b23))
    (if (i64.lt_s (local.get $answer) (i64.const 0))
      (then
        (i32.store (i32.const 32) (i32.const 0x2d23))
        (local.set $answer (i64.sub (i64.const 0) (local.get $answer)))))
    (local.set $length (i32.wrap_i64 (local.get $answer)))
    (call $must (i32.eq
      (call $read (i32.const 0x100000) (i32.const 0) (i32.const 0x7fffffff))
      (local.get $length)))
    (call $write (i32.const 32) (i32.const 2))
    (call $write (i32.const 0x100000) (local.get $length))
    (i32.store8 (i32.const 32) (i32.const 10))
    (call $write (i32.const 32) (i32.const 1))
    (local.set $read
      (call $read (local.get $to) (local.get $offset) (local.get $most)))
    (if (i32.ne (local.get $read) (i32.const -1))
      (then
        (call $must (i32.le_u (local.get $read) (local.get $length)))
        (call $must (i32.le_u (local.get $read) (local.get $most)))
        (call $must (i32.or
          (i32.eqz (local.get $read))
          (i32.lt_u (local.get $offset) (local.get $length)))))))
  (func (export "run") (result i32)
    (local $count i32) (local $at i32)
    (call $take)
    (call $decode)
    (local.set $count (i32.load8_u (i32.const 0x80000)))
    (local.set $at (i32.const 0x80001))
    (loop $next
      (if (i32.eqz (local.get $count)) (then (return (i32.const 0))))
      (call $record (local.get $at))
      (local.set $at (i32.add (local.get $at) (i32.const 28)))
      (local.set $count (i32.sub (local.get $count) (i32.const 1)))
      (br $next))
    (unreachable)))
