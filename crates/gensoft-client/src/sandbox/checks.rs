//! What every call is checked for, before its own business: the format it accepts, and the key.

use common_http::sandbox::Request;

use crate::sandbox::errors::Refusal;
use crate::sandbox::readings::KeyForm;
use crate::sandbox::state::Laboratory;

/// Checks the format that the client accepts, and its key.
pub(super) fn admit(laboratory: &Laboratory, request: &Request) -> Result<(), Refusal> {
    // A 406 is documented, though in a table that is the template's own.
    let accept = request.header("accept").unwrap_or("*/*");
    let takes_json = accept.split(',').any(|range| {
        let kind = range.split(';').next().unwrap_or_default().trim();
        ["application/json", "application/*", "*/*"].contains(&kind)
    });
    if !takes_json {
        return Err(Refusal::not_acceptable());
    }
    let sent = request
        .header("authorization")
        .filter(|sent| !sent.is_empty());
    let settings = &laboratory.settings;
    let key = match (&settings.key_form, sent) {
        (KeyForm::Bare, sent) => sent,
        (KeyForm::Prefixed(prefix), Some(sent)) => {
            after_word(sent, |word| word.eq_ignore_ascii_case(prefix))
        }
        (KeyForm::Any, Some(sent)) if sent == settings.api_key => Some(sent),
        (KeyForm::Any, Some(sent)) => after_word(sent, |_| true),
        (_, None) => None,
    };
    if key == Some(&settings.api_key) && !laboratory.key_is_revoked() {
        Ok(())
    } else {
        Err(Refusal::unauthenticated(sent.is_some()))
    }
}

fn after_word(value: &str, is_it: impl Fn(&str) -> bool) -> Option<&str> {
    let (word, rest) = value.split_once(' ')?;
    is_it(word).then_some(rest)
}
