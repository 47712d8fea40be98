//! What the list says of a file's name.

use common_http::Item;
use unicode_normalization::UnicodeNormalization;

use crate::files::FileEntry;
use crate::ids::FileId;

/// What the list says of a name.
#[derive(Debug, PartialEq)]
pub(super) enum Presence {
    /// No file has the name, or one that is nearly the same.
    Absent,
    /// The same, as far as the list can be read: it has items without a readable name.
    Unclear,
    /// A file's name differs only in case. It may be the reason for a refusal, but is not ours.
    InAnotherCase,
    /// A file has the name. Its id is known if it has one, and no other file has the name.
    Present(Option<FileId>),
}

impl Presence {
    /// Compares byte for byte, then in Unicode's composed form.
    ///
    /// A name from a Mac is decomposed ("и" and a breve for "й"), and an ERP may list it composed.
    pub(super) fn of(name: &str, list: &[Item<FileEntry>]) -> Self {
        let files: Vec<_> = list.iter().filter_map(Item::value).collect();
        let composed: String = name.nfc().collect();
        let lower = composed.to_lowercase();
        let exact = |listed: &str| listed == name;
        let same = |listed: &str| listed.nfc().eq(composed.chars());
        if let Some(found) = find(&files, exact).or_else(|| find(&files, same)) {
            return Self::Present(found);
        }
        let alike = |listed: &str| listed.nfc().collect::<String>().to_lowercase() == lower;
        let named = files.iter().filter(|file| file.name.is_some());
        match find(&files, alike) {
            Some(_) => Self::InAnotherCase,
            None if named.count() < list.len() => Self::Unclear,
            None => Self::Absent,
        }
    }
}

/// The file of such a name, if there is one. Its id, if it is the only one.
fn find(files: &[&FileEntry], is_it: impl Fn(&str) -> bool) -> Option<Option<FileId>> {
    let mut found = files
        .iter()
        .filter(|file| file.name.as_deref().is_some_and(&is_it));
    let first = found.next()?;
    let is_only_one = found.next().is_none();
    Some(first.id.clone().filter(|_| is_only_one))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Presence::{Absent, InAnotherCase, Present, Unclear};
    use super::*;

    const COMPOSED: &str = "\u{439}od.pdf";
    const DECOMPOSED: &str = "\u{438}\u{306}od.pdf";

    fn found(name: &str, listed: &[&str]) -> Presence {
        let item = |(index, name)| {
            let text = json!({ "Id": index, "FileName": name }).to_string();
            Item::read(serde_json::from_str(&text).unwrap(), index)
        };
        let list: Vec<_> = listed.iter().enumerate().map(item).collect();
        Presence::of(name, &list)
    }

    fn at(index: u64) -> Presence {
        Present(Some(FileId::from(index)))
    }

    #[test]
    fn a_name_is_the_same_in_either_form_of_unicode() {
        assert_eq!(found(DECOMPOSED, &["a.pdf", COMPOSED]), at(1));
        assert_eq!(found(COMPOSED, &["a.pdf", DECOMPOSED]), at(1));
        for both in [[COMPOSED, DECOMPOSED], [DECOMPOSED, COMPOSED]] {
            assert_eq!(found(both[0], &both), at(0), "each is found exactly");
            assert_eq!(found(both[1], &both), at(1), "each is found exactly");
        }
        let twice = [COMPOSED, COMPOSED];
        assert_eq!(found(DECOMPOSED, &twice), Present(None), "which one?");
    }

    #[test]
    fn a_name_in_another_case_is_neither_the_same_nor_absent() {
        for listed in ["Result.pdf", "RESULT.PDF"] {
            assert_eq!(found("result.pdf", &[listed]), InAnotherCase);
            assert_eq!(found("result.pdf", &[listed, "result.pdf"]), at(1));
        }
        assert_eq!(found(DECOMPOSED, &["\u{419}OD.pdf"]), InAnotherCase);
    }

    #[test]
    fn an_item_without_a_readable_name_may_be_of_any_name() {
        for text in [r#"{"Id":1}"#, r#"{"Id":1,"Name":[]}"#, "7"] {
            let item = |text| Item::read(serde_json::from_str(text).unwrap(), 0);
            let other = || item(r#"{"Id":2,"Name":"Result.pdf"}"#);
            let list = [other(), item(text)];
            assert_eq!(Presence::of("result.txt", &list), Unclear, "{text}");
            assert_eq!(Presence::of("result.pdf", &list), InAnotherCase);
            assert_eq!(Presence::of("Result.pdf", &list), at(2));
        }
    }

    #[test]
    fn any_other_name_is_another() {
        for listed in ["result.pd", "result.pdf ", " result.pdf", "result_pdf", ""] {
            assert_eq!(found("result.pdf", &[listed]), Absent, "{listed}");
        }
        assert_eq!(found("result.pdf", &[]), Absent);
    }
}
