//! What an account keeps for its runbooks: shared assets and modules.

use super::Cli;
use crate::modules::{RUNBOOK, module, write};
use serde_json::json;
use std::fs;

pub(super) fn assets(cli: &Cli<'_>) {
    cli.says("variable set Port 8080 --description shared", "value: 8080");
    assert_eq!(cli.shows("variable show Port", "shared")["fields"], json!({ "value": 8080 }));
    cli.shows("variable list", "Port");
    assert_eq!(cli.json("variable delete Port")["deleted"], true);
    cli.refuses("variable delete Port", 4, "no variable `Port`");
    cli.refuses("variable set Port", 2, "<VALUE>");

    cli.feeds("credential set Tickets --user bot", "hunter2\n", "password: (secret)");
    cli.shows("credential list", "bot");
    assert_eq!(cli.shows("credential show Tickets", "(secret)")["secrets"], json!(["password"]));
    cli.says("credential delete Tickets", "Tickets is deleted");

    cli.says("certificate set Ca SITE/control-plane/tls/ca.pem", "thumbprint: ");
    cli.shows("certificate list", "until ");
    cli.shows("certificate show Ca", "notAfter: ");
    cli.refuses("certificate set Ca SITE/nothing.pem", 2, "cannot read");
    cli.says("certificate delete Ca", "Ca is deleted");

    let set = "connection set Chat --type slack -f url=https://chat.example.com/ --secret path";
    cli.feeds(set, "T/B\n", "path: (secret)");
    cli.refuses("connection set Chat --type slack -f a=1 -f a=2", 2, "`a` is given twice");
    cli.shows("connection list", "slack");
    cli.shows("connection show Chat", "https://chat.example.com/");
    cli.says("connection delete Chat", "Chat is deleted");
}

pub(super) fn modules(cli: &Cli<'_>) {
    cli.shows("module list", "bindery:patching/selection@0.1.0");
    cli.shows("module show Update-Selection", "Preloaded:");
    cli.shows("module wit Update-Selection", "interface selection");
    cli.refuses("module delete Update-Selection", 3, "comes with Bindery");

    let folder = cli.site.path("numbers");
    fs::create_dir(&folder).expect("a folder");
    let wasm = wat::parse_str(module(7)).expect("a component");
    fs::write(folder.join("made.wasm"), wasm).expect("written");
    let toml = "name = 'Numbers'\nversion = '1'\n[build]\ncommand = ['cp', 'made.wasm', 'out.wasm']\n\
                output = 'out.wasm'\n";
    fs::write(folder.join("module.toml"), toml).expect("written");
    cli.says("module new Tickets --to SITE/tickets", "bindery module build");
    cli.says("module build SITE/numbers", "acme:numbers/lucky@1.0.7");
    cli.refuses("module build SITE", 4, "no `module.toml`");
    cli.says("module import SITE/numbers/Numbers.wasm", "Numbers");
    cli.shows("module wit SITE/numbers/Numbers.wasm", "number: func() -> u32;");
    write(cli.site, "lucky.wasm", RUNBOOK, "name = 'Lucky'\nversion = '1.0.0'");
    let link =
        "module link SITE/lucky.wasm --module SITE/numbers/Numbers.wasm --to SITE/whole.wasm";
    assert_eq!(cli.shows(link, "Lucky")["manifest"]["name"], "Lucky");
    cli.says("module delete Numbers", "Numbers is deleted");
}
