//! Which items are the same.

use super::*;

#[test]
fn one_id_twice_in_a_list_comes_twice_only_if_it_differs() {
    let mut walk = Walk::new(Cursor::at(0));
    let page = vec![exam("E1", 0), exam("E1", 0), exam("E1", 1), exam("E2", 1)];
    walk.take(page, Some(4), false).unwrap();
    assert_eq!(popped(&mut walk), ["E1", "E1", "E2"]);
}

#[test]
fn only_another_text_is_a_change() {
    let mut walk = Walk::new(Cursor::at(0));
    let page =
        ["a b", "a b", "ab"].map(|note| raw(&format!(r#"{{"examId":"E1","note":"{note}"}}"#)));
    walk.take(page.into(), Some(3), false).unwrap();
    assert_eq!(popped(&mut walk), ["E1", "E1"]);
}

#[test]
fn a_byte_that_is_no_text_is_a_change() {
    let list = b"[{\"examId\":\"E1\",\"x\":\"\xe9\"},{\"examId\":\"E1\",\"x\":\"\xe8\"}]";
    let answer = Answer::from(http::Response::new(list[..].into()));
    let mut walk = Walk::new(Cursor::at(0));
    walk.take(answer.items().unwrap(), Some(2), false).unwrap();
    assert_eq!(popped(&mut walk), ["E1", "E1"]);
}

/// Without an id, only text and place distinguish two items.
#[test]
fn what_has_no_id_is_not_taken_for_another_of_the_same_text() {
    for total in [Some(6), None] {
        let mut walk = Walk::new(Cursor::at(0));
        walk.take(vec![raw("{}"), raw("{}"), exam("E1", 0)], total, false)
            .unwrap();
        assert_eq!(popped(&mut walk), ["{}", "{}", "E1"], "{total:?}");
        if total.is_some() {
            walk.take(vec![raw("{}"), raw("{}"), exam("E2", 0)], total, false)
                .unwrap();
            assert_eq!(popped(&mut walk), ["{}", "{}", "E2"]);
        }
    }
}

#[test]
fn what_has_no_id_is_known_again_when_pages_shift() {
    let mut walk = Walk::new(Cursor::at(0));
    walk.take(vec![raw("{}"), raw("{}"), exam("E1", 0)], Some(5), false)
        .unwrap();
    assert_eq!(popped(&mut walk), ["{}", "{}", "E1"]);
    // Two are issued: the page begins two places earlier.
    walk.take(
        vec![raw("{}"), exam("E1", 0), raw("{}"), exam("E2", 0)],
        Some(7),
        false,
    )
    .unwrap();
    assert_eq!(popped(&mut walk), ["{}", "E2"]);
}

#[test]
fn a_circle_of_what_has_no_id_is_a_circle() {
    let rising: fn(u64) -> Option<u64> = |turn| Some(1_000_000 + turn * 7);
    for total in [|_| None, rising] {
        let mut walk = Walk::new(Cursor::at(0));
        let astray = (0..1000).find_map(|turn| {
            let astray = walk.take(vec![raw("{}"); 100], total(turn), true).err();
            popped(&mut walk);
            astray
        });
        assert_eq!(astray, Some(Astray::Circle));
    }
}

/// For example, the vendor renames `examId`: all of a long list is rejected, up to its end.
#[test]
fn a_list_of_nothing_readable_is_walked_to_its_end() {
    let mut walk = Walk::new(Cursor::at(0));
    let total = CIRCLE + 1000;
    let mut handed_over = 0;
    while let Some(offset) = walk.next_offset() {
        let page = (offset..total.min(offset + 500)).map(|id| raw(&format!(r#"{{"id":{id}}}"#)));
        walk.take(page.collect(), Some(total), false).unwrap();
        handed_over += popped(&mut walk).len() as u64;
    }
    assert_eq!(handed_over, total);
}
