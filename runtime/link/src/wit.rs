//! The WIT of a module: what an author writes against.

use crate::damaged;
use bindery_core::code::{Code, Failure};
use bindery_inspect::inspect_library;
use wit_component::{DecodedWasm, WitPrinter};
use wit_parser::WorldItem;

/// The packages of the interfaces that a module exports, as WIT. Compilers leave the documentation
/// of interfaces out of components, so there is none.
pub fn exported(wasm: &[u8]) -> Result<String, Failure> {
    inspect_library(wasm)?;
    let decoded = wit_component::decode(wasm).map_err(|error| damaged("the module", &error))?;
    let DecodedWasm::Component(resolve, world) = decoded else {
        return Err(Failure::new(Code::InvalidModule, "that is a WIT package, and no component"));
    };
    let package = |item: &WorldItem| match item {
        WorldItem::Interface { id, .. } => resolve.interfaces[*id].package,
        WorldItem::Function(_) | WorldItem::Type { .. } => None,
    };
    let mut packages: Vec<_> = resolve.worlds[world].exports.values().filter_map(package).collect();
    packages.dedup();
    let mut text = String::new();
    for package in packages {
        let mut printer = WitPrinter::default();
        printer.print(&resolve, package, &[]).map_err(|error| damaged("the WIT", &error))?;
        text += &printer.output.to_string();
    }
    Ok(text)
}
