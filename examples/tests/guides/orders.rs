use gensoft_client::sandbox::{Fault, Sandbox};
use rusqlite::Connection;

use crate::orders::{TABLE, send_new};

#[tokio::test]
async fn an_order_whose_answer_is_lost_is_not_sent_again() -> Result<(), Box<dyn std::error::Error>>
{
    let (vendor, db) = (Sandbox::start().await?, Connection::open_in_memory()?);
    db.execute_batch(TABLE)?;
    db.execute(
        "INSERT INTO orders (number, json) VALUES ('1', '{}'), ('2', '{}')",
        [],
    )?;
    vendor.fail_next("gensoft.attendances.send", Fault::ResetAfterRequest)?;
    assert!(send_new(&vendor.client(), &db).await.is_err());
    send_new(&vendor.client(), &db).await?;
    assert_eq!(vendor.attendances().len(), 2); // each once, also the one whose answer was lost
    let states = "SELECT group_concat(state) FROM orders";
    let states: String = db.query_row(states, [], |row| row.get(0))?;
    assert_eq!(states, "unknown,accepted");
    Ok(())
}

mod when_something_breaks {
    use gensoft_client::HttpOptions;
    use http::StatusCode;

    use super::{Connection, Fault, Sandbox, TABLE, send_new};
    use crate::program::run;

    const SEND: &str = "gensoft.attendances.send";

    /// A table with this many new orders.
    fn orders(db: &Connection, count: usize) {
        db.execute_batch(TABLE).unwrap();
        for number in 1..=count {
            let insert = "INSERT INTO orders (number, json) VALUES (?1, '{}')";
            db.execute(insert, [number]).unwrap();
        }
    }

    fn states(db: &Connection) -> String {
        let states = "SELECT group_concat(state) FROM orders";
        db.query_row(states, [], |row| row.get(0)).unwrap()
    }

    #[tokio::test]
    async fn a_vendor_that_is_down_or_refuses_the_key_leaves_the_orders_as_they_were() {
        let (vendor, db) = (
            Sandbox::start().await.unwrap(),
            Connection::open_in_memory().unwrap(),
        );
        orders(&db, 2);
        vendor.revoke_api_key();
        send_new(&vendor.client(), &db).await.unwrap_err();
        assert_eq!(states(&db), "new,new");
        vendor.stop().await;
        send_new(&vendor.client(), &db).await.unwrap_err();
        assert_eq!(states(&db), "new,new");
    }

    #[tokio::test]
    async fn an_order_that_is_refused_does_not_hold_up_the_others_for_ever() {
        let (vendor, db) = (
            Sandbox::start().await.unwrap(),
            Connection::open_in_memory().unwrap(),
        );
        orders(&db, 3);
        vendor
            .fail_next(SEND, Fault::status(StatusCode::BAD_REQUEST))
            .unwrap();
        send_new(&vendor.client(), &db).await.unwrap_err();
        assert_eq!(states(&db), "refused,new,new");
        db.execute("UPDATE orders SET json = '{' WHERE number = 2", [])
            .unwrap();
        send_new(&vendor.client(), &db).await.unwrap_err();
        assert_eq!(states(&db), "refused,refused,new");
        send_new(&vendor.client(), &db).await.unwrap();
        assert_eq!(states(&db), "refused,refused,accepted");
    }

    #[tokio::test]
    async fn an_order_is_accepted_whatever_the_answer_has() {
        let (vendor, db) = (
            Sandbox::start().await.unwrap(),
            Connection::open_in_memory().unwrap(),
        );
        orders(&db, 1);
        let http = HttpOptions::default().max_answer(1);
        let client = vendor.client_builder().http(http).build().unwrap();
        send_new(&client, &db).await.unwrap_err();
        assert_eq!(states(&db), "accepted");
    }

    #[tokio::test]
    async fn a_program_that_is_killed_leaves_its_order_unknown() {
        let (vendor, folder) = (
            Sandbox::start().await.unwrap(),
            tempfile::tempdir().unwrap(),
        );
        let file = folder.path().join("orders.sqlite");
        let db = Connection::open(&file).unwrap();
        orders(&db, 2);
        vendor.fail_next(SEND, Fault::StallHead).unwrap();
        let client = vendor.client();
        let killed = async {
            tokio::select! {
                ended = send_new(&client, &db) => panic!("{ended:?}"),
                asked = vendor.wait_for(SEND, 1) => drop(asked.unwrap()),
            }
        };
        killed.await;
        let other = Connection::open(&file).unwrap();
        assert_eq!(states(&other), "unknown,new");
    }

    #[tokio::test]
    async fn two_at_once_send_each_order_once() {
        let (vendor, folder) = (
            Sandbox::start().await.unwrap(),
            tempfile::tempdir().unwrap(),
        );
        let file = folder.path().join("orders.sqlite");
        let (one, other) = (
            Connection::open(&file).unwrap(),
            Connection::open(&file).unwrap(),
        );
        orders(&one, 20);
        let client = vendor.client();
        let (first, second) = tokio::join!(send_new(&client, &one), send_new(&client, &other));
        first.unwrap();
        second.unwrap();
        assert_eq!(vendor.attendances().len(), 20);
        assert_eq!(states(&one), ["accepted"; 20].join(","));
    }

    #[tokio::test]
    async fn the_program_reads_its_settings() {
        let (vendor, folder) = (
            Sandbox::start().await.unwrap(),
            tempfile::tempdir().unwrap(),
        );
        let db = Connection::open(folder.path().join("orders.sqlite")).unwrap();
        orders(&db, 2);
        let settings = [
            ("GENSOFT_BASE_URL", vendor.url()),
            ("GENSOFT_API_KEY", vendor.api_key()),
        ];
        run("orders", folder.path(), &settings).await.is(0);
        assert_eq!(states(&db), "accepted,accepted");
    }
}
