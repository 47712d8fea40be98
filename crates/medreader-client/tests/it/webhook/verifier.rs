//! Who is accepted, and what is refused with which error.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, StatusCode};
use medreader_client::webhook::{BODY_LIMIT, Verifier, WebhookError};
use medreader_client::{DecodeReason, Secret};
use proptest::prelude::*;

use super::{PASSWORD, USER, authorization, basic, payload, right_headers, verifier};

fn check(authorization_value: &str) -> Result<(), WebhookError> {
    verifier().check_credentials(&authorization(authorization_value))
}

#[test]
fn right_credentials_and_a_payload_are_an_event() {
    let event = verifier().verify(&right_headers(), &payload(1)).unwrap();
    assert_eq!(event.id.as_str(), "EXAMPLE-1");
}

#[test]
fn the_form_of_right_credentials_may_vary() {
    let padded = STANDARD.encode(format!("{USER}:{PASSWORD}"));
    assert!(padded.ends_with('='));
    let bare = padded.trim_end_matches('=');
    for value in [
        format!("Basic {padded}"),
        format!("basic {padded}"),
        format!("bAsIc {padded}"),
        format!("Basic {bare}"),
        format!("Basic   {padded}"),
        format!("  Basic {padded}  "),
    ] {
        assert_eq!(check(&value), Ok(()), "{value}");
    }
}

#[test]
fn wrong_credentials_are_refused_in_every_form() {
    for value in [
        basic(USER, "EXAMPLE-OTHER"),
        basic("other-example", PASSWORD),
        basic("other-example", "EXAMPLE-OTHER"),
        basic(PASSWORD, USER),
        basic("", ""),
        basic(USER, ""),
        basic("", PASSWORD),
        basic(&USER.to_uppercase(), PASSWORD),
        basic(USER, &PASSWORD.to_lowercase()),
        basic(USER, &format!("{PASSWORD} ")),
        basic(USER, &format!("{PASSWORD}\0")),
        basic(USER, &PASSWORD[1..]),
        basic(&USER[1..], PASSWORD),
        // Without the colon, and with only one padded byte after `Basic`.
        format!("Basic {}", STANDARD.encode(format!("{USER}{PASSWORD}"))),
        format!("Basic {}", STANDARD.encode([0xff])),
    ] {
        assert_eq!(
            check(&value),
            Err(WebhookError::WrongCredentials),
            "{value}"
        );
    }
}

#[test]
fn credentials_that_cannot_be_read_are_refused() {
    let token = STANDARD.encode(format!("{USER}:{PASSWORD}"));
    for value in [
        String::new(),
        "Basic".to_owned(),
        "Basic ".to_owned(),
        format!("Bearer {token}"),
        format!("BasicX {token}"),
        format!("Basic{token}"),
        token.clone(),
        format!("Basic {USER}:{PASSWORD}"),
        format!("Basic {token} {token}"),
        format!("Basic {token}, Basic {token}"),
        format!("Basic ={token}"),
        format!("Basic {token}="),
        "Basic a".to_owned(),
        // The last symbol holds bits that belong to no byte.
        "Basic YR==".to_owned(),
    ] {
        assert_eq!(
            check(&value),
            Err(WebhookError::UnreadableCredentials),
            "{value}"
        );
    }
}

#[test]
fn header_values_that_are_not_text_are_refused() {
    let value = HeaderValue::from_bytes(b"Basic \xff\xfe").unwrap();
    let headers = HeaderMap::from_iter([(AUTHORIZATION, value)]);
    assert_eq!(
        verifier().check_credentials(&headers),
        Err(WebhookError::UnreadableCredentials)
    );
}

#[test]
fn no_header_and_two_headers_are_refused() {
    assert_eq!(
        verifier().check_credentials(&HeaderMap::new()),
        Err(WebhookError::NoCredentials)
    );
    for second in [basic(USER, PASSWORD), basic(USER, "EXAMPLE-OTHER")] {
        let mut headers = right_headers();
        headers.append(AUTHORIZATION, HeaderValue::from_str(&second).unwrap());
        assert_eq!(
            verifier().check_credentials(&headers),
            Err(WebhookError::UnreadableCredentials)
        );
    }
}

#[test]
fn text_in_another_encoding_than_utf_8_is_refused() {
    let verifier = Verifier::new("usuário", "senha-fictícia");
    let utf_8 = basic("usuário", "senha-fictícia");
    assert_eq!(verifier.check_credentials(&authorization(&utf_8)), Ok(()));

    let latin_1: Vec<u8> = "usuário:senha-fictícia"
        .chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap())
        .collect();
    let latin_1 = format!("Basic {}", STANDARD.encode(latin_1));
    assert_eq!(
        verifier.check_credentials(&authorization(&latin_1)),
        Err(WebhookError::WrongCredentials)
    );
}

