//! Walks over a JSON tree.

use serde_json::Value;

/// The JSON pointers of all values below the root, including lists and objects.
pub(super) fn pointers(tree: &Value) -> Vec<String> {
    let children: Vec<(String, &Value)> = match tree {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.clone(), value))
            .collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, value)| (index.to_string(), value))
            .collect(),
        _ => Vec::new(),
    };
    let with_descendants = children.into_iter().flat_map(|(name, value)| {
        let below = pointers(value)
            .into_iter()
            .map(|pointer| format!("/{name}{pointer}"))
            .collect::<Vec<_>>();
        std::iter::once(format!("/{name}")).chain(below)
    });
    with_descendants.collect()
}

/// For each value that `change` changes: its pointer, and a copy of the tree with only that value
/// changed.
pub(super) fn with_one_changed(
    tree: &Value,
    change: impl Fn(&str, &Value) -> Option<Value>,
) -> Vec<(String, Value)> {
    let changed = pointers(tree).into_iter().filter_map(|pointer| {
        let new = change(&pointer, tree.pointer(&pointer)?)?;
        let mut copy = tree.clone();
        *copy.pointer_mut(&pointer)? = new;
        Some((pointer, copy))
    });
    changed.collect()
}

/// A copy of the tree in which `change` is applied to every value.
pub(super) fn with_all_changed(
    tree: &Value,
    change: impl Fn(&str, &Value) -> Option<Value>,
) -> Value {
    let mut copy = tree.clone();
    for pointer in pointers(tree) {
        if let Some((new, place)) = tree
            .pointer(&pointer)
            .and_then(|old| change(&pointer, old))
            .zip(copy.pointer_mut(&pointer))
        {
            *place = new;
        }
    }
    copy
}
