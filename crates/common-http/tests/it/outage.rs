//! A vendor that is down for a minute under load gets no storm, then or later.

use std::sync::Arc;

use common_http::transport::TransportError::Connect;
use common_http::transport::{FakeRequest, FakeTransport};
use common_http::{Cause, Engine, Operation};
use tokio::task::JoinSet;
use tokio::time::{Instant, interval};

use crate::helper::Step::{self, Fails, Good, Silent, Status};
use crate::helper::door::{self, Login, MINE, MY_ORDER, is_login};
use crate::helper::{READ, call, engine, millis, network, seconds};

/// Calls a second.
const RATE: usize = 100;
/// The first second of the outage, and the first one after it.
const DOWN: usize = 20;
const UP: usize = 80;
const END: usize = 140;
/// The repetitions that a full budget pays for.
const BUDGET: usize = 500 / 14;

/// A vendor that answers like this while it is down.
fn vendor(outage: Step) -> Arc<FakeTransport> {
    let started = Instant::now();
    let down = seconds(DOWN as u64)..seconds(UP as u64);
    let now = move || match down.contains(&started.elapsed()) {
        true => outage.clone(),
        false => Good,
    };
    let rest = now.clone();
    door::door(
        move |n| match now() {
            Good => door::token(n),
            outage => outage.answer(),
        },
        move |_| rest().answer(),
    )
}

/// Makes 100 calls a second, and returns how many of each second's calls failed.
async fn load(client: &Engine, operation: &'static Operation) -> Vec<usize> {
    let mut ticks = interval(millis(1000 / RATE as u64));
    let mut calls = JoinSet::new();
    for number in 0..END * RATE {
        ticks.tick().await;
        let client = client.clone();
        calls.spawn(async move { (number / RATE, call(&client, operation).await.is_err()) });
    }
    let mut failed = vec![0; END];
    while let Some(ended) = calls.join_next().await {
        let (second, has_failed) = ended.unwrap();
        failed[second] += usize::from(has_failed);
    }
    failed
}

/// How many of these requests each second saw.
fn by_second(network: &FakeTransport, which: fn(&FakeRequest) -> bool) -> Vec<usize> {
    let requests = network.requests();
    let started = requests[0].at;
    let mut counts = vec![0; 2 * END];
    for request in requests.iter().filter(|request| which(request)) {
        counts[(request.at - started).as_secs() as usize] += 1;
    }
    counts
}

/// However a vendor is down and whatever is called, it gets each call once and the repetitions that
/// the budget pays for. A call that waits for its answer when the vendor returns is repeated, at the
/// rate at which calls were made.
#[tokio::test(start_paused = true)]
async fn a_vendor_that_is_down_gets_no_storm() {
    for outage in [Status(503), Fails(Connect(Cause::Refused)), Silent] {
        for operation in [&MINE, &MY_ORDER] {
            let network = vendor(outage.clone());
            let failed = load(&door::client(&network, Login::default()), operation).await;
            let sends = by_second(&network, |_| true);
            let down: usize = sends[..UP].iter().sum();
            assert!(down <= UP * RATE + BUDGET + 1, "{outage:?}: {down} sends");
            let later = sends[UP..].iter().max().unwrap();
            // The pauses before the repetitions vary a little.
            assert!(*later <= 2 * RATE + 10, "{outage:?}: {later} in a second");
            assert_eq!(network.requests().iter().filter(|r| is_login(r)).count(), 1);
            let well: usize = failed[..DOWN - 1].iter().chain(&failed[UP..]).sum();
            assert_eq!(well, 0, "{outage:?}");
            let down: usize = failed[DOWN..UP].iter().sum();
            assert!(down > (UP - DOWN) * RATE / 3, "{outage:?}: {down} failed");
        }
    }
}

/// The session ends while the vendor is down. A call sends a login or itself, and one login does for
/// all when the vendor is back.
#[tokio::test(start_paused = true)]
async fn a_vendor_that_is_down_gets_no_storm_of_logins() {
    let network = vendor(Status(503));
    let lifetime = Some(seconds(40));
    let login = Login {
        lifetime,
        ..Login::default()
    };
    let failed = load(&door::client(&network, login), &MINE).await;
    let down: usize = by_second(&network, |_| true)[..UP].iter().sum();
    assert!(down <= UP * RATE + BUDGET + 1, "{down} sends");
    let logins = by_second(&network, is_login);
    assert!(logins[DOWN..UP].iter().sum::<usize>() > 1);
    assert_eq!(logins[UP..UP + 30].iter().sum::<usize>(), 1);
    assert_eq!(failed[UP..].iter().sum::<usize>(), 0);
}

#[tokio::test(start_paused = true)]
async fn another_client_notices_nothing() {
    let broken = door::client(&vendor(Status(503)), Login::default());
    let good = network([Good]);
    let other = engine(&good);
    let (failed, unharmed) = tokio::join!(load(&broken, &MINE), load(&other, &READ));
    assert!(failed.iter().sum::<usize>() > 0);
    assert_eq!(unharmed.iter().sum::<usize>(), 0);
    assert_eq!(good.count(), END * RATE);
}
