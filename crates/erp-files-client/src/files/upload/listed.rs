//! What the list says of a name.

use common_http::Result;
use unicode_normalization::UnicodeNormalization;

use super::Upload;
use crate::files::FileEntry;
use crate::ids::FileId;

/// What the list says of a name.
#[derive(Debug, PartialEq)]
pub(super) enum Listed {
    /// Nothing of the name, nor of one that is nearly the same.
    No,
    /// A name that differs in casing alone: it may be what is in the way, but never counts as ours.
    InOtherCasing,
    /// A file of the name: with its id, where there is one and no other file has the name.
    Yes(Option<FileId>),
}

impl Upload {
    pub(super) async fn find(&self) -> Result<Listed> {
        let list = self.files.list().options(self.options.clone());
        let files = self.noted(list.send().await)?;
        Ok(look_for(&self.name, &files))
    }
}

/// Byte for byte first; then in the composed form of Unicode, since a name from a Mac is decomposed ("и" and a breve for "й")
/// and an ERP may give it back composed.
fn look_for(name: &str, files: &[FileEntry]) -> Listed {
    let composed: String = name.nfc().collect();
    let lower = composed.to_lowercase();
    let exact = |listed: &str| listed == name;
    let same = |listed: &str| listed.nfc().eq(composed.chars());
    if let Some(found) = the_one(files, exact).or_else(|| the_one(files, same)) {
        return Listed::Yes(found);
    }
    let alike = |listed: &str| listed.nfc().collect::<String>().to_lowercase() == lower;
    match the_one(files, alike) {
        Some(_) => Listed::InOtherCasing,
        None => Listed::No,
    }
}

/// The file of such a name, if there is one; its id, if it is the only one.
fn the_one(files: &[FileEntry], is_it: impl Fn(&str) -> bool) -> Option<Option<FileId>> {
    let mut found = files
        .iter()
        .filter(|file| file.name.as_deref().is_some_and(&is_it));
    let first = found.next()?;
    let alone = found.next().is_none();
    Some(first.file_id().filter(|_| alone))
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMPOSED: &str = "\u{439}od.pdf";
    const DECOMPOSED: &str = "\u{438}\u{306}od.pdf";

    fn found(name: &str, listed: &[&str]) -> Listed {
        let entry = |(id, name): (usize, &&str)| {
            serde_json::from_value(serde_json::json!({ "Id": id, "FileName": name })).unwrap()
        };
        let files: Vec<FileEntry> = listed.iter().enumerate().map(entry).collect();
        look_for(name, &files)
    }

    fn at(index: u64) -> Listed {
        Listed::Yes(Some(FileId::from(index)))
    }

    #[test]
    fn the_same_name_in_either_form_of_unicode() {
        assert_eq!(found(DECOMPOSED, &["a.pdf", COMPOSED]), at(1));
        assert_eq!(found(COMPOSED, &["a.pdf", DECOMPOSED]), at(1));
        // Where both are there, each is its own.
        for both in [[COMPOSED, DECOMPOSED], [DECOMPOSED, COMPOSED]] {
            assert_eq!(found(both[0], &both), at(0));
            assert_eq!(found(both[1], &both), at(1));
        }
        // Two of the other form: there, but which of them nobody knows.
        let twice = [COMPOSED, COMPOSED];
        assert_eq!(found(DECOMPOSED, &twice), Listed::Yes(None));
    }

    #[test]
    fn another_casing_is_told_apart_from_both() {
        for listed in ["Result.pdf", "RESULT.PDF"] {
            assert_eq!(found("result.pdf", &[listed]), Listed::InOtherCasing);
            assert_eq!(found("result.pdf", &[listed, "result.pdf"]), at(1));
        }
        assert_eq!(found(DECOMPOSED, &["\u{419}OD.pdf"]), Listed::InOtherCasing);
    }

    #[test]
    fn any_other_name_is_another() {
        for listed in ["result.pd", "result.pdf ", " result.pdf", "result_pdf", ""] {
            assert_eq!(found("result.pdf", &[listed]), Listed::No, "{listed}");
        }
        assert_eq!(found("result.pdf", &[]), Listed::No);
    }
}
