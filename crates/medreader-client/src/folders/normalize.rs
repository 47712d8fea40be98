//! The vendor's rule for the names of folders.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Normalises a folder's name as the vendor does, to know beforehand which names are the same to
/// it.
///
/// Documented: accents are removed, letters become lower case, spaces and special characters become
/// hyphens, several hyphens become one, and hyphens at the start and the end are removed. Our
/// reading: an accent is what Unicode decomposition (NFD) separates from a letter, and everything
/// but `a`-`z` and `0`-`9` is special. What the vendor makes of letters without an accent to
/// remove, such as ß or Cyrillic ones, is not known.
///
/// ```
/// use medreader_client::folders::normalize_folder_name;
///
/// assert_eq!(normalize_folder_name("Pacientes Cardiologia"), "pacientes-cardiologia");
/// assert_eq!(normalize_folder_name("Documentos Ações 2025"), "documentos-acoes-2025");
/// assert_eq!(normalize_folder_name("???"), "");
/// ```
#[must_use]
pub fn normalize_folder_name(name: &str) -> String {
    let mut normalized = String::with_capacity(name.len());
    // Lower case first: it can bring a combining mark of its own (İ becomes i with a dot above).
    let letters = name.chars().flat_map(char::to_lowercase).nfd();
    for letter in letters.filter(|letter| !is_combining_mark(*letter)) {
        if letter.is_ascii_lowercase() || letter.is_ascii_digit() {
            normalized.push(letter);
        } else if !normalized.is_empty() && !normalized.ends_with('-') {
            normalized.push('-');
        }
    }
    if normalized.ends_with('-') {
        normalized.pop();
    }
    normalized
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::normalize_folder_name as normalize;

    #[test]
    fn each_rule_of_the_document() {
        for (rule, name, normalized) in [
            ("accents", "ãéç ÀÜÑ o\u{302}", "aec-aun-o"),
            ("lower case", "PaSTa", "pasta"),
            ("spaces and special", "a b_c/d.e&f", "a-b-c-d-e-f"),
            ("several hyphens", "a -- b - - c", "a-b-c"),
            ("outer hyphens", "-- a b --", "a-b"),
            (
                "the document's first",
                "Pacientes Cardiologia",
                "pacientes-cardiologia",
            ),
            (
                "the document's second",
                "Documentos Ações 2025",
                "documentos-acoes-2025",
            ),
        ] {
            assert_eq!(normalize(name), normalized, "{rule}");
        }
    }

    #[test]
    fn nothing_is_left_of_what_has_no_letter_for_the_vendor() {
        for name in ["", " ", "---", "???", "Клініка", "日本", "\u{301}", "ß"] {
            assert_eq!(normalize(name), "", "{name}");
        }
        assert_eq!(normalize("straße"), "stra-e");
        assert_eq!(normalize("İzmir K"), "izmir-k");
    }

    fn names() -> impl Strategy<Value = String> {
        prop_oneof![any::<String>(), "[ -~À-ÿ\u{300}-\u{310}]{0,20}"]
    }

    proptest! {
        #[test]
        fn it_is_idempotent(name in names()) {
            let once = normalize(&name);
            prop_assert_eq!(normalize(&once), once);
        }

        #[test]
        fn it_has_letters_digits_and_single_inner_hyphens_only(name in names()) {
            let normalized = normalize(&name);
            prop_assert!(normalized.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-')));
            prop_assert!(!normalized.contains("--"));
            prop_assert!(!normalized.starts_with('-') && !normalized.ends_with('-'));
        }

        #[test]
        fn case_and_composition_do_not_matter(name in "[a-zA-Z0-9 àéîõüç]{0,20}") {
            use unicode_normalization::UnicodeNormalization;
            let decomposed: String = name.nfd().collect();
            prop_assert_eq!(normalize(&name.to_uppercase()), normalize(&name));
            prop_assert_eq!(normalize(&decomposed), normalize(&name));
        }

        #[test]
        fn every_letter_and_digit_is_kept(name in "[a-zA-Z0-9 _.-]{0,20}") {
            let kept: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
            prop_assert_eq!(normalize(&name).replace('-', ""), kept.to_ascii_lowercase());
        }
    }
}
