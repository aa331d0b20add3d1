//! A dozen packages as an everyday server has them, for the demo.

use super::Package;

/// Outdated packages: security fixes, other updates, a conffile, and one that asks for a reboot.
pub fn everyday_packages() -> Vec<Package> {
    let update = Package::new;
    vec![
        update("openssl", "3.0.15-1~deb12u1", "3.0.17-1~deb12u2").security().bytes(40_000),
        update("libssl3", "3.0.15-1~deb12u1", "3.0.17-1~deb12u2").security().bytes(60_000),
        update("curl", "7.88.1-10+deb12u8", "7.88.1-10+deb12u12").security().bytes(20_000),
        update("sudo", "1.9.13p3-1+deb12u1", "1.9.13p3-1+deb12u2").security().conffile(),
        update("openssh-server", "1:9.2p1-2+deb12u3", "1:9.2p1-2+deb12u6")
            .security()
            .depends("openssh-client (= 1:9.2p1-2+deb12u6)")
            .conffile(),
        update("openssh-client", "1:9.2p1-2+deb12u3", "1:9.2p1-2+deb12u6").security(),
        update("linux-image-amd64", "6.1.128-1", "6.1.140-1")
            .security()
            .depends("linux-image-6.1.0-37-amd64")
            .asks_for_reboot(),
        Package::only_in_repository("linux-image-6.1.0-37-amd64", "6.1.140-1")
            .security()
            .bytes(200_000),
        update("tzdata", "2024b-0+deb12u1", "2025b-0+deb12u2"),
        update("base-files", "12.4+deb12u9", "12.4+deb12u11").conffile(),
        update("nginx", "1.22.1-9", "1.22.1-9+deb12u2").conffile().bytes(10_000),
        update("vim-tiny", "2:9.0.1378-2", "2:9.0.1378-2+deb12u2"),
        Package::up_to_date("hostname", "3.23+nmu1"),
    ]
}
