//! Folders: a tree for each tenant, with names that the vendor normalises.

use std::time::SystemTime;

use unicode_normalization::UnicodeNormalization;

#[derive(Clone)]
pub(super) struct Folder {
    pub(super) id: String,
    pub(super) tenant: String,
    /// Normalised.
    pub(super) name: String,
    pub(super) parent_id: Option<String>,
    /// The names of all folders down to this one, normalised.
    pub(super) full_path: String,
    /// The names as they were given, each after a slash.
    pub(super) display_path: String,
    pub(super) created: SystemTime,
}

/// The folders of all tenants, oldest first.
#[derive(Default)]
pub(super) struct Folders(Vec<Folder>);

impl Folders {
    pub(super) fn get(&self, tenant: &str, id: &str) -> Option<&Folder> {
        self.0
            .iter()
            .find(|folder| folder.tenant == tenant && folder.id == id)
    }

    /// The folders at the root, if there is no parent.
    pub(super) fn children(
        &self,
        tenant: &str,
        parent_id: Option<&str>,
    ) -> impl Iterator<Item = &Folder> {
        self.0.iter().filter(move |folder| {
            folder.tenant == tenant && folder.parent_id.as_deref() == parent_id
        })
    }

    pub(super) fn named(
        &self,
        tenant: &str,
        parent_id: Option<&str>,
        name: &str,
    ) -> Option<&Folder> {
        self.children(tenant, parent_id)
            .find(|folder| folder.name == name)
    }

    pub(super) fn add(
        &mut self,
        id: String,
        tenant: &str,
        parent_id: Option<&str>,
        display_name: &str,
        now: SystemTime,
    ) -> Folder {
        let name = normalize(display_name);
        let (full_path, display_path) = match parent_id.and_then(|id| self.get(tenant, id)) {
            Some(parent) => (
                format!("{}/{name}", parent.full_path),
                format!("{}/{display_name}", parent.display_path),
            ),
            None => (name.clone(), format!("/{display_name}")),
        };
        let folder = Folder {
            id,
            tenant: tenant.to_owned(),
            name,
            parent_id: parent_id.map(str::to_owned),
            full_path,
            display_path,
            created: now,
        };
        self.0.push(folder.clone());
        folder
    }
}

/// Normalises a folder's name by the document's five rules, in their order.
///
/// They are: accents are removed; lower case; spaces and special characters become hyphens; several
/// hyphens become one; hyphens at the ends are removed.
///
/// Our reading: an accent is a combining mark from U+0300 to U+036F after canonical decomposition,
/// and everything that is not `a` to `z` or `0` to `9` then is special: ß, ø and Cyrillic letters.
pub(super) fn normalize(name: &str) -> String {
    let plain: String = name
        .nfd()
        .filter(|letter| !('\u{300}'..='\u{36f}').contains(letter))
        .collect();
    let lower = plain.to_lowercase();
    let words: Vec<&str> = lower
        .split(|letter| !matches!(letter, 'a'..='z' | '0'..='9'))
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
