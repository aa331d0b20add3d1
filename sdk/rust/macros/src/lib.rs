//! The `#[runbook]` attribute of `bindery-sdk`: from a function to the world's export. Holds no
//! behaviour of its own; what happens around the function stands in the SDK.

use proc_macro::TokenStream;
use quote::quote;
use syn::{Error, FnArg, ItemFn, parse_macro_input, spanned::Spanned};

/// Makes a function the entry of a runbook.
///
/// The function takes nothing, or one parameter that implements `serde::de::DeserializeOwned` and
/// is read from the job's parameters; it returns `Result<R, bindery_sdk::Error>`, where `R`
/// implements `serde::Serialize` (or is `()`). Parameters that do not fit end the job with
/// `InvalidParameters`, which names the field.
///
/// The export exists on `wasm32` alone; elsewhere the function stays as it is, and can be called by
/// tests.
#[proc_macro_attribute]
pub fn runbook(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let function = parse_macro_input!(item as ItemFn);
    if let Err(error) = check(&attribute, &function) {
        let error = error.to_compile_error();
        return quote!(#function #error).into();
    }
    expand(&function).into()
}

fn check(attribute: &TokenStream, function: &ItemFn) -> Result<(), Error> {
    let signature = &function.sig;
    if !attribute.is_empty() {
        return Err(Error::new(signature.span(), "`#[runbook]` takes no arguments"));
    }
    if let Some(token) = &signature.asyncness {
        return Err(Error::new(
            token.span(),
            "a runbook is no async function: its calls simply wait",
        ));
    }
    if !signature.generics.params.is_empty() {
        return Err(Error::new(signature.generics.span(), "a runbook has no generic parameters"));
    }
    if signature.inputs.len() > 1 {
        let message = "a runbook takes one parameter at most: the object of all parameters";
        return Err(Error::new(signature.inputs.span(), message));
    }
    Ok(())
}

fn expand(function: &ItemFn) -> proc_macro2::TokenStream {
    let name = &function.sig.ident;
    let call = match function.sig.inputs.first() {
        Some(FnArg::Typed(parameter)) => {
            let kind = &parameter.ty;
            quote!(|parameters: #kind| #name(parameters))
        }
        _ => quote!(|_: ::bindery_sdk::__private::NoParameters| #name()),
    };
    quote! {
        #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
        #function

        #[cfg(target_arch = "wasm32")]
        const _: () = {
            struct Runbook;

            impl ::bindery_sdk::__private::Guest for Runbook {
                fn run() -> ::std::result::Result<
                    ::std::option::Option<::std::string::String>,
                    ::bindery_sdk::__private::Error,
                > {
                    ::bindery_sdk::__private::run(#call)
                }
            }

            ::bindery_sdk::__private::export_runbook!(
                Runbook with_types_in ::bindery_sdk::bindings
            );
        };
    }
}
