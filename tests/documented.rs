//! Checks that the documentation of every crate in `crates/` has examples where users need them:
//!
//! - at a type that a user creates, changes or implements, at the operation that creates it, or at
//!   another item whose example names it. A type that is only read needs no example;
//! - at an operation: a function that returns a `Call`, or a builder that is sent. In `common-http`,
//!   which has no operation of its own, another item's example may call it;
//! - at a method that ends a call: a function that is async, or turns its value into something
//!   else. The example may be its own, or that of another item that calls it.
//!
//! It also checks that the first line of a hidden id's documentation says how to read it.
//!
//! It scans the source by lines and is not a parser: it relies on the formatting of `cargo fmt`.
//! Items with `#[doc(hidden)]` (a function, a type or a module) or `#[cfg(test)]` are skipped.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn items_have_examples_where_users_need_them() {
    let mut missing = Vec::new();
    for (name, source) in crates() {
        let mut found = Source::read(&source);
        found.is_engine = name == "common-http";
        assert!(!found.types.is_empty(), "no public type in {name}");
        let has_operation = found.shown().any(|one| found.is_operation(one));
        assert!(has_operation, "no operation in {name}");
        missing.extend(found.without_example());
    }
    assert!(
        missing.is_empty(),
        "without an example that is compiled:\n{}",
        missing.join("\n")
    );
}

#[test]
fn a_hidden_id_says_how_to_read_it() {
    let mut silent = Vec::new();
    for (_, source) in crates() {
        for file in shown_files(&source) {
            silent.extend(silent_ids(&fs::read_to_string(&file).unwrap()));
        }
    }
    assert!(
        silent.is_empty(),
        "the first line of these ids' documentation lacks `as_str()` or `{{:?}}`: {silent:?}"
    );
}

/// The names of the crates and the folders of their source.
fn crates() -> Vec<(String, PathBuf)> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates");
    let source = |folder: PathBuf| {
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        (name, folder.join("src"))
    };
    children(&crates).into_iter().map(source).collect()
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
            hidden.extend(hidden_modules(&text).map(|name| modules_are_in.join(name)));
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

fn hidden_modules(text: &str) -> impl Iterator<Item = String> + '_ {
    items(text).into_iter().filter_map(|item| {
        let name = item.line.trim_start().strip_prefix("pub mod ")?;
        item.is_hidden().then(|| identifier(name))
    })
}

/// A line of code with the documentation and the attributes above it.
struct Item<'a> {
    line: &'a str,
    /// The source from this line on.
    text: &'a str,
    number: usize,
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

    /// The lines of the fenced blocks that rustdoc compiles.
    fn example(&self) -> String {
        let compiled = ["", "no_run", "should_panic", "compile_fail", "rust"];
        let mut example = String::new();
        let mut fence = None;
        for line in &self.docs {
            fence = match (line.strip_prefix("```"), fence) {
                (Some(kind), None) => Some(compiled.contains(&kind)),
                (Some(_), Some(_)) => None,
                (None, fence) => {
                    if fence == Some(true) {
                        example.push_str(line);
                        example.push('\n');
                    }
                    fence
                }
            };
        }
        example
    }
}

/// The documentation of the module itself.
fn page(text: &str) -> Item<'_> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("//!"));
    Item {
        line: "",
        text: "",
        number: 1,
        docs: lines.map(str::trim).collect(),
        attributes: Vec::new(),
    }
}

fn items(text: &str) -> Vec<Item<'_>> {
    let mut items = Vec::new();
    let (mut docs, mut attributes) = (Vec::new(), Vec::new());
    let mut in_attribute = false;
    let mut start = 0;
    for (index, whole) in text.split_inclusive('\n').enumerate() {
        let code = whole.trim();
        if let Some(doc) = code.strip_prefix("///") {
            docs.push(doc.trim());
        } else if in_attribute || code.starts_with("#[") {
            attributes.push(code);
            in_attribute = !code.ends_with(']');
        } else {
            items.push(Item {
                line: whole.trim_end(),
                text: &text[start..],
                number: index + 1,
                docs: std::mem::take(&mut docs),
                attributes: std::mem::take(&mut attributes),
            });
        }
        start += whole.len();
    }
    items
}

/// The public items of a crate.
#[derive(Default)]
struct Source {
    types: BTreeMap<String, Type>,
    functions: Vec<Function>,
    /// The types that are sent: builders, and `Call` itself.
    sent: HashSet<String>,
    /// All examples, including those of the modules' own pages.
    examples: String,
    is_engine: bool,
}

struct Type {
    place: String,
    kind: String,
    example: String,
}

struct Function {
    place: String,
    /// The type that it belongs to; empty for a free function.
    of: String,
    name: String,
    signature: String,
    example: String,
}

impl Function {
    fn returns(&self) -> &str {
        self.signature
            .split_once("-> ")
            .map_or("", |(_, returned)| returned)
    }

