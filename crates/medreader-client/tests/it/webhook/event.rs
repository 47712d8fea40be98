//! What is read of a payload, and what is kept.

use medreader_client::webhook::WebhookEvent;
use medreader_client::{AnalysisId, Recorded};
use proptest::prelude::*;
use serde_json::{Value, json};

fn read(body: &str) -> Recorded<WebhookEvent> {
    WebhookEvent::from_body(body.as_bytes()).unwrap()
}

#[test]
fn the_documented_payload_is_read_whole() {
    let event = read(
        r#"{
  "id": "cc0e8400-e29b-41d4-a716-446655440007",
  "created_at": "2024-01-18T16:30:00Z",
  "prescription_confidence_score": 95,
  "prescription_confidence_notes": "Prescrição clara e legível"
}"#,
    );
    assert_eq!(
        event.id,
        AnalysisId::from("cc0e8400-e29b-41d4-a716-446655440007")
    );
    let created_at = event.created_at.as_ref().unwrap();
    assert_eq!(created_at.as_str(), "2024-01-18T16:30:00Z");
    assert!(created_at.to_system_time().is_some());
    assert_eq!(event.prescription_confidence_score, Some(95.0));
    assert_eq!(
        event.prescription_confidence_notes.as_deref(),
        Some("Prescrição clara e legível")
    );
    assert!(event.extra.is_empty());
}

/// Each of these once cost the whole event: the vendor got a 400, and nobody the result.
#[test]
fn an_odd_byte_costs_its_field_alone() {
    for (body, id) in [
        (
            r#"{"id":"A","prescription_confidence_notes":"\ud83d"}"#,
            "A",
        ),
        (
            r#"{"id":"A","prescription_confidence_notes":"\udc00 x"}"#,
            "A",
        ),
        (r#"{"id":"B","id":"A"}"#, "A"),
        (r#"{"id":17}"#, "17"),
        (r#"{"id":12345678901234567890}"#, "12345678901234567890"),
        (r#"{"id":"A","prescription_confidence_score":NaN}"#, "A"),
        (
            "{\"id\":\"A\",\"prescription_confidence_notes\":\"a\nb\tc\u{1}\"}",
            "A",
        ),
    ] {
        let event = read(body);
        assert_eq!((event.id.as_str(), event.raw().as_str()), (id, body));
    }
    let latin = b"{\"id\":\"A\",\"prescription_confidence_notes\":\"leg\xedvel\"}";
    let event = WebhookEvent::from_body(latin).unwrap();
    assert_eq!(event.id.as_str(), "A");
    assert_eq!(event.raw().as_str(), String::from_utf8_lossy(latin));
    let deep = format!(
        r#"{{"id":"A","x":{}{}}}"#,
        "[".repeat(500_000),
        "]".repeat(500_000)
    );
    assert_eq!(read(&deep).raw().as_str(), deep);
}

#[test]
fn absent_and_null_are_the_same() {
    let absent = read(r#"{"id":"EXAMPLE"}"#);
    let null = read(
        r#"{"id":"EXAMPLE","created_at":null,"prescription_confidence_score":null,"prescription_confidence_notes":null}"#,
    );
    assert_eq!(absent, null);
    assert_eq!(absent.created_at, None);
    assert_eq!(absent.prescription_confidence_score, None);
    assert_eq!(absent.prescription_confidence_notes, None);
    assert!(null.extra.is_empty());
}

#[test]
fn a_score_may_have_a_fraction() {
    for (number, score) in [
        ("0", 0.0),
        ("95.0", 95.0),
        ("95.25", 95.25),
        ("-1", -1.0),
        ("1e2", 100.0),
    ] {
        let event = read(&format!(
            r#"{{"id":"EXAMPLE","prescription_confidence_score":{number}}}"#
        ));
        assert_eq!(event.prescription_confidence_score, Some(score), "{number}");
    }
}

#[test]
fn the_text_is_kept_as_it_came() {
    let text = "{ \"prescription_confidence_score\" : 95.00,\n\t\"id\" : \"EXAMPLE\\u002D1\" }";
    let event = read(&format!("\u{feff}\r\n {text} \n"));
    assert_eq!(event.raw().as_str(), text);
    assert_eq!(
        event.raw().compact(),
        r#"{"prescription_confidence_score":95.00,"id":"EXAMPLE\u002D1"}"#
    );
    assert_eq!(event.id.as_str(), "EXAMPLE-1");
}

#[test]
fn it_is_written_with_its_fields_and_read_again() {
    let text = r#"{"id":"EXAMPLE","created_at":"2030-01-02T03:04:05Z","prescription_confidence_score":95.5,"novo":true}"#;
    let mut event = read(text).into_inner();
    let written = serde_json::to_value(&event).unwrap();
    assert_eq!(
        written,
        json!({
            "id": "EXAMPLE",
            "created_at": "2030-01-02T03:04:05Z",
            "prescription_confidence_score": 95.5,
            "novo": true,
        })
    );
    let again: WebhookEvent = serde_json::from_value(written).unwrap();
    assert_eq!(again, event);

    event.prescription_confidence_notes = Some("texto de exemplo".to_owned());
    assert_ne!(again, event);
    let text = serde_json::to_string(&event).unwrap();
    assert!(text.contains("texto de exemplo"), "{text}");
}

#[test]
fn events_in_a_list_are_read() {
    let texts = [r#"{"id":"EXAMPLE-1"}"#, r#"{ "id": "EXAMPLE-2" }"#];
    let events: Vec<Recorded<WebhookEvent>> =
        serde_json::from_str(&format!("[{} , {}]", texts[0], texts[1])).unwrap();
    for (event, text) in events.iter().zip(texts) {
        assert_eq!(event.raw().as_str(), text);
        assert_eq!(*event, read(text));
    }
    let error = serde_json::from_str::<Recorded<WebhookEvent>>(r#"{"id":[7]}"#).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("unreadable JSON at id: wrong type"),
        "{error}"
    );
}

proptest! {
    #[test]
    fn whatever_a_field_holds_the_event_is_read(
        id in ".{1,20}",
        name in prop_oneof![
            Just("created_at"), Just("prescription_confidence_score"), Just("prescription_confidence_notes"), Just("novo")
        ],
        value in prop_oneof![
            Just(Value::Null), any::<bool>().prop_map(Value::from), any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from), any::<Vec<String>>().prop_map(Value::from),
        ],
    ) {
        let body = json!({"id": &id, name: &value}).to_string();
        let event = WebhookEvent::from_body(body.as_bytes()).unwrap();
        prop_assert_eq!(event.id.as_str(), &*id);
        prop_assert_eq!(event.raw().as_str(), &*body);
        for end in 0..body.len() {
            prop_assert!(WebhookEvent::from_body(&body.as_bytes()[..end]).is_err());
        }
        // Written again it says the same, except for nulls in known fields and for integers that
        // became floats.
        let written = serde_json::to_value(&event).unwrap();
        let field = written.get(name).cloned();
        if value.is_null() && name != "novo" {
            prop_assert_eq!(field, None);
        } else if name == "prescription_confidence_score" && value.is_number() {
            prop_assert_eq!(field.and_then(|field| field.as_f64()), value.as_f64());
        } else {
            prop_assert_eq!(field, Some(value));
        }
    }
}
