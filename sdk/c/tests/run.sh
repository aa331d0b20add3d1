#!/bin/sh
# Builds and runs the tests of the C SDK on this machine, with sanitizers where the compiler has them,
# and compiles a runbook in C++. `CC`, `CXX`: the compilers.
set -eu
cd "$(dirname "$0")"
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
warnings="-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion"
sanitizers="-fsanitize=address,undefined -fno-sanitize-recover=all"
${CC:-cc} -std=c11 $warnings $sanitizers -g -c -o "$out/tests.o" tests.c
for block in 16384 1; do
    ${CC:-cc} -std=c11 $warnings $sanitizers -g -Dmalloc=bindery_test_malloc -DBINDERY_BLOCK_BYTES=$block \
        -c -o "$out/bindery.o" ../bindery.c
    ${CC:-cc} $sanitizers -o "$out/tests" "$out/tests.o" "$out/bindery.o" -lm
    ASAN_OPTIONS=allocator_may_return_null=1 "$out/tests"
done
${CXX:-c++} -std=c++17 -Wall -Wextra -c -o "$out/hello.o" hello.cpp
if command -v zig >/dev/null; then
    zig cc -target wasm32-wasi -Os -c -o "$out/bindery.o" ../bindery.c
    zig c++ -target wasm32-wasi -Os -s -fno-exceptions -o "$out/hello.wasm" hello.cpp "$out/bindery.o"
    echo "a runbook in C++ is $(wc -c <"$out/hello.wasm") bytes"
    if [ -n "${BINDERY:-}" ]; then
        printf 'name = "Hello"\nversion = "1.0.0"\ngrants = []\n' >"$out/runbook.toml"
        "$BINDERY" runbook test "$out/hello.wasm" --manifest "$out/runbook.toml" -p name=C++
    fi
fi
