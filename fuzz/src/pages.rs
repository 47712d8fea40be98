//! Lists in pages, with any headers about them.

use biologix_client::PartnerId;
use biologix_client::exams::Cursor;

use crate::clients;
use crate::network::{Message, Network, check_error, cut, run};

/// The line between two pages.
const NEXT: &[u8] = b"\n----\n";

/// After how many pages in a row without a new exam a list ends.
const FRUITLESS: usize = 100;

/// Walks a list whose pages are the messages, of which the last comes again and again.
///
/// The list ends, and a cursor saved on the way comes back from its text.
pub fn pages(data: &[u8]) {
    let mut pages = Vec::new();
    let mut rest = data;
    while pages.is_empty() || !rest.is_empty() {
        let page;
        (page, rest) = cut(rest, NEXT);
        pages.push(Message::read(page));
    }
    let exams: usize = pages.iter().map(|page| page.body.len() / 2 + 1).sum();
    let most = (pages.len() + 1) * (FRUITLESS + 5) * 4;
    let network = Network::new(move |request, index| match request.url.path() {
        "/v2/sessions/open" => {
            Message::ok(r#"{"userId":"0000001AA"}"#).with("bx-session-token", "EXAMPLETOKEN")
        }
        _ => pages[(index - 1).min(pages.len() - 1)].clone(),
    });
    let client = clients::biologix(&network);
    run(async {
        let mut items = client.exams(&PartnerId::from("0000301DD")).list().items();
        let mut given = 0;
        while let Some(item) = items.next().await {
            given += 1;
            assert!(network.count() <= most, "{} requests", network.count());
            if let Err(error) = item {
                check_error(&error);
            }
        }
        // A rejected exam may be given again, if the total differs.
        assert!(given <= exams * (FRUITLESS + 5), "{given} exams");
        let saved = serde_json::to_string(&items.cursor()).unwrap();
        let cursor: Cursor = serde_json::from_str(&saved).unwrap();
        assert!(cursor == items.cursor());
    });
}
