//! Runs the cases of a target, and tells the one that fails so that it can be done again.

use crate::mutate::{Random, mutated};
use bindery_core::{code::Failure, text::obeyed};
use std::{
    env,
    io::{self, Write as _},
    panic::{self, AssertUnwindSafe},
    time::Instant,
};

/// What a target made of an input.
pub(crate) enum Verdict {
    Accepted,
    Refused,
}

/// A case is a walk of so many steps: from an input of the corpus to what was accepted last.
const STEPS: usize = 8;

/// Checks `target` with the corpus as it is, which it must accept, and then with `cases` walks from
/// it, or with as many as the environment says.
pub(crate) fn fuzz(
    target: &str,
    cases: u64,
    corpus: Vec<Vec<u8>>,
    check: impl Fn(&[u8]) -> Verdict,
) {
    for input in &corpus {
        let accepted = matches!(check(input), Verdict::Accepted);
        assert!(accepted, "{target}: the corpus is valid: {}", told(input));
    }
    let number = |name: &str| env::var(name).ok().map(|text| text.parse::<u64>().expect(name));
    let cases = number("BINDERY_FUZZ_CASES").unwrap_or(cases);
    let first = number("BINDERY_FUZZ_SEED").unwrap_or(0);
    let (began, mut inputs, mut accepted) = (Instant::now(), 0_u64, 0_u64);
    for seed in first..first.saturating_add(cases) {
        let mut random = Random(seed);
        let mut walked = random.one(&corpus).clone();
        for _ in 0..STEPS {
            let input = mutated(&walked, &corpus, &mut random);
            inputs += 1;
            match panic::catch_unwind(AssertUnwindSafe(|| check(&input))) {
                Ok(Verdict::Accepted) => {
                    accepted += 1;
                    walked = input;
                }
                Ok(Verdict::Refused) => {}
                Err(panic) => {
                    say(&format!("{target}: BINDERY_FUZZ_SEED={seed} fails: {}", told(&input)));
                    panic::resume_unwind(panic);
                }
            }
        }
    }
    let took = began.elapsed();
    say(&format!(
        "{target}: {cases} cases from seed {first}, {inputs} inputs, {accepted} accepted, {took:.1?}"
    ));
}

/// Past the capture of the test's output: a long run tells how far it is.
fn say(line: &str) {
    writeln!(io::stderr(), "{line}").expect("stderr");
}

/// An input, whole, as a literal of Rust.
fn told(input: &[u8]) -> String {
    format!("b\"{}\"", input.escape_ascii())
}

/// Every refusal is short, and no terminal obeys it. Its code is one of ours by its type.
pub(crate) fn check_refusal(failure: &Failure) -> Verdict {
    let message = &failure.message;
    let odd = message.chars().find(|&c| c != '\n' && obeyed(c));
    assert_eq!(odd, None, "{failure:?}");
    assert!(!message.is_empty() && message.len() < 16 << 10, "{} bytes", message.len());
    Verdict::Refused
}
