use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::data::any::{any_json, list};
use crate::data::json::{RawJson, decode};
use crate::data::survey::{Survey, repaired, survey};

/// A value as it is written, and as it is read.
const ODD: [(&str, &str); 24] = [
    ("NaN", "null"),
    ("Infinity", "null"),
    ("-Infinity", "null"),
    ("undefined", "null"),
    ("True", "null"),
    ("01", "null"),
    (".5", "null"),
    ("0x1F", "null"),
    ("1e999", "null"),
    ("12 %", "null"),
    ("'a'", "null"),
    ("é", "null"),
    ("", "null"),
    (r#""a "b" c""#, "null"),
    (r#""\ud83d""#, r#""\ufffd""#),
    (r#""\ude00 \ud83d\ud83d\ude00""#, r#""\ufffd \ufffd😀""#),
    (r#""\ud83d\n""#, r#""\ufffd\n""#),
    (r#""\u12""#, r#""\ufffd12""#),
    (r#""C:\dir\é""#, r#""C:\\dir\\é""#),
    ("\"a\nb\tc\u{1}\"", r#""a\nb\tc\u0001""#),
    ("\"\\\n\\\"\"", r#""\\\n\"""#),
    ("[1,]", "[1]"),
    (r#"{"a":1,"a":2,"\u0061":3}"#, r#"{"a":3}"#),
    (r#"{"a":NaN,"b":1,}"#, r#"{"a":null,"b":1}"#),
];

fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn an_odd_value_costs_itself() {
    for (odd, meant) in ODD {
        let text = format!(r#" {{"first": [1, "a"], "odd": {odd}, "last": {{"b": 2.50}}}} "#);
        let expected = json!({"first": [1, "a"], "odd": value(meant), "last": {"b": 2.5}});
        assert_eq!(decode::<Value>(text.as_bytes()).unwrap(), expected, "{odd}");
        let in_a_list: Value = decode(format!("[{odd},7]").as_bytes()).unwrap();
        assert_eq!(in_a_list, json!([value(meant), 7]), "{odd}");
    }
}

#[test]
fn what_is_kept_is_what_came_and_what_is_written_is_json() {
    for (odd, meant) in ODD {
        let text = format!(r#"{{ "a" : 2.50,"odd": {odd} }}"#);
        let raw: RawJson = decode(format!(" {text}\n").as_bytes()).unwrap();
        assert_eq!(raw.as_str(), text);
        let fields: BTreeMap<String, RawJson> = raw.parse().unwrap();
        assert_eq!(
            (fields["a"].as_str(), fields["odd"].as_str()),
            ("2.50", odd)
        );
        let written = serde_json::to_string(&raw).unwrap();
        assert!(written.starts_with(r#"{ "a" : 2.50,"#), "{written}");
        assert!(serde_json::from_str::<serde::de::IgnoredAny>(&written).is_ok());
        assert!(!raw.compact().contains('\n'));
        for json in [written, raw.compact()] {
            let read: Value = decode(json.as_bytes()).unwrap();
            assert_eq!(read["odd"], value(meant), "{odd}");
        }
    }
}

#[derive(Debug, PartialEq, Deserialize)]
struct Sample {
    odi: Option<f64>,
    name: Option<String>,
    kind: Kind,
    list: Vec<Kind>,
    #[serde(default)]
    raw: Option<RawJson>,
    pair: (u8, Box<str>),
}

#[derive(Debug, PartialEq, Deserialize)]
enum Kind {
    Plain,
    With(u8),
    Fields { a: i128, b: char },
}

#[test]
fn all_kinds_of_types_are_read() {
    let text = r#"{"odi": 6.20, "raw": [ NaN ], "name": "\ud83d", "kind": {"With": 1},
        "list": ["Plain", {"Fields": {"a": -1, "b": "x", "c": [[]]}}], "pair": [1, "a"], "raw": [NaN, 1]}"#;
    let sample: Sample = decode(text.as_bytes()).unwrap();
    assert_eq!(sample.odi, Some(6.2));
    assert_eq!(sample.name.as_deref(), Some("\u{fffd}"));
    assert_eq!(sample.kind, Kind::With(1));
    assert_eq!(sample.list, [Kind::Plain, Kind::Fields { a: -1, b: 'x' }]);
    assert_eq!(sample.raw.unwrap().as_str(), "[NaN, 1]");
    assert_eq!(sample.pair, (1, "a".into()));
    for (wrong, path) in [
        (r#"{"odi": NaN, "kind": {"With": "MARKER"}}"#, "kind.With"),
        (r#"{"odi": NaN, "kind": 7}"#, "kind"),
        (
            r#"{"odi": NaN, "kind": "Plain", "list": [], "pair": [1, "a", 2]}"#,
            "pair",
        ),
        (
            r#"{"odi": NaN, "kind": "Plain", "list": [NaN], "pair": []}"#,
            "list[0]",
        ),
    ] {
        let error = decode::<Sample>(wrong.as_bytes()).unwrap_err();
        assert_eq!(error.path(), path);
    }
}

#[test]
fn what_is_nested_too_deep_costs_itself() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = format!("{}0{}", open.repeat(100_000), close.repeat(100_000));
        let text = format!(r#"{{"deep": {deep}, "id": 7}}"#);
        let read: BTreeMap<String, Value> = decode(text.as_bytes()).unwrap();
        assert_eq!(read["id"], 7);
        assert!(serde_json::from_str::<Value>(&read["deep"].to_string()).is_ok());
        let raw: RawJson = decode(text.as_bytes()).unwrap();
        assert_eq!(
            (raw.as_str(), raw.compact().len()),
            (&*text, text.len() - 3)
        );
    }
    for endless in ["[", "{\"a\":", "[{\"a\":"] {
        assert!(decode::<Value>(endless.repeat(100_000).as_bytes()).is_err());
    }
}

#[test]
fn null_is_no_object() {
    for odd in ["null", "NaN"] {
        let list = format!("[{{}}, NaN, {odd}]");
        assert!(decode::<Vec<crate::Extra>>(list.as_bytes()).is_err());
    }
    assert!(decode::<crate::Extra>(b"null").is_err());
}

/// Reads its child from the child's own text.
#[derive(Debug, Deserialize)]
#[serde(from = "Child")]
struct Folder(usize);

#[derive(Deserialize)]
struct Child {
    child: Option<RawJson>,
}

impl From<Child> for Folder {
    fn from(Child { child }: Child) -> Self {
        let child = child.and_then(|child| child.parse().ok());
        Self(child.map_or(1, |Folder(depth)| depth + 1))
    }
}

#[test]
fn documents_in_documents_have_an_end() {
    let text = format!("{}{{}}{}", r#"{"child":"#.repeat(5000), "}".repeat(5000));
    assert!(decode::<Folder>(text.as_bytes()).unwrap().0 <= 9);
    assert_eq!(decode::<Folder>(br#"{"child":{"child":{}}}"#).unwrap().0, 3);
}

#[test]
fn an_item_that_is_not_json_costs_itself() {
    const LATER: &str = r#"{"b":[1,{"c":2}]}"#;
    for odd in [
        "}",
        "NaN [1]",
        "<b>",
        "{b:1}",
        "{'b':1}",
        r#"{"b" 1}"#,
        r#"{"b":1}}"#,
        r#"{"b":[1}"#,
        r#"{"b":1"#,
        r#"{"b":{"c":null"#,
        r#"{"b":[{"c" 1}, 2 3], "d" 4}"#,
        r#"{"b":"2" c","d":[5]}"#,
        r#"{"b":{"c":"2"},"d":[5], "e":""f"}"#,
        r#"{"b"":"c"}"#,
        r#"{"b":"c}"#,
    ] {
        for (before, after) in [
            ("[", "]"),
            (r#"{"a":["#, "]}"),
            (r#"{"x":{"a":[[1], ["#, r#"]],"n":1,"n":2}}"#),
            ("[[", "],3]"),
        ] {
            let with = |odd: &str| format!("{before}0, {odd} ,{LATER},{LATER}{after}");
            let meant = value(&with("null"));
            let twice = |item: &str| format!("{before}{item},{LATER},{item}{after}");
            let both = decode::<Value>(twice(odd).as_bytes()).unwrap();
            assert_eq!(both, value(&twice("null")), "{odd}");
            assert_eq!(
                decode::<Value>(with(odd).as_bytes()).unwrap(),
                meant,
                "{odd}"
            );
            assert_eq!(value(&repaired(&with(odd)).unwrap()), meant, "{odd}");
        }
        let text = format!(r#"{{"items":[0, {odd} ,{LATER}]}}"#);
        let raw = decode::<BTreeMap<String, Vec<RawJson>>>(text.as_bytes()).unwrap();
        let texts: Vec<_> = raw["items"].iter().map(RawJson::as_str).collect();
        assert_eq!(texts, ["0", odd, LATER]);
        let whole = decode::<BTreeMap<String, RawJson>>(text.as_bytes()).unwrap();
        assert_eq!(whole["items"].as_str(), &text[9..text.len() - 1]);
    }
}

#[test]
fn a_bracket_that_every_record_forgets_costs_each_record_itself() {
    let records = r#"{"a":[1},"#.repeat(1000);
    let text = format!(r#"{{"r":[{records}{{"a":2}}]}}"#);
    let read = decode::<BTreeMap<String, Vec<Value>>>(text.as_bytes()).unwrap();
    assert_eq!(read["r"].len(), 1001);
    assert_eq!(read["r"][1000], json!({"a": 2}));
    assert!(read["r"][..1000].iter().all(Value::is_null));
}

/// In debug builds, quadratic work on these takes minutes.
#[test]
fn damaged_lists_are_read_or_given_up_in_linear_time() {
    let many = 100_000;
    for (text, is_read) in [
        ("[".repeat(many), false),
        ("[1 ".repeat(many), false),
        (format!("[{}", r#"{"a":[1 2,"#.repeat(many)), false),
        (
            format!("{}{}", "[".repeat(many), "] 1".repeat(many - 1)),
            false,
        ),
        (format!(r#"{{"r":[{}0]}}"#, "1[],".repeat(many)), true),
        (
            format!(r#"{{"r":[{}0]}}"#, r#"1[],"aaaaaaaa","#.repeat(many)),
            true,
        ),
        (
            format!(
                r#"{{"r":[{}"{}"]}}"#,
                r#"{"a":[1},"#.repeat(30),
                "x".repeat(many)
            ),
            true,
        ),
        (format!("[{}1]", r#"{"a":1,"#.repeat(many)), true),
        (format!("[{}1]", r#"{"a":"2" b"},"#.repeat(many)), true),
        (format!("[{}1]", r#"{"a":"2]" b","#.repeat(many)), false),
    ] {
        assert_eq!(repaired(&text).is_some(), is_read, "{}", &text[..40]);
    }
}

#[test]
fn what_has_not_the_structure_of_json_is_refused() {
    for text in [
        "",
        "NaN",
        "OK",
        "<html>",
        "{",
        "[1",
        "\"a",
        "\"\\",
        "[}",
        "{]",
        "{1:2}",
        "{'a':1}",
        "{a:1}",
        "{\"a\" 1}",
        "[1}",
        "[1]]",
        "{} {}",
        "{,}",
        ":",
        "]",
        "{\"a\":NaN [1]}",
        "{\"a\":1,5}",
    ] {
        assert_eq!(repaired(text), None, "{text}");
        assert!(decode::<Value>(text.as_bytes()).is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn json_is_left_alone(text in list()) {
        prop_assert_eq!(repaired(&text).unwrap(), &*text);
        let survey = survey(&text).unwrap();
        prop_assert_eq!(&survey, &Survey::default());
        let mut reader = super::Reader::new(&text, &survey);
        prop_assert_eq!(Value::deserialize(&mut reader).unwrap(), value(&text));
    }

    #[test]
    fn one_odd_value_anywhere_costs_itself(
        before in any_json(), after in any_json(), which in 0..ODD.len(), wraps in prop::collection::vec(any::<bool>(), 0..6),
    ) {
        let (odd, meant) = ODD[which];
        let wrap = |inner: &str| wraps.iter().fold(
            format!("[{before},{inner},{after}]"),
            |inner, &object| if object { format!(r#"{{"x":{inner},"y":{after}}}"#) } else { format!("[{before},{inner}]") },
        );
        prop_assert_eq!(decode::<Value>(wrap(odd).as_bytes()).unwrap(), value(&wrap(meant)));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[\\[\\]{},:\"\\\\au1eN \n\u{1}é]{0,60}") {
        let read = decode::<Value>(text.as_bytes());
        let repaired = repaired(&text);
        prop_assert_eq!(read.is_ok(), repaired.is_some());
        if let Some(json) = repaired {
            prop_assert!(json.len() <= 6 * text.len() + 4);
            prop_assert_eq!(serde_json::from_str::<serde::de::IgnoredAny>(&json).map_err(|error| error.to_string()), Ok(serde::de::IgnoredAny));
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let quoted = [b"[\"", &*bytes, b"\"]"].concat();
        for bytes in [&bytes, &quoted] {
            let _ = decode::<Value>(bytes);
            let _ = RawJson::of(bytes, Some("windows-1252")).compact();
        }
    }
}
