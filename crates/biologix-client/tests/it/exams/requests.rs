//! Requests of the list, without I/O and on the wire.

use biologix_client::PartnerId;
use biologix_client::http::Method;
use common_http::{Delivery, ErrorKind};

use crate::support::{LIST, client, network, page, partner, targets};

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_is_not_modelled_has_the_session() {
    let network = network(|_| page("[]", 0));
    let request = client(&network).request(Method::GET, "/v2/partners/{partnerId}/exams");
    let answer = request.path("partnerId", "0000301DD").await.unwrap();
    assert_eq!(answer.json::<Vec<()>>().unwrap(), [(); 0]);
    let sent = network.requests().pop().unwrap();
    assert_eq!(sent.target, LIST);
    let authorization = sent.headers["authorization"].to_str().unwrap();
    // `0000001AA:EXAMPLETOKEN0001` in Base64.
    assert_eq!(authorization, "basic MDAwMDAwMUFBOkVYQU1QTEVUT0tFTjAwMDE=");
}

#[tokio::test(start_paused = true)]
async fn a_limit_of_100_is_sent_unless_another_is_set() {
    let network = network(|_| page("[]", 0));
    let client = client(&network);
    client.exams(&partner()).list().send().await.unwrap();
    client
        .exams(&partner())
        .list()
        .page_size(1)
        .send()
        .await
        .unwrap();
    assert!(
        client
            .exams(&partner())
            .list()
            .page_size(7)
            .items()
            .next()
            .await
            .is_none()
    );
    let list = "/v2/partners/0000301DD/exams?offset=0&limit=";
    let expected = ["100", "1", "7"].map(|limit| format!("{list}{limit}"));
    assert_eq!(targets(&network)[1..], expected);
    let error = client
        .exams(&partner())
        .list()
        .page_size(0)
        .send()
        .await
        .unwrap_err();
    let in_stream = client
        .exams(&partner())
        .list()
        .page_size(0)
        .items()
        .next()
        .await;
    for error in [error, in_stream.unwrap().unwrap_err()] {
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::InvalidInput, Delivery::NotSent)
        );
        assert!(error.to_string().contains("page_size"), "{error}");
    }
    assert_eq!(network.count(), 4);
}

/// The page is requested in the query and in no header.
#[tokio::test(start_paused = true)]
async fn pagination_is_asked_for_in_the_query() {
    let network = network(|_| page("[]", 0));
    client(&network)
        .exams(&partner())
        .list()
        .offset(5)
        .send()
        .await
        .unwrap();
    let request = &network.requests()[1];
    assert!(request.target.ends_with("?offset=5&limit=100"));
    let names = request.headers.keys().map(|name| name.as_str());
    assert_eq!(names.filter(|name| name.contains("pagination")).count(), 0);
}

#[tokio::test(start_paused = true)]
async fn ids_are_opaque_text() {
    let ids = r#"[{"examId":" \u00e9/.. ","patientUserId":"..|?"}]"#;
    let network = network(move |_| page(ids, 1));
    let client = client(&network);
    for (id, sent) in [
        ("0000301DD", "0000301DD"),
        ("a?c#d", "a%3Fc%23d"),
        ("%2e%2e", "%252e%252e"),
        ("...", "..."),
        (" é\u{1F600}", "%20%C3%A9%F0%9F%98%80"),
    ] {
        let page = client
            .exams(&PartnerId::from(id))
            .list()
            .send()
            .await
            .unwrap();
        let exam = page.items[0].value().unwrap();
        assert_eq!(exam.exam_id, " é/.. ");
        assert_eq!(exam.patient_user_id.as_deref(), Some("..|?"));
        let target = network.requests().pop().unwrap().target;
        assert_eq!(
            target,
            format!("/v2/partners/{sent}/exams?offset=0&limit=100")
        );
    }
    let before = network.count();
    for id in ["", ".", "..", "a/b", "a\\b", "a\nb", "\u{7f}"] {
        let error = client
            .exams(&PartnerId::from(id))
            .list()
            .send()
            .await
            .unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::InvalidInput, Delivery::NotSent)
        );
        assert_eq!(error.operation(), Some("biologix.exams.list"));
    }
    assert_eq!(network.count(), before);
}

/// Nothing in the login's answer is taken for the centre's id.
#[tokio::test(start_paused = true)]
async fn the_partner_id_is_the_callers() {
    let network = network(|_| page("[]", 0));
    let client = client(&network);
    for id in ["0000301DD", "0000302DD"] {
        client
            .exams(&PartnerId::from(id))
            .list()
            .send()
            .await
            .unwrap();
    }
    let asked = targets(&network);
    assert!(asked[1].starts_with("/v2/partners/0000301DD/"), "{asked:?}");
    assert!(asked[2].starts_with("/v2/partners/0000302DD/"), "{asked:?}");
}
