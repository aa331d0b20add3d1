//! Updates as they look on real computers, and the choice among them by a seed.

use super::CATALOGUE;
use bindery_core::update::{Classification as C, OsType, RebootBehavior as R, Update};
use jiff::{SignedDuration, Timestamp};

/// How many updates or packages a simulated computer has at first.
pub(super) const INSTALLED: usize = 214;

/// Number or package, title or version, product, classification, size in KiB, reboot, age in days.
type Row = (&'static str, &'static str, &'static str, C, u64, R, i64);

const SERVER: &str = "Windows Server 2022";
const WINDOWS: &[Row] = &[
    (
        "KB5068787",
        "2026-11 Cumulative Update for Microsoft server operating system version 21H2 for x64-based Systems",
        SERVER,
        C::Security,
        452_120,
        R::CanRequestReboot,
        12,
    ),
    (
        "KB5066782",
        "2026-10 Cumulative Update for Microsoft server operating system version 21H2 for x64-based Systems",
        SERVER,
        C::Security,
        448_904,
        R::CanRequestReboot,
        40,
    ),
    (
        "KB5068406",
        "2026-11 Cumulative Update for .NET Framework 3.5, 4.8 and 4.8.1 for Microsoft server operating system version 21H2 for x64",
        ".NET Framework",
        C::Security,
        71_300,
        R::CanRequestReboot,
        12,
    ),
    (
        "KB890830",
        "Windows Malicious Software Removal Tool x64 - v5.137",
        SERVER,
        C::UpdateRollup,
        78_000,
        R::NeverReboots,
        12,
    ),
    (
        "KB2267602",
        "Security Intelligence Update for Microsoft Defender Antivirus - Version 1.441.120.0",
        "Microsoft Defender Antivirus",
        C::Definition,
        152_000,
        R::NeverReboots,
        1,
    ),
    (
        "KB4052623",
        "Update for Microsoft Defender Antivirus antimalware platform - Version 4.18.26100.5",
        "Microsoft Defender Antivirus",
        C::Definition,
        12_800,
        R::NeverReboots,
        9,
    ),
    (
        "KB5031234",
        "2026-09 Security Update for Microsoft SQL Server 2019 GDR",
        "Microsoft SQL Server 2019",
        C::Security,
        612_000,
        R::CanRequestReboot,
        74,
    ),
    (
        "KB5012170",
        "Security Update for Secure Boot DBX for Microsoft server operating system version 21H2 for x64-based Systems",
        SERVER,
        C::Security,
        360,
        R::CanRequestReboot,
        101,
    ),
    (
        "KB5011048",
        "Microsoft .NET Framework 4.8.1 for Microsoft server operating system version 21H2 for x64",
        ".NET Framework",
        C::FeaturePack,
        74_400,
        R::CanRequestReboot,
        210,
    ),
    (
        "KB5002741",
        "Critical Update for Microsoft Office LTSC 2021 (64-bit edition)",
        "Microsoft Office 2021",
        C::Critical,
        28_600,
        R::NeverReboots,
        33,
    ),
    (
        "KB5020683",
        "Servicing Stack Update for Microsoft server operating system version 21H2 for x64-based Systems",
        SERVER,
        C::Updates,
        14_100,
        R::NeverReboots,
        55,
    ),
    (
        "KB4589208",
        "Intel microcode updates for Microsoft server operating system version 21H2 for x64-based Systems",
        SERVER,
        C::Tools,
        4_200,
        R::CanRequestReboot,
        160,
    ),
];

const MAIN: &str = "Debian:stable";
const SECURITY: &str = "Debian-Security:stable-security";
const LINUX: &[Row] = &[
    ("openssl", "3.0.17-1~deb12u2", SECURITY, C::Security, 1_400, R::NeverReboots, 20),
    ("linux-image-amd64", "6.1.140-1", SECURITY, C::Security, 68_000, R::CanRequestReboot, 15),
    ("libc6", "2.36-9+deb12u10", SECURITY, C::Security, 2_700, R::CanRequestReboot, 44),
    ("sudo", "1.9.13p3-1+deb12u2", SECURITY, C::Security, 1_840, R::NeverReboots, 61),
    ("openssh-server", "1:9.2p1-2+deb12u6", SECURITY, C::Security, 445, R::NeverReboots, 30),
    ("tzdata", "2025b-0+deb12u2", MAIN, C::Other, 290, R::NeverReboots, 90),
    ("base-files", "12.4+deb12u11", MAIN, C::Other, 70, R::NeverReboots, 90),
    ("curl", "7.88.1-10+deb12u12", SECURITY, C::Security, 310, R::NeverReboots, 25),
    ("systemd", "252.38-1~deb12u1", MAIN, C::Other, 2_980, R::CanRequestReboot, 50),
    ("nginx", "1.22.1-9+deb12u2", MAIN, C::Other, 520, R::NeverReboots, 48),
    ("vim-tiny", "2:9.0.1378-2+deb12u2", MAIN, C::Other, 720, R::NeverReboots, 88),
    ("perl-base", "5.36.0-7+deb12u2", SECURITY, C::Security, 1_600, R::NeverReboots, 70),
];

const _: () = assert!(WINDOWS.len() == CATALOGUE && LINUX.len() == CATALOGUE);

/// `count` updates of the catalogue, chosen and dated by `seed` as of `now`.
pub(super) fn missing(os_type: OsType, seed: u64, count: usize, now: Timestamp) -> Vec<Update> {
    let rows = if os_type == OsType::Windows { WINDOWS } else { LINUX };
    let mut order: Vec<_> = (0..rows.len()).map(|at| (mixed(seed, at as u64), at)).collect();
    order.sort_unstable();
    let mut chosen: Vec<_> = order.into_iter().take(count).map(|(_, at)| at).collect();
    chosen.sort_unstable();
    chosen.into_iter().map(|at| update(os_type, &rows[at], now)).collect()
}

fn update(os_type: OsType, row: &Row, now: Timestamp) -> Update {
    let (name, text, product, classification, kibibytes, reboot, age) = *row;
    let common = Update {
        id: String::new(),
        title: String::new(),
        kb_id: None,
        package: None,
        version: String::new(),
        installed_version: None,
        product: product.into(),
        classification,
        severity: severity(classification),
        published: now.checked_sub(SignedDuration::from_hours(24 * age)).ok(),
        bytes: Some(kibibytes << 10),
        reboot,
        held: None,
    };
    match os_type {
        OsType::Windows => Update {
            id: windows_id(name),
            title: format!("{text} ({name})"),
            kb_id: Some(name.into()),
            version: "1".into(),
            ..common
        },
        OsType::Linux => Update {
            id: format!("{name}:amd64={text}"),
            title: match classification {
                C::Security => format!("{name} {text} (security)"),
                _ => format!("{name} {text}"),
            },
            package: Some(name.into()),
            version: text.into(),
            installed_version: Some(format!("{}~old", text.split('+').next().unwrap_or(text))),
            ..common
        },
    }
}

fn severity(classification: C) -> Option<String> {
    match classification {
        C::Security => Some("Important".into()),
        C::Critical => Some("Critical".into()),
        _ => None,
    }
}

/// An update id as Windows Update writes them, the same on every computer.
fn windows_id(kb: &str) -> String {
    let number = kb.trim_start_matches("KB").parse().unwrap_or(0);
    let (a, b) = (mixed(number, 1), mixed(number, 2));
    let part = |value: u64, shift: u32| (value >> shift) & 0xffff;
    let (first, last) = (a >> 32, b & 0xffff_ffff_ffff);
    format!("{first:08x}-{:04x}-{:04x}-{:04x}-{last:012x}", part(a, 16), part(a, 0), part(b, 48))
}

/// SplitMix64 over both numbers.
fn mixed(seed: u64, at: u64) -> u64 {
    let mut z = seed.wrapping_add((at + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