    fn makes(&self, name: &str) -> bool {
        self.of != name && identifiers(self.returns()).any(|one| one == name)
    }

    fn takes(&self, receivers: &[&str]) -> bool {
        let (_, arguments) = self.signature.split_once('(').unwrap();
        let first = arguments.split([',', ')']).next();
        first.is_some_and(|first| receivers.contains(&first))
    }

    fn is_async(&self) -> bool {
        self.signature.contains("async fn ")
    }
}

impl Source {
    fn read(folder: &Path) -> Self {
        let mut found = Self::default();
        for file in shown_files(folder) {
            let text = fs::read_to_string(&file).unwrap();
            found.scan(&file.strip_prefix(folder).unwrap().display(), &text);
        }
        found
    }

    fn scan(&mut self, file: &dyn Display, text: &str) {
        let mut implemented = String::new();
        let mut in_tests = false;
        self.examples.push_str(&page(text).example());
        for item in items(text) {
            self.examples.push_str(&item.example());
            let place = format!("{file}:{}", item.number);
            if item.line == "}" {
                (in_tests, implemented) = (false, String::new());
            } else if item.is_test() && item.line.ends_with('{') {
                in_tests = true;
            } else if let Some((of_trait, name)) = implemented_type(item.line) {
                if of_trait == "IntoFuture" {
                    self.sent.insert(name.clone());
                }
                implemented = name;
            } else if in_tests || item.is_hidden() {
                continue;
            } else if let Some((kind, name)) = public_type(item.line) {
                let example = item.example();
                let one = Type {
                    place,
                    kind,
                    example,
                };
                self.types.insert(name, one);
            } else if let Some(name) = public_function(item.line) {
                let function = Function {
                    place,
                    of: implemented.clone(),
                    name,
                    signature: signature(item.text),
                    example: item.example(),
                };
                if function.name == "send" && function.is_async() {
                    self.sent.insert(implemented.clone());
                }
                self.functions.push(function);
            }
        }
    }

    /// The methods of the public types, and the free functions.
    fn shown(&self) -> impl Iterator<Item = &Function> {
        let is_shown = |one: &&Function| one.of.is_empty() || self.types.contains_key(&one.of);
        self.functions.iter().filter(is_shown)
    }

    /// Whether a user creates, changes or implements the type. An enum's value is read by its
    /// copies.
    fn is_used(&self, name: &str, kind: &str) -> bool {
        let reads: &[_] = match kind {
            "trait" => return true,
            "enum" => &["&self", "self"],
            _ => &["&self"],
        };
        let mut functions = self.functions.iter().filter(|one| one.of == name);
        functions.any(|one| !one.takes(reads))
    }

    fn is_operation(&self, function: &Function) -> bool {
        function.makes("Call") || self.sent.iter().any(|name| function.makes(name))
    }

    /// Whether the function ends a call: `send`, `items`, `build`, but no setter.
    fn is_ending(&self, function: &Function) -> bool {
        let is_enum = self
            .types
            .get(&function.of)
            .is_some_and(|of| of.kind == "enum");
        let consumes = function.takes(&["self", "mut self"]) && function.returns() != "Self";
        function.is_async() || (consumes && !is_enum)
    }

    /// Whether an example calls this function.
    fn is_called(&self, function: &Function) -> bool {
        let calls = [".", "::"].map(|before| format!("{before}{}(", function.name));
        let is_awaited = function.name == "send" && self.examples.contains(".await");
        is_awaited
            || calls
                .iter()
                .any(|call| self.examples.contains(call.as_str()))
    }

    fn is_named(&self, name: &str) -> bool {
        identifiers(&self.examples).any(|one| one == name)
    }

    fn without_example(&self) -> Vec<String> {
        let mut missing = Vec::new();
        for (name, one) in &self.types {
            let functions = self.functions.iter();
            let functions = functions
                .filter(|one| one.of == *name || (self.is_operation(one) && one.makes(name)));
            let mut examples = functions.map(|one| &one.example).chain([&one.example]);
            let is_shown = self.is_named(name) || examples.any(|one| !one.is_empty());
            if self.is_used(name, &one.kind) && !is_shown {
                missing.push(format!("{}: the type {name}", one.place));
            }
        }
        for one in self.shown() {
            let name = format!("{}::{}", one.of, one.name);
            let is_shown = !one.example.is_empty();
            if self.is_operation(one) && !is_shown && !(self.is_engine && self.is_called(one)) {
                missing.push(format!("{}: the operation {name}", one.place));
            } else if self.is_ending(one) && !is_shown && !self.is_called(one) {
                missing.push(format!("{}: the ending {name}", one.place));
            }
        }
        missing
    }
}

/// The trait, if any, and the type of an `impl` block that begins here.
fn implemented_type(line: &str) -> Option<(String, String)> {
    let rest = line.strip_prefix("impl")?;
    let rest = if rest.starts_with('<') {
        rest.split_once("> ")?.1
    } else {
        rest.strip_prefix(' ')?
    };
    Some(match rest.split_once(" for ") {
        Some((of_trait, of_type)) => (identifier(of_trait), identifier(of_type)),
        None => (String::new(), identifier(rest)),
    })
}

