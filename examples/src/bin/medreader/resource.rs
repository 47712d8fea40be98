//! Prints what the vendor sent, as JSON or as text, with secrets masked.
//!
//! However deep its values are nested: [`Tokens`] takes the text apart without recursion.

use std::fmt::Write as _;
use std::ops::Range;

use common_http::{Error, ErrorKind, RawJson, json};
use examples::failure::Failure;
use examples::output;
use serde_json::Value;

/// Values that are nested deeper are shown as JSON, each on one line.
const MOST_INDENTED: usize = 8;

/// What the names of secrets hold, in any spelling.
const SECRETS: [&str; 4] = ["secret", "password", "token", "key"];

/// Prints it: its own JSON on one line, or one line per member.
pub(crate) fn print(resource: &RawJson, json: bool) -> Result<(), Failure> {
    if json {
        return output::line(output::one_line_json(resource));
    }
    let lines = describe(resource.as_str());
    output::text(lines.strip_suffix('\n').unwrap_or(&lines))
}

/// The same JSON with `***` for secrets and for the user info of addresses, at any depth.
///
/// A null is kept: it says that nothing is set.
pub(crate) fn masked(resource: &RawJson) -> Result<RawJson, Failure> {
    RawJson::from_text(mask(resource.as_str()))
        .map_err(|error| Failure::from(Error::new(ErrorKind::Decode).with_decode(error)))
}

fn mask(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut tokens = Tokens::of(text);
    let mut is_secret = false;
    while let Some(token) = tokens.next() {
        let separates = !matches!(masked.as_bytes().last(), None | Some(b'{' | b'[' | b':'));
        if separates && !matches!(token, Token::Close(_)) {
            masked.push(',');
        }
        match token {
            Token::Name(name) => {
                masked.push_str(name);
                masked.push(':');
            }
            Token::Open(_) if is_secret => {
                tokens.nested();
                masked.push_str("\"***\"");
            }
            Token::Scalar(value) if is_secret && value != "null" => masked.push_str("\"***\""),
            Token::Scalar(value) => match without_user_info(&unquoted(value)) {
                Some(address) => masked.push_str(&Value::from(address).to_string()),
                None => masked.push_str(value),
            },
            Token::Open(bracket) | Token::Close(bracket) => masked.push_str(bracket),
        }
        is_secret = matches!(token, Token::Name(name) if is_name_of_secret(&unquoted(name)));
    }
    masked
}

fn is_name_of_secret(name: &str) -> bool {
    let letters = name.chars().filter(|c| c.is_alphanumeric());
    let name: String = letters.flat_map(char::to_lowercase).collect();
    SECRETS.iter().any(|secret| name.contains(secret))
}

/// The text without the user info of its addresses, if it has some.
fn without_user_info(text: &str) -> Option<String> {
    let mut masked = String::new();
    // What was copied, and what was looked at.
    let (mut copied, mut seen) = (0, 0);
    while let Some(at) = text[seen..].find('@') {
        let at = seen + at;
        let Some(start) = user_info(text, copied, seen..at) else {
            seen = at + 1;
            continue;
        };
        let rest = &text[at..];
        let mut ats = rest.match_indices('@').map(|(at, _)| at);
        let end = ats
            .find(|at| is_host(&rest[at + 1..]))
            .or_else(|| rest.rfind('@'));
        masked.push_str(&text[copied..start]);
        masked.push_str("***");
        copied = at + end.unwrap_or_default();
        seen = copied + 1;
    }
    (copied > 0).then(|| masked + &text[copied..])
}

/// Where the user info begins that ends at the end of `before`, or later.
fn user_info(text: &str, copied: usize, before: Range<usize>) -> Option<usize> {
    let end = before.end;
    let mut starts = text[before.clone()]
        .match_indices("//")
        .map(|(at, _)| before.start + at + 2);
    starts.find(|start| !is_host(&text[*start..])).or_else(|| {
        // Without a scheme, only `user:password@` is user info.
        let word = text[copied..end].rsplit(' ').next()?;
        let word = match word.strip_prefix('@') {
            // The host of the one before, and another address.
            Some(masked) => masked.split_once(',')?.1,
            None => word,
        };
        let is_it = word.contains(':') && !word.contains('/');
        is_it.then_some(end - word.len())
    })
}

