//! The flags of every list.

use bindery_api::page::PageQuery;

/// Which page of a list.
#[derive(Debug, Clone, clap::Args)]
pub struct Paging {
    /// Number of items, at most 1000
    #[arg(long, value_name = "N")]
    pub limit: Option<u32>,
    /// Go on after the page that named this cursor
    #[arg(long)]
    pub cursor: Option<String>,
}

impl From<Paging> for PageQuery {
    fn from(paging: Paging) -> Self {
        Self { cursor: paging.cursor, limit: paging.limit }
    }
}
