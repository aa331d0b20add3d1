//! A seeded source of numbers, and the ways in which it spoils an input.

/// Pieces that parsers of ours treat in their own way.
const TOKENS: &[&[u8]] = &[
    b"null",
    b"true",
    b"{}",
    b"[]",
    b"\"\"",
    b"\"\\u001b]0;x\\u0007\"",
    b"\\ud800",
    b"\x1b[2J",
    b"\xc2\x9b",
    "\u{202e}".as_bytes(),
    b"\xff",
    b"\0",
    b"\n",
    b"-0",
    b"-1",
    b"0.1",
    b"2.2250738585072011e-308",
    b"0.30000000000000004",
    b"123456789.12345678e-5",
    b"1e308",
    b"18446744073709551615",
    b"18446744073709551616",
    b"9223372036854775808",
    b"\"kind\":",
    b"*",
    b"a:b",
];

/// Numbers at which lengths and offsets go wrong.
const NUMBERS: &[u32] =
    &[0, 1, 0x7f, 0x80, 0xff, 0xffff, 0x10000, 0x40_0000, 0x40_0001, 0x7fff_ffff, u32::MAX];

/// No input grows past this.
const BYTES_MAX: usize = 64 << 10;

/// SplitMix64.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`; 0 where there is none.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).expect("below a usize")
    }

    pub(crate) fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// `input` changed in one to six places, with pieces of `pool`.
pub(crate) fn mutated(input: &[u8], pool: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut input = input.to_vec();
    for _ in 0..=random.below(6) {
        change(&mut input, pool, random);
        input.truncate(BYTES_MAX);
    }
    input
}

fn change(input: &mut Vec<u8>, pool: &[Vec<u8>], random: &mut Random) {
    let at = random.below(input.len() + 1);
    let length = 1 + random.below(16);
    let end = input.len().min(at + length);
    match random.below(10) {
        0 if at < input.len() => input[at] ^= 1 << random.below(8),
        1 if at < input.len() => input[at] = random.next().to_le_bytes()[0],
        2 => drop(input.drain(at..end)),
        3 => drop(input.splice(at..at, random.one(TOKENS).iter().copied())),
        4 => drop(input.splice(at..end, random.one(TOKENS).iter().copied())),
        5 => {
            // Nesting without end begins with a piece that comes again and again.
            let piece = input[at..end].repeat(1 + random.below(200));
            drop(input.splice(at..at, piece));
        }
        6 => {
            let number = random.one(NUMBERS).to_le_bytes();
            drop(input.splice(at..input.len().min(at + 4), number));
        }
        7 => {
            let other = random.one(pool);
            let from = random.below(other.len() + 1);
            let to = other.len().min(from + random.below(64));
            drop(input.splice(at..end, other[from..to].iter().copied()));
        }
        8 => input.truncate(at),
        _ => digits(input, at, random),
    }
}

/// Replaces the number that stands behind `at`, if one does, by another.
fn digits(input: &mut Vec<u8>, at: usize, random: &mut Random) {
    let Some(from) = input[at..].iter().position(u8::is_ascii_digit).map(|it| at + it) else {
        return;
    };
    let length = input[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let number = match random.below(3) {
        0 => random.one(NUMBERS).to_string(),
        1 => format!("{}.{}", random.next() >> 40, random.next()),
        _ => format!("{}e-{}", random.next(), random.below(330)),
    };
    drop(input.splice(from..from + length, number.into_bytes()));
}
