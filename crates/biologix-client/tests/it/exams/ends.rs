//! How a list ends.

use biologix_client::exams::Checkpoint;
use common_http::transport::FakeAnswer;
use common_http::{Delivery, ErrorKind};
use proptest::prelude::*;

use super::server::{Server, Turn};
use crate::support::{LIST, client, network, page, partner, requests_to, targets};

/// Reads the list of this server. Returns the requested offsets and how many exams came.
async fn offsets(server: &std::sync::Arc<Server>, page_size: u32) -> (Vec<String>, usize) {
    let network = server.network();
    let list = client(&network)
        .exams(&partner())
        .list()
        .page_size(page_size);
    let mut exams = list.items();
    let mut count = 0;
    while let Some(listed) = exams.next().await {
        listed.unwrap();
        count += 1;
    }
    assert!(exams.next().await.is_none(), "the end stays the end");
    let asked = requests_to(&network, LIST).into_iter().map(|request| {
        let query = request.target.split_once("offset=").unwrap().1;
        query.split('&').next().unwrap().to_owned()
    });
    (asked.collect(), count)
}

fn turn(cap: usize, headers: bool) -> Turn {
    Turn {
        cap,
        headers,
        ..Turn::CALM
    }
}

#[tokio::test(start_paused = true)]
async fn the_total_ends_the_list() {
    for (length, expected) in [
        (0, vec!["0"]),
        (1, vec!["0"]),
        (9, vec!["0"]),
        (11, vec!["0", "10"]),
        (25, vec!["0", "10", "20"]),
    ] {
        let (asked, count) = offsets(&Server::new(length, Vec::new()), 10).await;
        assert_eq!(asked, expected, "{length}");
        assert_eq!(count, length as usize);
    }
}

