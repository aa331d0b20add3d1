//! The address of a control plane: `https://host:port`, or `http://` on this computer alone.

use std::net::IpAddr;

/// A control plane's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Whether it is secured by TLS.
    pub secure: bool,
    /// The host: a name or an IP address, without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

/// A text that is not the address of a control plane.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAddress {
    /// Not of the form.
    #[error("`{0}` is not the address of a control plane (expected `https://host:port`)")]
    Form(String),
    /// Not secured, and not on this computer.
    #[error("`{0}` is not secured: `http` is only for a control plane on this computer")]
    Insecure(String),
}

impl Address {
    /// Host and port, as a socket and a `Host` header want them.
    pub fn authority(&self) -> String {
        match self.host.contains(':') {
            true => format!("[{}]:{}", self.host, self.port),
            false => format!("{}:{}", self.host, self.port),
        }
    }

    fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scheme = if self.secure { "https" } else { "http" };
        write!(f, "{scheme}://{}", self.authority())
    }
}

impl std::str::FromStr for Address {
    type Err = InvalidAddress;
    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        let form = || InvalidAddress::Form(text.escape_default().to_string());
        let (secure, rest) = match text.split_once("://") {
            Some(("https", rest)) => (true, rest),
            Some(("http", rest)) => (false, rest),
            _ => return Err(form()),
        };
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, port.parse().map_err(|_| form())?),
            _ => (authority, if secure { 443 } else { 80 }),
        };
        let inner = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let valid = match inner {
            Some(ip) => ip.parse::<std::net::Ipv6Addr>().is_ok(),
            None => {
                !host.is_empty()
                    && host.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-')
            }
        };
        let address = Self { secure, host: inner.unwrap_or(host).to_owned(), port };
        match (valid, secure || address.is_loopback()) {
            (false, _) => Err(form()),
            (true, false) => Err(InvalidAddress::Insecure(text.to_owned())),
            (true, true) => Ok(address),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_only_this_computer_may_go_without_tls() {
        let rows = [
            ("https://cp.example:8443", "https://cp.example:8443"),
            ("https://10.0.0.1/", "https://10.0.0.1:443"),
            ("https://[::1]:1", "https://[::1]:1"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://localhost", "http://localhost:80"),
        ];
        for (text, expected) in rows {
            assert_eq!(text.parse::<Address>().expect(text).to_string(), expected);
        }
        for bad in
            ["cp.example", "ftp://x", "https://", "https://a/b", "https://a:b", "https://u@a"]
        {
            assert!(matches!(bad.parse::<Address>(), Err(InvalidAddress::Form(_))), "{bad}");
        }
        for bad in ["http://cp.example", "http://10.0.0.1:80"] {
            assert!(matches!(bad.parse::<Address>(), Err(InvalidAddress::Insecure(_))), "{bad}");
        }
    }
}
