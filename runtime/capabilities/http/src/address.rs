//! Which addresses a name may lead to.

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

/// A name, or an address in a URL, that leads to where it must not.
#[derive(Debug, thiserror::Error)]
#[error("`{name}` leads to {address}, which is no public address")]
pub(crate) struct NotPublic {
    name: String,
    address: IpAddr,
}

/// Looks names up as the computer does, and lets only public addresses through.
pub(crate) struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let found: Vec<SocketAddr> = found.collect();
            check(name.as_str(), found.iter().map(SocketAddr::ip))?;
            if found.is_empty() {
                return Err(io::Error::from(io::ErrorKind::NotFound).into());
            }
            let addresses: Addrs = Box::new(found.into_iter());
            Ok(addresses)
        })
    }
}

/// Refuses a name as soon as one of its addresses is not public: which of them is used is chance.
pub(crate) fn check(
    name: &str,
    addresses: impl IntoIterator<Item = IpAddr>,
) -> Result<(), NotPublic> {
    match addresses.into_iter().find(|address| !is_public(*address)) {
        Some(address) => Err(NotPublic { name: name.to_owned(), address }),
        None => Ok(()),
    }
}

/// Whether an address is one of the public network, by the registries of IANA for special addresses.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (18..20).contains(&b)))
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let embedded = match address.segments() {
        // NAT64 and 6to4 lead to the address that they hold.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some((high, low)),
        [0x2002, high, low, ..] => Some((high, low)),
        _ => None,
    };
    if let Some(address) = address.to_ipv4() {
        return is_public_v4(address);
    }
    if let Some((high, low)) = embedded {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        return is_public_v4(Ipv4Addr::new(a, b, c, d));
    }
    let [first, second, ..] = address.segments();
    // Of all that is given out, 2000::/3; without Teredo, ORCHID and documentation.
    (0x2000..0x4000).contains(&first)
        && !(first == 0x2001 && (second < 0x200 || second == 0xdb8))
        && first != 0x3fff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_public_network_are_public() {
        let rows = [
            ("93.184.216.34", true),
            ("127.0.0.1", false),
            ("10.0.0.1", false),
            ("172.31.255.255", false),
            ("172.32.0.1", true),
            ("192.168.0.1", false),
            ("169.254.169.254", false),
            ("0.0.0.0", false),
            ("100.64.0.1", false),
            ("100.128.0.1", true),
            ("192.0.0.8", false),
            ("198.19.0.1", false),
            ("203.0.113.7", false),
            ("224.0.0.1", false),
            ("255.255.255.255", false),
            ("2606:4700::1", true),
            ("::", false),
            ("::1", false),
            ("::ffff:10.0.0.1", false),
            ("::ffff:93.184.216.34", true),
            ("64:ff9b::a00:1", false),
            ("2002:a00:1::", false),
            ("fe80::1", false),
            ("fd00::1", false),
            ("ff02::1", false),
            ("2001:db8::1", false),
            ("2001::1", false),
        ];
        for (address, public) in rows {
            assert_eq!(is_public(address.parse().expect("an address")), public, "{address}");
        }
    }

    #[test]
    fn one_address_that_is_not_public_is_enough() {
        let addresses = ["93.184.216.34", "127.0.0.1"].map(|it| it.parse().expect("an address"));
        let refused = check("two.example", addresses).expect_err("refused");
        let said = "`two.example` leads to 127.0.0.1, which is no public address";
        assert_eq!(refused.to_string(), said);
    }
}
