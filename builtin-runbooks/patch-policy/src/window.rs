//! What fits into a maintenance window, and in which order. Pure. Times are in milliseconds.

/// What must remain of the window before a step begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reserves {
    /// Before updates.
    pub update: u64,
    /// Before service packs.
    pub service_pack: u64,
}

/// Updates that are installed as one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wave {
    /// Their places in the list.
    pub updates: Vec<u32>,
    /// What must remain of the window before it begins.
    pub reserve: u64,
}

/// One transaction on Linux. On Windows service packs go apart, after the others: they take the
/// longest.
pub fn waves(classifications: &[&str], windows: bool, reserves: Reserves) -> Vec<Wave> {
    let numbered = (0..).zip(classifications);
    let (packs, others): (Vec<_>, Vec<_>) =
        numbered.partition(|(_, class)| windows && **class == "ServicePack");
    let wave = |of: Vec<(u32, &&str)>, reserve| Wave {
        updates: of.into_iter().map(|(at, _)| at).collect(),
        reserve,
    };
    let waves = [wave(others, reserves.update), wave(packs, reserves.service_pack)];
    waves.into_iter().filter(|wave| !wave.updates.is_empty()).collect()
}

/// Whether a step that needs `reserve` may begin.
pub fn fits(remaining: Option<u64>, reserve: u64) -> bool {
    remaining.is_none_or(|remaining| remaining >= reserve)
}
