//! The MAC, and what is put in and taken out.

use super::*;
use serde_json::json;

/// A control plane whose secrets are their own names, in capital letters.
struct Shouts;

#[async_trait::async_trait]
impl Upstream for Shouts {
    async fn call(
        &self,
        _: JobId,
        _: u64,
        operation: &'static str,
        _: &Value,
    ) -> Result<Value, Failure> {
        Err(Failure::new(Code::UnknownOperation, operation))
    }

    async fn secret(&self, _: JobId, name: &SecretName) -> Result<Secret, Failure> {
        Ok(Secret::new(name.asset.as_str().to_uppercase()))
    }
}

fn purse(job: u8, seed: u8) -> Arc<Purse> {
    let grants = vec!["assets.read:t*".parse().expect("a grant")];
    let job = JobId::from_bytes([job; 16]);
    let rights = Arc::new(Rights::new(grants, vec![]));
    Arc::new(Purse::new(job, &[seed; 32], rights, Some(Arc::new(Shouts))))
}

fn name(text: &str) -> SecretName {
    text.parse().expect("the name of a secret")
}

async fn put_in(secrets: &Secrets, text: &str) -> Result<String, Code> {
    let put = secrets.put_in(text).await;
    put.map(|secret| secret.reveal().to_owned()).map_err(|failure| failure.code)
}

#[tokio::test]
async fn a_secret_stands_where_the_guest_put_its_text_and_nothing_else_changes() {
    let secrets = Secrets::of(&purse(1, 1));
    let token = secrets.refer(&name("variable/token/value"));
    assert_eq!(put_in(&secrets, &format!("Bearer {token}")).await, Ok("Bearer TOKEN".into()));
    assert_eq!(put_in(&secrets, &format!("{token}ü{token}")).await, Ok("TOKENüTOKEN".into()));
    for plain in ["", "$secret{", "$secret{}", "$secret{variable/token/value@}", "ü$"] {
        assert_eq!(put_in(&secrets, plain).await, Ok(plain.into()));
    }
}

#[tokio::test]
async fn only_the_job_itself_can_ask() {
    let (mine, name) = (Secrets::of(&purse(1, 1)), name("variable/token/value"));
    let theirs = [purse(2, 1), purse(1, 2)];
    for other in theirs.map(|purse| Secrets::of(&purse).refer(&name)) {
        assert!(!mine.stand_in(&json!({ "a": [other] })));
        assert_eq!(put_in(&mine, &other).await, Ok(other.clone()));
    }
    assert_eq!(Secrets::of(&purse(1, 1)).refer(&name), mine.refer(&name));
    assert!(mine.stand_in(&json!({ "a": [mine.refer(&name)] })));
    let forged = mine.refer(&name).replace("token", "tokem");
    assert_eq!(put_in(&mine, &forged).await, Ok(forged.clone()));
}

#[tokio::test]
async fn a_secret_needs_its_grant() {
    let secrets = Secrets::of(&purse(1, 1));
    let other = secrets.refer(&name("credential/Payroll/password"));
    assert_eq!(put_in(&secrets, &other).await, Err(Code::GrantDenied));
}

#[tokio::test]
async fn a_text_holds_so_many_secrets() {
    let secrets = Secrets::of(&purse(1, 1));
    let token = secrets.refer(&name("variable/t/value"));
    let most = token.repeat(limit::CALL_SECRETS);
    assert_eq!(put_in(&secrets, &most).await, Ok("T".repeat(limit::CALL_SECRETS)));
    assert_eq!(put_in(&secrets, &(most + &token)).await, Err(Code::TooLarge));
}

#[test]
fn an_answer_has_no_secret_in_any_spelling() {
    let secrets = Secrets::none();
    secrets.mask_also("a\"b c/ü");
    let rows = [
        ("x a\"b c/ü y", "x *** y"),
        (r#"{"k":"a\"b c/ü"}"#, r#"{"k":"***"}"#),
        ("?t=a%22b%20c%2F%C3%BC&", "?t=***&"),
        ("YSJiIGMvw7w=", "***"),
        ("YSJiIGMvw7w", "***"),
        ("plain", "plain"),
    ];
    for (text, masked) in rows {
        assert_eq!(secrets.mask(text.into()), masked, "{text}");
    }
    let failure = Failure::new(Code::Unreachable, "a\"b c/ü").with(json!({ "a\"b c/ü": 1 }));
    let masked = secrets.mask_reply(Err(failure)).expect_err("it is one");
    assert_eq!((masked.message.as_str(), masked.details), ("***", Some(json!({ "***": 1 }))));
}