/// Whether an address goes on with a host, and a port perhaps.
fn is_host(rest: &str) -> bool {
    let authority = rest.split(['/', '?', '#', ' ', ',']).next().unwrap_or(rest);
    let (host, port) = authority.rsplit_once(':').unwrap_or((authority, ""));
    !host.contains('@') && (port.ends_with(']') || port.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `name: value` lines; nested values are indented under their name.
fn describe(text: &str) -> String {
    let mut lines = String::new();
    let mut tokens = Tokens::of(text);
    let mut depth = 0_usize;
    let mut name = None;
    while let Some(token) = tokens.next() {
        let value = match token {
            Token::Name(text) => {
                name = Some(printable(&unquoted(text)));
                continue;
            }
            Token::Close(_) => {
                depth = depth.saturating_sub(1);
                continue;
            }
            Token::Open(_) if depth > MOST_INDENTED => printable(tokens.nested()),
            Token::Open(_) => String::new(),
            Token::Scalar("null") => "-".to_owned(),
            Token::Scalar(value) => printable(&unquoted(value)),
        };
        let opens = matches!(token, Token::Open(_)) && depth <= MOST_INDENTED;
        if depth > 0 || !opens {
            let indent = 2 * depth.saturating_sub(1);
            let label = match name.take() {
                Some(name) => format!("{name}:"),
                None if depth > 0 => "-".to_owned(),
                None => String::new(),
            };
            let gap = if opens || label.is_empty() { "" } else { " " };
            let _ = writeln!(lines, "{:indent$}{label}{gap}{value}", "");
        }
        depth += usize::from(opens);
    }
    lines
}

/// What a string says, or the piece as it is.
fn unquoted(piece: &str) -> String {
    let text = piece
        .starts_with('"')
        .then(|| json::decode(piece.as_bytes()).ok());
    text.flatten().unwrap_or_else(|| piece.to_owned())
}

/// Control characters are shown as escapes, because a terminal would obey them.
fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for char in text.chars() {
        if char.is_control() {
            shown.extend(char.escape_default());
        } else {
            shown.push(char);
        }
    }
    shown
}

/// A piece of a JSON text, as it came.
#[derive(Clone, Copy)]
enum Token<'a> {
    Open(&'a str),
    Close(&'a str),
    Name(&'a str),
    Scalar(&'a str),
}

/// Takes a text apart, without recursion.
struct Tokens<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Tokens<'a> {
    fn of(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// All of the value whose opening bracket was the last piece.
    fn nested(&mut self) -> &'a str {
        let start = self.at - 1;
        let mut depth = 1_usize;
        while depth > 0
            && let Some(token) = self.next()
        {
            match token {
                Token::Open(_) => depth += 1,
                Token::Close(_) => depth -= 1,
                Token::Name(_) | Token::Scalar(_) => {}
            }
        }
        &self.text[start..self.at]
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let is_space = |c: char| c.is_ascii_whitespace();
        let rest = &self.text[self.at..];
        let rest = rest.trim_start_matches(|c| is_space(c) || matches!(c, ',' | ':'));
        let ends = |c| is_space(c) || matches!(c, ',' | ':' | '"' | '{' | '[' | '}' | ']');
        let length = match rest.as_bytes().first()? {
            b'{' | b'[' | b'}' | b']' => 1,
            b'"' => {
                let mut escaped = true;
                let ends = |byte| {
                    let ends = byte == b'"' && !escaped;
                    escaped = byte == b'\\' && !escaped;
                    ends
                };
                rest.bytes()
                    .position(ends)
                    .map_or(rest.len(), |end| end + 1)
            }
            _ => rest.find(ends).unwrap_or(rest.len()),
        };
        let (piece, after) = rest.split_at(length);
        self.at = self.text.len() - after.len();
        Some(match piece {
            "{" | "[" => Token::Open(piece),
            "}" | "]" => Token::Close(piece),
            _ if after.trim_start_matches(is_space).starts_with(':') => Token::Name(piece),
            _ => Token::Scalar(piece),
        })
    }
}
