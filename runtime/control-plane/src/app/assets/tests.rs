//! What a certificate says.

use super::*;
use serde_json::json;

fn certificate(text: &str) -> Result<Map<String, Value>, Code> {
    let fields = json!({ "certificate": text }).as_object().cloned().unwrap_or_default();
    read_certificate(fields).map_err(|failure| failure.code)
}

#[test]
fn a_certificate_says_how_long_it_is_valid_and_never_brings_its_key() {
    let mut wish = rcgen::CertificateParams::new(["web.example.com".to_owned()]).expect("a wish");
    wish.not_after = rcgen::date_time_ymd(2030, 1, 2);
    let key = rcgen::KeyPair::generate().expect("a key");
    let made = wish.self_signed(&key).expect("a certificate");
    let read = certificate(&made.pem()).expect("read");
    assert_eq!(read["notAfter"], "2030-01-02T00:00:00Z");
    assert_eq!(read["thumbprint"], bindery_core::digest::Digest::of(made.der()).hex());
    for bad in ["", "x", &key.serialize_pem(), &(made.pem() + &key.serialize_pem())] {
        assert_eq!(certificate(bad), Err(Code::InvalidRequest));
    }
}
