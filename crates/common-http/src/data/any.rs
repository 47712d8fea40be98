//! Any JSON, for property tests.

use proptest::prelude::*;
use serde_json::Value;

pub(super) fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        proptest::num::f64::NORMAL.prop_map(Value::from),
        "[ \"\\\\\n\ta-c{},:é]{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map("[ \"\\\\a-c]{0,4}", inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Writes JSON with white space between all tokens, taken in turn from `gaps`.
pub(super) fn spaced(value: &Value, gaps: &mut impl Iterator<Item = String>, out: &mut String) {
    match value {
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                out.extend(gaps.next());
                spaced(item, gaps, out);
                out.extend(gaps.next());
            }
            out.extend(gaps.next());
            out.push(']');
        }
        Value::Object(fields) => {
            out.push('{');
            for (index, (name, field)) in fields.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                out.extend(gaps.next());
                out.push_str(&Value::from(name.as_str()).to_string());
                out.extend(gaps.next());
                out.push(':');
                out.extend(gaps.next());
                spaced(field, gaps, out);
                out.extend(gaps.next());
            }
            out.extend(gaps.next());
            out.push('}');
        }
        scalar => out.push_str(&scalar.to_string()),
    }
}

/// A list with white space here and there.
pub(super) fn list() -> impl Strategy<Value = String> {
    let items = prop::collection::vec(any_json(), 0..5).prop_map(Value::from);
    (items, prop::collection::vec("[ \t\r\n]{0,3}", 1..20)).prop_map(|(list, gaps)| {
        let mut text = String::new();
        spaced(&list, &mut gaps.into_iter().cycle(), &mut text);
        text
    })
}
