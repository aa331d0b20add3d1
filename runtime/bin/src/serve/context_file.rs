//! The file by which the command line finds this control plane, and the owner's token in it.
//!
//! The token is shown once, so it is asked for only when the file is sure to take it.

use crate::{logging, machine};
use bindery_api::secret::Secret;
use bindery_cli::{
    context::{self, ContextFile, Draft, Global},
    failure::CliFailure,
};
use std::path::Path;

/// Tells the command line where the control plane is; at the first start also the owner's token.
///
/// A file about another control plane is kept under another name at the first start, and left
/// alone at any other: this one's token is in a file elsewhere then.
pub(super) async fn write(
    url: &str,
    ca: Option<&Path>,
    global: &Global,
    first_token: impl AsyncFnOnce() -> Result<Option<String>, CliFailure>,
) -> Result<(), CliFailure> {
    let path = global.context.clone().map_or_else(context::default_path, Ok)?;
    let ca = ca.map(|ca| std::path::absolute(ca).map_err(|error| machine::unusable(ca, &error)));
    let new = ContextFile { url: url.to_owned(), token: None, ca: ca.transpose()? };
    for line in publish(&path, new, first_token).await? {
        logging::say(&line);
    }
    Ok(())
}

/// Writes `new` and answers what people should know of it.
async fn publish(
    path: &Path,
    new: ContextFile,
    first_token: impl AsyncFnOnce() -> Result<Option<String>, CliFailure>,
) -> Result<Vec<String>, CliFailure> {
    let draft = Draft::begin(path)?;
    let Some(token) = first_token().await?.map(Secret::new) else {
        return match context::read(path)? {
            None => {
                draft.finish(&new)?;
                Ok(vec![without_token(path)])
            }
            Some(old) if is_about(&old, &new) => {
                draft.finish(&ContextFile { token: old.token, ..new })?;
                Ok(vec![])
            }
            Some(_) => Ok(vec![]),
        };
    };
    let aside = match context::read(path) {
        Ok(None) => None,
        // The data folder was made anew: what is said of the one before is of no use.
        Ok(Some(old)) if old.ca.is_some() && old.ca == new.ca => None,
        Ok(Some(_)) | Err(_) => Some(draft.set_aside()?),
    };
    draft.finish(&ContextFile { token: Some(token), ..new })?;
    Ok(aside.map(|kept| set_aside(path, &kept)).into_iter().collect())
}

/// Whether both are about the same control plane: its authority tells, else its address.
fn is_about(old: &ContextFile, new: &ContextFile) -> bool {
    old.ca == new.ca && (new.ca.is_some() || old.url == new.url)
}

fn set_aside(path: &Path, kept: &Path) -> String {
    format!(
        "`{}` was about another control plane: it is kept as `{kept}`; `--context {kept}` speaks to that one",
        path.display(),
        kept = kept.display()
    )
}

fn without_token(path: &Path) -> String {
    format!(
        "`{}` is written without a token: give one with --token, or stop the control plane and make one \
         with `bindery store owner-token`",
        path.display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, path::PathBuf};

    fn file(url: &str, token: Option<&str>, ca: Option<&str>) -> ContextFile {
        let ca = ca.map(PathBuf::from);
        ContextFile { url: url.into(), token: token.map(Secret::new), ca }
    }

    async fn published(path: &Path, new: ContextFile, token: Option<&str>) -> Vec<String> {
        let token = token.map(str::to_owned);
        publish(path, new, async || Ok(token)).await.expect("written")
    }

    #[tokio::test]
    async fn the_token_is_not_asked_for_where_the_file_cannot_be_written() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("file"), "").expect("written");
        for path in [folder.path().to_owned(), folder.path().join("file/context.toml")] {
            let asked = publish(&path, file("https://a", None, None), async || {
                panic!("the token would be lost")
            });
            asked.await.expect_err("it cannot be written");
        }
    }

    #[tokio::test]
    async fn the_first_start_keeps_the_file_of_another_control_plane() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("context.toml");
        let first = file("https://a", None, Some("/a/ca.pem"));
        assert!(published(&path, first, Some("t1")).await.is_empty());
        let second = file("https://a", None, Some("/b/ca.pem"));
        let said = published(&path, second, Some("t2")).await;
        assert!(said[0].contains("context.1.toml"), "{said:?}");
        let kept = context::read(&folder.path().join("context.1.toml")).expect("a context file");
        assert_eq!(kept, Some(file("https://a", Some("t1"), Some("/a/ca.pem"))));
        let now = context::read(&path).expect("a context file");
        assert_eq!(now, Some(file("https://a", Some("t2"), Some("/b/ca.pem"))));
        fs::write(&path, "broken").expect("written");
        published(&path, file("https://c", None, None), Some("t3")).await;
        let kept = fs::read_to_string(folder.path().join("context.2.toml"));
        assert_eq!(kept.expect("kept"), "broken");
    }

    #[tokio::test]
    async fn a_later_start_keeps_its_token_and_leaves_the_file_of_another_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("context.toml");
        let said = published(&path, file("https://a:1", None, Some("/a")), None).await;
        assert!(said[0].contains("without a token"), "{said:?}");
        context::write(&path, &file("https://a:1", Some("t1"), Some("/a"))).expect("written");
        published(&path, file("https://a:2", None, Some("/a")), None).await;
        let here = file("https://a:2", Some("t1"), Some("/a"));
        assert_eq!(context::read(&path).expect("a context file").as_ref(), Some(&here));
        published(&path, file("https://b", None, Some("/b")), None).await;
        assert_eq!(context::read(&path).expect("a context file"), Some(here));
    }
}
