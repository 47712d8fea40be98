//! The document's rule for folder names.

use unicode_normalization::UnicodeNormalization;

/// Normalises a folder's name in the order of the document's five rules: accents are removed; lower case; spaces and
/// special characters become hyphens; several hyphens become one; hyphens at the ends are removed.
///
/// Our reading: an accent is a combining mark of the block U+0300 to U+036F after canonical decomposition, and special
/// is everything that is not `a` to `z` or `0` to `9` then. So ß, ø and Cyrillic letters are special.
pub(super) fn normalize(name: &str) -> String {
    let plain: String = name
        .nfd()
        .filter(|letter| !('\u{300}'..='\u{36f}').contains(letter))
        .collect();
    let hyphenated: String = plain
        .to_lowercase()
        .chars()
        .map(|letter| match letter {
            'a'..='z' | '0'..='9' => letter,
            _ => '-',
        })
        .collect();
    let words: Vec<&str> = hyphenated
        .split('-')
        .filter(|word| !word.is_empty())
        .collect();
    words.join("-")
}

#[cfg(test)]
mod tests {
    use super::normalize;

    #[test]
    fn the_examples_of_the_document() {
        assert_eq!(normalize("Pacientes Cardiologia"), "pacientes-cardiologia");
        assert_eq!(normalize("Documentos Ações 2025"), "documentos-acoes-2025");
        assert_eq!(normalize("ã é ç"), "a-e-c");
    }

    #[test]
    fn accents_however_they_are_encoded() {
        for name in [
            "ÁÇÃO ÜBER ñ",
            "A\u{301}C\u{327}A\u{303}O U\u{308}BER n\u{303}",
        ] {
            assert_eq!(normalize(name), "acao-uber-n", "{name}");
        }
    }

    #[test]
    fn specials_become_single_inner_hyphens() {
        assert_eq!(normalize("  --a__b//c&&d.pdf\t--"), "a-b-c-d-pdf");
        assert_eq!(normalize("Straße"), "stra-e");
        for nothing in ["", " ", "---", "Папка", "日本"] {
            assert_eq!(normalize(nothing), "", "{nothing}");
        }
    }
}