#[test]
fn while_credentials_change_both_pairs_are_accepted() {
    let changing = Verifier::new("new-example", "EXAMPLE-NEW").also_accept(USER, PASSWORD);
    for (user, password, accepted) in [
        ("new-example", "EXAMPLE-NEW", true),
        (USER, PASSWORD, true),
        ("new-example", PASSWORD, false),
        (USER, "EXAMPLE-NEW", false),
    ] {
        let result = changing.check_credentials(&authorization(&basic(user, password)));
        assert_eq!(result.is_ok(), accepted, "{user}");
    }
    let changed = Verifier::new("new-example", "EXAMPLE-NEW");
    assert!(changed.check_credentials(&right_headers()).is_err());
    // A program may read the old pair and the new one from two settings that are equal.
    let unchanged = Verifier::new(USER, PASSWORD).also_accept(USER, PASSWORD);
    assert!(unchanged.check_credentials(&right_headers()).is_ok());
}

#[test]
fn an_empty_password_is_never_accepted() {
    let empty = authorization(&basic(USER, ""));
    let forgotten = Verifier::new(USER, Secret::from(String::new()));
    assert_eq!(
        forgotten.check_credentials(&empty),
        Err(WebhookError::WrongCredentials)
    );
    // The other pair is still accepted.
    let other = forgotten.also_accept(USER, PASSWORD);
    assert_eq!(other.check_credentials(&right_headers()), Ok(()));
    assert_eq!(
        other.check_credentials(&empty),
        Err(WebhookError::WrongCredentials)
    );
}

#[test]
fn the_credentials_are_checked_first() {
    let wrong = authorization(&basic(USER, "EXAMPLE-OTHER"));
    for body in [b"no json".to_vec(), vec![b' '; BODY_LIMIT + 1], payload(1)] {
        assert_eq!(
            verifier().verify(&wrong, &body),
            Err(WebhookError::WrongCredentials)
        );
    }
}

