//! JSON text as other programs write it.

/// A JSON value that keeps the order of its members and the spelling of each number.
pub(super) enum Json {
    Null,
    Number(String),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(&'static str, Json)>),
}

/// How a value is written.
#[derive(Clone, Copy)]
pub(super) struct Style {
    pub(super) layout: Layout,
    /// Whether everything but ASCII is written as `\u` escapes.
    pub(super) ascii: bool,
}

/// The white space between tokens.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    Compact,
    Spaced,
    Lines,
}

impl Json {
    pub(super) fn int(number: i64) -> Self {
        Self::Number(number.to_string())
    }

    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(super) fn written(&self, style: Style) -> String {
        let mut out = String::new();
        self.write(&mut out, style, 0);
        out
    }

    fn write(&self, out: &mut String, style: Style, depth: usize) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Number(spelling) => out.push_str(spelling),
            Self::Text(text) => write_text(out, text, style.ascii),
            Self::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    separate(out, style.layout, index, depth + 1);
                    item.write(out, style, depth + 1);
                }
                finish(out, style.layout, items.len(), depth);
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (index, (name, value)) in members.iter().enumerate() {
                    separate(out, style.layout, index, depth + 1);
                    write_text(out, name, style.ascii);
                    out.push_str(match style.layout {
                        Layout::Compact => ":",
                        Layout::Spaced => ": ",
                        Layout::Lines => " : ",
                    });
                    value.write(out, style, depth + 1);
                }
                finish(out, style.layout, members.len(), depth);
                out.push('}');
            }
        }
    }
}

fn separate(out: &mut String, layout: Layout, index: usize, depth: usize) {
    if index > 0 {
        out.push(',');
    }
    match layout {
        Layout::Compact => {}
        Layout::Spaced if index > 0 => out.push(' '),
        Layout::Spaced => {}
        Layout::Lines => new_line(out, depth),
    }
}

fn finish(out: &mut String, layout: Layout, len: usize, depth: usize) {
    if layout == Layout::Lines && len > 0 {
        new_line(out, depth);
    }
}

fn new_line(out: &mut String, depth: usize) {
    out.push_str("\r\n");
    out.extend(std::iter::repeat_n('\t', depth));
}

fn write_text(out: &mut String, text: &str, ascii: bool) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => {
                out.push('\\');
                out.push(letter);
            }
            // A solidus need not be escaped, and some writers do.
            '/' if ascii => out.push_str("\\/"),
            _ if letter.is_control() || (ascii && !letter.is_ascii()) => {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
            _ => out.push(letter),
        }
    }
    out.push('"');
}