/// The kind and the name of a public type that begins here.
fn public_type(line: &str) -> Option<(String, String)> {
    let (kind, rest) = line.trim_start().strip_prefix("pub ")?.split_once(' ')?;
    let is_type = ["struct", "enum", "trait"].contains(&kind);
    is_type.then(|| (kind.to_owned(), identifier(rest)))
}

fn public_function(line: &str) -> Option<String> {
    let mut rest = line.trim_start().strip_prefix("pub ")?;
    for word in ["const ", "async ", "unsafe "] {
        rest = rest.strip_prefix(word).unwrap_or(rest);
    }
    rest.strip_prefix("fn ").map(identifier)
}

/// A function's signature on one line, without the body.
fn signature(text: &str) -> String {
    let ends = [" {", "\n    where", "\nwhere"];
    let end = ends.iter().filter_map(|end| text.find(end)).min();
    let words: Vec<_> = text[..end.unwrap_or(text.len())]
        .split_whitespace()
        .collect();
    words.join(" ").replace("( ", "(")
}

fn identifier(text: &str) -> String {
    identifiers(text).next().unwrap_or_default().to_owned()
}

fn identifiers(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
}

/// The hidden ids whose first line of documentation does not say how to read them.
fn silent_ids(text: &str) -> Vec<String> {
    let silent = |item: &Item<'_>| {
        let declared = item.line.trim_start().strip_prefix("pub struct ")?;
        let (name, form) = declared.strip_suffix(';')?.split_once(": ")?;
        let first = item.docs.first().copied().unwrap_or_default();
        let says = first.contains("as_str()") && first.contains("{:?}");
        (form.starts_with("hidden") && !says).then(|| name.to_owned())
    };
    items(text).iter().filter_map(silent).collect()
}

const SAMPLE: &str = r#"
/// Created, and shown at its function.
pub struct Shown;

impl Shown {
    /// ```no_run
    /// Shown::new();
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self
    }

    /// A setter.
    pub fn setter(mut self) -> Self {
        self
    }

    /// A getter.
    pub fn getter(&self) -> u8 {
        1
    }
}

/// Created, and shown nowhere.
///
/// ```text
/// not code
/// ```
pub struct Unshown {
    field: u8,
}

impl<'a> From<&'a str> for Unshown {
    fn from(_: &'a str) -> Self {}
}

impl Unshown {
    pub fn new() -> Self {
        Self
    }
}

/// Only read.
pub struct Read;

impl Read {
    pub fn field(&self) -> u8 {
        1
    }
}

/// To be implemented.
pub trait Unimplemented {
    fn method(&self);
}

/// A builder, shown at the operation.
pub struct CreateThing;

impl CreateThing {
    pub fn option(mut self) -> Self {
        self
    }

    pub async fn send(self) -> Result<()> {}

    pub fn prepare(
        self,
    ) -> Prepared {
    }
}

impl Handle<'_> {
    /// ```
    /// handle.create().option().send().await?;
    /// ```
    pub fn create(&self) -> CreateThing {}

    pub fn get(&self, id: &str) -> Call<Recorded<Thing>> {}

    pub fn list(
        &self,
        of: &str,
    ) -> ListThings<'_> {
    }
}

pub struct Handle<'a>(&'a str);
pub struct ListThings<'a>(&'a str);

impl IntoFuture for ListThings<'_> {
    type Output = ();
}

#[doc(hidden)]
pub struct Plumbing;

impl Plumbing {
    pub fn new() -> Self {
        Self
    }

    #[doc(hidden)]
    pub async fn run() {}
}

#[cfg(test)]
mod tests {
    pub async fn test() {}
}

pub(crate) async fn internal() {}

pub async fn alone() {}
"#;

#[test]
fn the_scan_finds_what_lacks_an_example() {
    let mut found = Source::default();
    found.scan(&"sample.rs", SAMPLE);
    let missing = found.without_example();
    let names: Vec<_> = missing
        .iter()
        .map(|one| one.split_once(": ").unwrap().1)
        .collect();
    assert_eq!(
        names,
        [
            "the type Unimplemented",
            "the type Unshown",
            "the ending CreateThing::prepare",
            "the operation Handle::get",
            "the operation Handle::list",
            "the ending ::alone",
        ]
    );
}

#[test]
fn the_scan_skips_hidden_modules_and_finds_ids_without_a_hint() {
    assert!(hidden_modules("#[cfg(x)]\n#[doc(hidden)]\npub mod a;\npub mod b;").eq(["a"]));
    let ids = "
        /// Read it with `as_str()`, never with `{:?}`.
        pub struct Said: hidden numeric;
        /// An id.
        pub struct Silent: hidden;
        /// An id.
        pub struct Shown: numeric;
    ";
    assert_eq!(silent_ids(ids), ["Silent"]);
}