#[test]
fn a_body_up_to_the_limit_is_read() {
    let mut body = payload(1);
    body.resize(BODY_LIMIT, b' ');
    assert!(verifier().verify(&right_headers(), &body).is_ok());
    body.push(b' ');
    assert_eq!(
        verifier().verify(&right_headers(), &body),
        Err(WebhookError::TooLarge { limit: BODY_LIMIT })
    );

    let small = verifier().body_limit(20);
    let verify = |body: &[u8]| {
        small
            .verify(&right_headers(), body)
            .map(|event| event.into_inner().id)
    };
    assert_eq!(
        verify(br#"{"id":"EXAMPLE-A-1"}"#).unwrap().as_str(),
        "EXAMPLE-A-1"
    );
    assert_eq!(
        verify(br#"{"id":"EXAMPLE-A-12"}"#),
        Err(WebhookError::TooLarge { limit: 20 })
    );
}

#[test]
fn a_body_that_is_not_a_payload_is_refused_with_its_reason() {
    for (body, path, reason) in [
        (&b""[..], ".", DecodeReason::EndedEarly),
        (b"texto", ".", DecodeReason::Syntax),
        (b"{\"id\":\"EXAMPLE\"", ".", DecodeReason::EndedEarly),
        (b"{\"id\":\"EXAMPLE\"} {}", ".", DecodeReason::Syntax),
        (b"{}", "id", DecodeReason::MissingField),
        (b"{\"Id\":\"EXAMPLE\"}", "id", DecodeReason::MissingField),
        (b"{\"id\":null}", "id", DecodeReason::WrongType),
        (b"{\"id\":1.5}", "id", DecodeReason::OutOfRange),
        (
            b"{\"id\":123456789012345678901234567890}",
            "id",
            DecodeReason::OutOfRange,
        ),
        (b"{\"id\":true}", "id", DecodeReason::WrongType),
        (b"{\"id\":NaN}", "id", DecodeReason::WrongType),
        (b"{\"id\":[\"EXAMPLE\"]}", "id", DecodeReason::WrongType),
        (b"{\"id\":\"\"}", "id", DecodeReason::OutOfRange),
        (b"[{\"id\":\"EXAMPLE\"}]", ".", DecodeReason::WrongType),
        (b"\"EXAMPLE\"", ".", DecodeReason::WrongType),
        (b"null", ".", DecodeReason::WrongType),
    ] {
        let text = String::from_utf8_lossy(body);
        match verifier().verify(&right_headers(), body) {
            Err(WebhookError::NoPayload(error)) => {
                assert_eq!((error.path(), error.reason()), (path, reason), "{text}");
            }
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn a_text_is_read_in_the_charset_that_the_headers_name() {
    let body = b"{\"id\":\"A\",\"prescription_confidence_notes\":\"leg\xedvel\"}";
    for (kind, notes) in [
        (Some("application/json; charset=ISO-8859-1"), "leg\u{ed}vel"),
        (
            Some("application/json;charset=\"windows-1251\""),
            "leg\u{43d}vel",
        ),
        (Some("application/json; charset=utf-8"), "leg\u{fffd}vel"),
        (None, "leg\u{fffd}vel"),
    ] {
        let mut headers = right_headers();
        headers.extend(kind.map(|kind| (CONTENT_TYPE, HeaderValue::from_static(kind))));
        let event = verifier().verify(&headers, body).unwrap();
        let read = event.prescription_confidence_notes.as_deref();
        assert_eq!(read, Some(notes), "{kind:?}");
        assert!(event.raw().as_str().contains(notes), "{kind:?}");
        assert_eq!(event.raw().as_bytes(), body, "{kind:?}");
    }
}

/// Deeper than anything reads, or one stack holds.
#[test]
fn a_body_may_be_nested_as_deep_as_it_is_long() {
    let nested = |lists: usize| {
        let body = format!(
            r#"{{"id":"EXAMPLE","novo":{}{}}}"#,
            "[".repeat(lists),
            "]".repeat(lists)
        );
        verifier().verify(&right_headers(), body.as_bytes())
    };
    for lists in [126, 127, 128, 400_000] {
        let event = nested(lists).unwrap();
        assert_eq!(event.id.as_str(), "EXAMPLE");
        assert_eq!(event.raw().as_str().len(), 24 + 2 * lists);
    }
}

#[test]
fn every_error_has_its_status() {
    let no_payload = verifier().verify(&right_headers(), b"{}").unwrap_err();
    for (error, status) in [
        (WebhookError::NoCredentials, StatusCode::UNAUTHORIZED),
        (
            WebhookError::UnreadableCredentials,
            StatusCode::UNAUTHORIZED,
        ),
        (WebhookError::WrongCredentials, StatusCode::UNAUTHORIZED),
        (
            WebhookError::TooLarge { limit: 1 },
            StatusCode::PAYLOAD_TOO_LARGE,
        ),
        (no_payload, StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(error.status(), status, "{error}");
    }
}

/// Any text, and short ones of few letters, which are often equal or nearly equal.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[ab:é]{0,3}"]
}

fn password() -> impl Strategy<Value = String> {
    text().prop_filter("an empty password is never accepted", |text| {
        !text.is_empty()
    })
}

proptest! {
    #[test]
    fn any_accepted_pair_is_let_in(
        user in text(), password in password(), other in text(), case in any::<[bool; 5]>(), padded: bool,
    ) {
        let scheme: String = "basic".chars().zip(case)
            .map(|(c, upper)| if upper { c.to_ascii_uppercase() } else { c }).collect();
        let engine = if padded { STANDARD } else { STANDARD_NO_PAD };
        let headers = authorization(&format!("{scheme} {}", engine.encode(format!("{user}:{password}"))));
        prop_assert_eq!(Verifier::new(&user, &*password).check_credentials(&headers), Ok(()));
        let second = Verifier::new(&other, "EXAMPLE").also_accept(&user, &*password);
        prop_assert_eq!(second.check_credentials(&headers), Ok(()));
    }

    #[test]
    fn any_other_pair_is_refused(
        user in text(), password in password(), old in (text(), password()), sent in (text(), text()),
    ) {
        let sent = format!("{}:{}", sent.0, sent.1);
        let accepted = [format!("{user}:{password}"), format!("{}:{}", old.0, old.1)];
        let headers = authorization(&format!("Basic {}", STANDARD.encode(&sent)));
        let verifier = Verifier::new(&user, &*password).also_accept(&old.0, &*old.1);
        prop_assert_eq!(verifier.check_credentials(&headers).is_ok(), accepted.contains(&sent));
    }

    #[test]
    fn any_bytes_within_the_base64_are_refused(bytes: Vec<u8>) {
        prop_assume!(bytes != format!("{USER}:{PASSWORD}").as_bytes());
        // No bytes are not a token.
        let error = if bytes.is_empty() {
            WebhookError::UnreadableCredentials
        } else {
            WebhookError::WrongCredentials
        };
        prop_assert_eq!(check(&format!("Basic {}", STANDARD.encode(&bytes))), Err(error));
    }

    #[test]
    fn any_value_of_the_header_is_refused(value in "[ -~]{0,40}") {
        prop_assert!(check(&value).is_err());
    }

    #[test]
    fn no_body_panics(body: Vec<u8>) {
        let _ = verifier().verify(&right_headers(), &body);
    }
}
