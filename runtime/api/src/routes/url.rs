//! Paths with values in place of their parameters.

/// `path` with each `{name}` replaced by its percent-encoded value; a parameter without a value
/// stays as it is, and so leads nowhere.
pub fn url(path: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let (name, behind) = after.split_once('}').unwrap_or((after, ""));
        match values.iter().find(|(given, _)| *given == name) {
            Some((_, value)) => encode(value, &mut out),
            None => out.extend(["{", name, "}"]),
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// Keeps what RFC 3986 calls unreserved. A segment of dots alone would be taken for a step up, so
/// it is encoded too.
fn encode(value: &str, out: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let dots = matches!(value, "." | "..");
    for byte in value.bytes() {
        let keep = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'~');
        if keep || (byte == b'.' && !dots) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_encoded_so_that_none_can_leave_its_place() {
        let of = |value| url("/v1/computers/{computer}/assess", &[("computer", value)]);
        assert_eq!(of("web-01.example"), "/v1/computers/web-01.example/assess");
        assert_eq!(of("../x y?ü"), "/v1/computers/..%2Fx%20y%3F%C3%BC/assess");
        assert_eq!(of(".."), "/v1/computers/%2E%2E/assess");
    }

    #[test]
    fn a_parameter_without_a_value_stays() {
        assert_eq!(url("/v1/runs/{run}", &[("job", "1")]), "/v1/runs/{run}");
    }
}
