//! Every public function of every crate in `crates/` has an example in its documentation.
//!
//! A scan of the source by lines, not a parser: it knows what `cargo fmt` makes of this code, and no more. What is
//! `#[doc(hidden)]` (a function, a type or a module) and what is `#[cfg(test)]` is passed over. What a macro makes is not
//! seen: the examples of open enums stand at the enums.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn every_public_function_has_an_example() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates");
    let mut missing = Vec::new();
    for folder in children(&crates) {
        let source = folder.join("src");
        let mut functions = 0;
        for file in shown_files(&source) {
            let text = fs::read_to_string(&file).unwrap();
            let name = file.strip_prefix(&crates).unwrap().display().to_string();
            for function in scan(&text) {
                functions += 1;
                if !function.has_example {
                    missing.push(format!("{name}:{}: {}", function.line, function.name));
                }
            }
        }
        assert!(functions > 0, "no public function in {}", source.display());
    }
    assert!(
        missing.is_empty(),
        "public functions without an example that is compiled:\n{}",
        missing.join("\n")
    );
}

struct Function {
    line: usize,
    name: String,
    has_example: bool,
}

fn children(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// The source files below a folder, without those of hidden modules.
fn shown_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut hidden = HashSet::new();
    for path in children(folder) {
        if path.is_dir() {
            files.extend(shown_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let modules_are_in = match path.file_stem().unwrap().to_str() {
                Some("lib") => folder.to_owned(),
                _ => path.with_extension(""),
            };
            let text = fs::read_to_string(&path).unwrap();
            hidden.extend(hidden_items(&text, "mod ").map(|name| modules_are_in.join(name)));
            files.push(path);
        }
    }
    files.retain(|file| {
        !file
            .ancestors()
            .any(|path| hidden.contains(&path.with_extension("")))
    });
    files
}

/// The names of a text's hidden public items of this kind.
fn hidden_items<'a>(text: &'a str, kind: &'a str) -> impl Iterator<Item = String> + 'a {
    items(text).into_iter().filter_map(move |item| {
        let rest = item
            .line
            .trim_start()
            .strip_prefix("pub ")?
            .strip_prefix(kind)?;
        item.is_hidden().then(|| identifier(rest))
    })
}

/// A line of code with the documentation and the attributes above it.
struct Item<'a> {
    number: usize,
    line: &'a str,
    docs: Vec<&'a str>,
    attributes: Vec<&'a str>,
}

impl Item<'_> {
    fn is_hidden(&self) -> bool {
        self.attributes.contains(&"#[doc(hidden)]")
    }

    fn is_test(&self) -> bool {
        self.attributes.contains(&"#[cfg(test)]")
    }

    /// A fenced block that rustdoc compiles.
    fn has_example(&self) -> bool {
        let compiled = ["", "no_run", "should_panic", "compile_fail", "rust"];
        let mut fences = self.docs.iter().filter_map(|line| line.strip_prefix("```"));
        fences.next().is_some_and(|kind| compiled.contains(&kind))
    }
}

fn items(text: &str) -> Vec<Item<'_>> {
    let mut items = Vec::new();
    let (mut docs, mut attributes) = (Vec::new(), Vec::new());
    let mut in_attribute = false;
    for (index, line) in text.lines().enumerate() {
        let code = line.trim();
        if let Some(doc) = code.strip_prefix("///") {
            docs.push(doc.trim());
        } else if in_attribute || code.starts_with("#[") {
            attributes.push(code);
            in_attribute = !code.ends_with(']');
        } else {
            items.push(Item {
                number: index + 1,
                line,
                docs: std::mem::take(&mut docs),
                attributes: std::mem::take(&mut attributes),
            });
        }
    }
    items
}

/// The public functions of a file.
fn scan(text: &str) -> Vec<Function> {
    let hidden_types: HashSet<_> = ["struct ", "enum ", "trait "]
        .into_iter()
        .flat_map(|kind| hidden_items(text, kind))
        .collect();
    let mut functions = Vec::new();
    let mut implemented = String::new();
    let mut in_tests = false;
    for item in items(text) {
        if item.line == "}" {
            (in_tests, implemented) = (false, String::new());
        } else if item.is_test() && item.line.ends_with('{') {
            in_tests = true;
        } else if let Some(name) = implemented_type(item.line) {
            implemented = name;
        } else if let Some(name) = public_function(item.line)
            && !(in_tests || item.is_hidden() || hidden_types.contains(&implemented))
        {
            let of = if implemented.is_empty() { "" } else { "::" };
            functions.push(Function {
                line: item.number,
                name: format!("{implemented}{of}{name}"),
                has_example: item.has_example(),
            });
        }
    }
    functions
}

/// The type of an `impl` block that begins here.
fn implemented_type(line: &str) -> Option<String> {
    let rest = line.strip_prefix("impl")?;
    let generics = rest.starts_with('<');
    let rest = if generics {
        rest.split_once("> ")?.1
    } else {
        rest.strip_prefix(' ')?
    };
    Some(identifier(rest))
}

fn public_function(line: &str) -> Option<String> {
    let mut rest = line.trim_start().strip_prefix("pub ")?;
    for word in ["const ", "async ", "unsafe "] {
        rest = rest.strip_prefix(word).unwrap_or(rest);
    }
    rest.strip_prefix("fn ").map(identifier)
}

fn identifier(text: &str) -> String {
    let letters = text
        .chars()
        .take_while(|letter| letter.is_alphanumeric() || *letter == '_');
    letters.collect()
}

/// What [`scan`] makes of a source: the names of those with an example, and of those without.
fn names(text: &str, has_example: bool) -> Vec<String> {
    let functions = scan(text).into_iter();
    functions
        .filter(|function| function.has_example == has_example)
        .map(|function| function.name)
        .collect()
}

const SAMPLE: &str = r#"
/// One.
///
/// ```no_run
/// one();
/// ```
#[must_use]
pub const fn one() -> u8 {
    1
}

impl<T: Into<Vec<u8>>> Thing<T> {
    /// Two.
    ///
    /// ```text
    /// no code
    /// ```
    pub async fn two(&self) {}

    /// Three: not public.
    pub(crate) fn three(&self) {}

    /// Four.
    #[doc(hidden)]
    #[must_use]
    pub fn four(&self) {}

    /// Five.
    #[cfg_attr(
        feature = "x",
        must_use
    )]
    pub fn five(&self) {}
}

#[doc(hidden)]
pub struct Plumbing;

impl Plumbing {
    pub fn six(&self) {}
}

impl Clone for Plumbing {
    pub fn seven() {}
}

#[cfg(test)]
mod tests {
    pub fn eight() {}
}

pub fn nine() {}
"#;

#[test]
fn the_scan_tells_functions_apart() {
    assert_eq!(names(SAMPLE, true), ["one"]);
    assert_eq!(
        names(SAMPLE, false),
        ["Thing::two", "Thing::five", "Clone::seven", "nine"]
    );
    assert!(hidden_items("#[cfg(x)]\n#[doc(hidden)]\npub mod a;\npub mod b;", "mod ").eq(["a"]));
}
