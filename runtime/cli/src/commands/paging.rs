//! The flags of every list, and the verb of nouns that can only be listed.

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

/// What can be asked of things that are only listed.
#[derive(Debug, clap::Subcommand)]
pub enum ListVerb {
    /// List them, page by page
    List {
        #[command(flatten)]
        paging: Paging,
    },
}

impl From<Paging> for PageQuery {
    fn from(paging: Paging) -> Self {
        Self { cursor: paging.cursor, limit: paging.limit }
    }
}

impl From<ListVerb> for PageQuery {
    fn from(ListVerb::List { paging }: ListVerb) -> Self {
        paging.into()
    }
}
