//! The module {{name}}: what its interface says, for runbooks of any language.

mod bindings {
    wit_bindgen::generate!({ path: "interface", world: "module" });
    use super::Module;
    export!(Module);
}

use bindings::exports::acme::{{interface_path}}::api::Guest;

struct Module;

impl Guest for Module {
    fn greet(who: String) -> Result<String, String> {
        if who.is_empty() {
            return Err("there is nobody to greet".to_owned());
        }
        let greeting = format!("Hello, {who}!");
        bindery_sdk::verbose!("{greeting}");
        Ok(greeting)
    }
}
