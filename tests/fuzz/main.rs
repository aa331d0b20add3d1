//! Seeded fuzzing of all that reads what strangers write: bundles, manifests, modules, the calls of
//! `bindery_v1`, arguments of operations, entries of journals.
//!
//! Each target mutates a corpus of valid inputs. `BINDERY_FUZZ_CASES` says how many cases each has,
//! `BINDERY_FUZZ_SEED` where they begin. A case that fails prints its target, seed and input; the same
//! seed with one case does it again.

mod abi;
mod bundles;
mod corpus;
mod drive;
mod journals;
mod manifests;
mod mutate;
mod operations;
mod valid;