/// A page that is full may have been cut off, and the total with it.
#[tokio::test(start_paused = true)]
async fn a_total_that_ends_on_a_full_page_is_a_claim() {
    for (length, expected) in [(10, vec!["0", "10"]), (20, vec!["0", "10", "20"])] {
        let (asked, count) = offsets(&Server::new(length, Vec::new()), 10).await;
        assert_eq!(
            (asked, count),
            (
                expected.into_iter().map(str::to_owned).collect(),
                length as usize
            )
        );
    }
    // The total is only that of the page. The vendor's own maximum makes a page full, too.
    for (page_size, limit) in [
        (4, None),
        (4, Some("4")),
        (4, Some("100")),
        (100, Some("4")),
        (100, Some("0")),
    ] {
        let network = network(move |request| {
            let offset = request.target.split_once("offset=").unwrap().1;
            let offset: usize = offset.split('&').next().unwrap().parse().unwrap();
            let exams: Vec<_> = (offset..9.min(offset + 4))
                .map(|id| format!(r#"{{"examId":"E{id}"}}"#))
                .collect();
            let answer = page(format!("[{}]", exams.join(",")), exams.len() as u64);
            match limit {
                Some(limit) => answer.header("x-pagination-limit", limit),
                None => answer,
            }
        });
        let list = client(&network).exams(&partner()).list();
        let mut exams = list.page_size(page_size).items();
        let mut count = 0;
        while let Some(listed) = exams.next().await {
            listed.unwrap();
            count += 1;
        }
        assert_eq!(
            (count, requests_to(&network, LIST).len()),
            (9, 4),
            "{limit:?}"
        );
    }
}

/// 204, no body and null are an empty page.
#[tokio::test(start_paused = true)]
async fn nothing_is_an_empty_page() {
    for (status, body) in [
        (204, ""),
        (200, ""),
        (200, "null"),
        (200, " [ ] "),
        (200, "\u{feff}"),
    ] {
        let network = network(move |request| {
            if request.target.contains("offset=0&") {
                FakeAnswer::json(r#"[{"examId":"E1"}]"#)
            } else {
                FakeAnswer::status(status).chunk(std::time::Duration::ZERO, body)
            }
        });
        let mut exams = client(&network).exams(&partner()).list().items();
        assert!(exams.next().await.unwrap().is_ok());
        assert!(exams.next().await.is_none(), "{status} {body:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_total_the_first_empty_page_ends_the_list() {
    for (length, expected) in [
        (0, vec!["0"]),
        (1, vec!["0", "1"]),
        (10, vec!["0", "10"]),
        (15, vec!["0", "10", "15"]),
    ] {
        let turns = vec![turn(usize::MAX, false); 10];
        let (asked, count) = offsets(&Server::new(length, turns), 10).await;
        assert_eq!(asked, expected, "{length}");
        assert_eq!(count, length as usize);
    }
}

#[tokio::test(start_paused = true)]
async fn the_offset_advances_by_the_exams_received() {
    for headers in [true, false] {
        let turns = vec![
            turn(3, headers),
            turn(1, headers),
            turn(7, headers),
            turn(10, true),
        ];
        let (asked, count) = offsets(&Server::new(20, turns), 10).await;
        assert_eq!(asked, ["0", "3", "4", "11"]);
        assert_eq!(count, 20);
    }
}

#[tokio::test(start_paused = true)]
async fn a_total_that_falls_steps_back() {
    let fall = Turn {
        removed: vec![0, 0, 999],
        ..Turn::CALM
    };
    let turns = vec![Turn::CALM, Turn::CALM, fall];
    let (asked, count) = offsets(&Server::new(40, turns), 10).await;
    assert_eq!(asked, ["0", "10", "20", "17", "27", "37"]);
    // All except the one that was removed unread.
    assert_eq!(count, 39);
}

#[tokio::test(start_paused = true)]
async fn an_empty_page_below_the_total_is_an_error() {
    let network = network(|request| {
        if request.target.contains("offset=0&") {
            page(r#"[{"examId":"0000101BB"}]"#, 5)
        } else {
            page("[]", 5)
        }
    });
    let mut exams = client(&network).exams(&partner()).list().items();
    assert!(exams.next().await.unwrap().is_ok());
    let error = exams.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(error.operation(), Some("biologix.exams.list"));
    assert_eq!(error.delivery(), Delivery::Answered);
    assert!(exams.next().await.is_none());
    // The page, the empty one, and that one twice more.
    assert_eq!(requests_to(&network, LIST).len(), 4);
    assert_eq!(
        (exams.cursor().offset(), exams.cursor().total()),
        (1, Some(5))
    );
}

/// The last total counts where a page has none.
#[tokio::test(start_paused = true)]
async fn empty_pages_without_headers_are_not_the_end_below_the_total() {
    for (status, body) in [(200, "[]"), (204, "")] {
        let network = network(move |request| {
            if request.target.contains("offset=0&") {
                page(r#"[{"examId":"0000101BB"}]"#, 5)
            } else {
                FakeAnswer::status(status).chunk(std::time::Duration::ZERO, body)
            }
        });
        let centre = client(&network).exams(&partner());
        let mut exams = centre.list().items();
        assert!(exams.next().await.unwrap().is_ok());
        let error = exams.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.to_string().contains("total"), "{error}");
        assert_eq!(exams.cursor().total(), Some(5), "the vendor's own");

        let mut changes = centre.changes(&Checkpoint::default());
        assert!(changes.next().await.unwrap().is_ok());
        assert!(changes.next().await.unwrap().is_err());
        assert!(changes.next().await.is_none());
        assert_eq!(changes.checkpoint(), None);
    }
}

#[tokio::test(start_paused = true)]
async fn an_empty_page_is_asked_for_again() {
    let network = network(|request| match request.index {
        1 => page(r#"[{"examId":"0000101BB"}]"#, 2),
        2 | 3 => page("[]", 2),
        _ => page(r#"[{"examId":"0000102BB"}]"#, 2),
    });
    let mut exams = client(&network).exams(&partner()).list().items();
    let mut count = 0;
    while let Some(listed) = exams.next().await {
        listed.unwrap();
        count += 1;
    }
    assert_eq!((count, requests_to(&network, LIST).len()), (2, 4));
}

#[tokio::test(start_paused = true)]
async fn a_list_that_circles_is_an_error() {
    let body = |length: u32| {
        let exams: Vec<_> = (0..length)
            .map(|id| format!(r#"{{"examId":"E{id}"}}"#))
            .collect();
        format!("[{}]", exams.join(","))
    };
    let network = network(move |_| FakeAnswer::json(body(1000)));
    let mut exams = client(&network).exams(&partner()).list().items();
    for _ in 0..1000 {
        assert!(exams.next().await.unwrap().is_ok());
    }
    let error = exams.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("over and over"), "{error}");
    assert!(exams.next().await.is_none());
    assert!(requests_to(&network, LIST).len() < 30);
}

#[tokio::test(start_paused = true)]
async fn a_total_below_what_its_page_shows_counts_as_missing() {
    let network = network(|request| {
        let (body, total) = match request.target.split_once("offset=").unwrap().1 {
            offset if offset.starts_with("0&") => (r#"[{"examId":"E1"},{"examId":"E2"}]"#, 1),
            offset if offset.starts_with("2&") => (r#"[{"examId":"E3"}]"#, 3),
            _ => ("[]", 3),
        };
        page(body, total)
    });
    let mut exams = client(&network).exams(&partner()).list().items();
    let mut count = 0;
    while let Some(listed) = exams.next().await {
        listed.unwrap();
        count += 1;
    }
    assert_eq!((count, targets(&network).len()), (3, 3));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn pagination_headers_are_integers_in_text(text in "[ \t]{0,2}(-?[0-9.]{0,22}|[ -~]{0,9})[ \t]{0,2}") {
        let read = text.trim().parse::<u64>().ok();
        let network = network(move |_| {
            FakeAnswer::json("[]")
                .header("x-pagination-total", &text)
                .header("x-pagination-limit", &text)
                .header("x-pagination-offset", &text)
        });
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_time().start_paused(true).build().unwrap();
        let list = || client(&network).exams(&partner()).list().offset(7);
        let page = runtime.block_on(list().send()).unwrap();
        prop_assert_eq!((page.total, page.limit, page.offset), (read, read, 7));
        // Without a total, the empty page is the end.
        let mut exams = list().items();
        let next = runtime.block_on(exams.next());
        let is_beyond_the_end = read.is_none_or(|total| total <= 7);
        prop_assert_eq!(next.is_none(), is_beyond_the_end);
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_for_another_offset_is_an_error() {
    // A server, or a cache in front of it, that ignores the offset.
    let network = network(|_| {
        page(r#"[{"examId":"0000101BB"},{"examId":"0000102BB"}]"#, 4)
            .header("x-pagination-offset", "0")
    });
    let mut exams = client(&network)
        .exams(&partner())
        .list()
        .page_size(2)
        .items();
    exams.next().await.unwrap().unwrap();
    exams.next().await.unwrap().unwrap();
    let error = exams.next().await.unwrap().unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery()),
        (ErrorKind::Decode, Delivery::Answered)
    );
    assert!(exams.next().await.is_none());
    assert_eq!(exams.cursor().offset(), 2);
}
