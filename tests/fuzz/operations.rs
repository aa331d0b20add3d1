//! Arguments and replies of operations against the contract: what is accepted is in its final form.

use crate::{
    drive::{Verdict, check_refusal, fuzz},
    valid::{arguments, reply},
};
use bindery_core::{
    code::Code,
    contract::CONTRACT,
    operation::{self, Operation},
};
use serde_json::Value;

/// The name of an operation, a line end, and JSON.
fn inputs(of: impl Fn(&Operation) -> Value) -> Vec<Vec<u8>> {
    let one = |operation: &&Operation| format!("{}\n{}", operation.name, of(operation));
    operation::ALL.iter().map(|operation| one(operation).into_bytes()).collect()
}

fn parse(input: &[u8]) -> Option<(&'static Operation, Value)> {
    let (name, json) = std::str::from_utf8(input).ok()?.split_once('\n')?;
    Some((operation::by_name(name)?, serde_json::from_str(json).ok()?))
}

#[test]
fn arguments_of_operations() {
    fuzz("arguments", 20_000, inputs(arguments), |input| {
        let Some((operation, given)) = parse(input) else { return Verdict::Refused };
        match CONTRACT.arguments(operation, &given) {
            Ok(taken) => {
                assert_eq!(CONTRACT.arguments(operation, &taken).as_ref(), Ok(&taken));
                let text = taken.to_string();
                assert_eq!(serde_json::from_str::<Value>(&text).expect("JSON"), taken);
                Verdict::Accepted
            }
            Err(failure) => {
                assert_eq!(failure.code, Code::InvalidArguments);
                check_refusal(&failure)
            }
        }
    });
}

#[test]
fn replies_of_operations() {
    fuzz("replies", 20_000, inputs(reply), |input| {
        let Some((operation, given)) = parse(input) else { return Verdict::Refused };
        match CONTRACT.reply(operation, &given) {
            Ok(spelled) => {
                assert_eq!(CONTRACT.reply(operation, &spelled), Ok(spelled));
                Verdict::Accepted
            }
            Err(failure) => {
                assert_eq!(failure.code, Code::Internal);
                check_refusal(&failure)
            }
        }
    });
}
