//! Login, how long a token lives, and who is locked out.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use medreader_client::sandbox::{Lockout, Sandbox, Settings, Tenant, User};
use serde_json::{Value, json};

use crate::sandbox::wire::{JSON, Refusal as _, log_in, log_in_as, log_in_with, send};

const FOLDER: &str = "/api/v1/folders/unknown";

fn right(sandbox: &Sandbox) -> Value {
    json!({ "email": &sandbox.settings.email, "password": &sandbox.settings.password })
}

fn wrong(sandbox: &Sandbox) -> Value {
    json!({ "email": &sandbox.settings.email, "password": "wrong" })
}

#[tokio::test]
async fn a_login_is_as_documented() {
    let sandbox = Sandbox::start().await.unwrap();
    assert_eq!(
        (
            &*sandbox.settings.tenant_id,
            &*sandbox.settings.email,
            &*sandbox.settings.password
        ),
        (
            "EXAMPLE-TENANT",
            "usuario@example.invalid",
            "EXAMPLE-PASSWORD"
        )
    );
    let got = log_in_with(&sandbox, "EXAMPLE-TENANT", &right(&sandbox)).await;
    assert_eq!(
        (got.status, got.header("content-type")),
        (200, Some("application/json"))
    );
    assert_eq!(got.keys(), ["expires_in", "token", "token_type", "user"]);
    let login = got.json();
    assert_eq!(
        (&login["expires_in"], &login["token_type"]),
        (&json!(3600), &json!("Bearer"))
    );
    assert_eq!(
        login["user"],
        json!({
            "id": "00000000-0000-4000-8000-010000000001",
            "name": "Usuario Ficticio",
            "email": "usuario@example.invalid",
            "phone": "+550000000000",
        })
    );
    let token = login["token"].as_str().unwrap();
    let parts: Vec<Vec<u8>> = token
        .split('.')
        .map(|part| BASE64_URL_SAFE_NO_PAD.decode(part).unwrap())
        .collect();
    let header: Value = serde_json::from_slice(&parts[0]).unwrap();
    let claims: Value = serde_json::from_slice(&parts[1]).unwrap();
    assert_eq!(header, json!({ "alg": "HS256", "typ": "JWT" }));
    assert_eq!(
        claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(),
        3600
    );
    assert_eq!((parts.len(), &parts[2][..]), (3, &b"EXAMPLE-SIGNATURE"[..]));
    let again = log_in_with(&sandbox, "EXAMPLE-TENANT", &right(&sandbox)).await;
    assert_ne!(again.json()["token"], login["token"]);
    assert_eq!(
        (sandbox.logins(), sandbox.count("medreader.sessions.open")),
        (2, 2)
    );
}

#[tokio::test]
async fn what_the_document_refuses_is_refused() {
    let sandbox = Sandbox::start().await.unwrap();
    let tenant = &*sandbox.settings.tenant_id;
    let line = "POST /api/v1/auth/login";
    let good = right(&sandbox).to_string();

    let got = send(sandbox.url(), line, &[JSON], good.as_bytes()).await;
    assert_eq!(got.error(), (401, "tenant_invalid".to_owned()));
    assert_eq!(got.json()["message"], "Tenant ausente ou inválido");
    for unknown in ["", "OTHER", "example-tenant"] {
        let got = log_in_with(&sandbox, unknown, &right(&sandbox)).await;
        assert_eq!(got.error(), (401, "tenant_invalid".to_owned()));
    }
    let got = log_in_with(&sandbox, tenant, &wrong(&sandbox)).await;
    assert_eq!(got.error(), (401, "invalid_credentials".to_owned()));
    let stranger =
        json!({ "email": "outro@example.invalid", "password": &sandbox.settings.password });
    let got = log_in_with(&sandbox, tenant, &stranger).await;
    assert_eq!(got.error(), (401, "invalid_credentials".to_owned()));
    for invalid in [
        json!({}),
        json!([]),
        json!({ "email": &sandbox.settings.email }),
        json!({ "password": &sandbox.settings.password }),
        json!({ "email": "", "password": "x" }),
        json!({ "email": &sandbox.settings.email, "password": "" }),
        json!({ "email": "no address", "password": "x" }),
        json!({ "email": &sandbox.settings.email, "password": 1 }),
    ] {
        let got = log_in_with(&sandbox, tenant, &invalid).await;
        assert_eq!(
            got.error(),
            (400, "validation_error".to_owned()),
            "{invalid}"
        );
    }
    let with_tenant = ("x-tenant-id", tenant);
    let no_json = send(sandbox.url(), line, &[JSON, with_tenant], b"{").await;
    assert_eq!(no_json.error(), (400, "validation_error".to_owned()));
    let text = ("content-type", "text/plain");
    let unlabelled = send(sandbox.url(), line, &[text, with_tenant], good.as_bytes()).await;
    assert_eq!(unlabelled.error(), (400, "validation_error".to_owned()));
    assert_eq!(sandbox.logins(), 0);
    let labelled = ("content-type", "Application/JSON; charset=utf-8");
    let got = send(
        sandbox.url(),
        line,
        &[labelled, with_tenant],
        good.as_bytes(),
    )
    .await;
    assert_eq!((got.status, sandbox.logins()), (200, 1));
}

#[tokio::test]
async fn a_token_expires_by_the_clock() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.clock().freeze();
    let old = log_in(&sandbox).await;
    sandbox.clock().advance(Duration::from_secs(3599));
    assert_eq!(
        old.get(FOLDER).await.error(),
        (404, "folder_not_found".to_owned())
    );
    let new = log_in(&sandbox).await;
    sandbox.clock().advance(Duration::from_secs(1));
    let got = old.get(FOLDER).await;
    assert_eq!(got.error(), (401, "unauthorized".to_owned()));
    assert_eq!(got.json()["message"], "Usuário não autorizado");
    assert_eq!(new.get(FOLDER).await.status, 404);
    sandbox.expire_tokens();
    assert_eq!(new.get(FOLDER).await.status, 401);

    let brief = Sandbox::with(Settings {
        token_life: Duration::from_secs(60),
        ..Settings::default()
    })
    .await
    .unwrap();
    brief.clock().freeze();
    let got = log_in_with(&brief, &brief.settings.tenant_id, &right(&brief)).await;
    assert_eq!(got.json()["expires_in"], 60);
    let caller = log_in(&brief).await;
    brief.clock().advance(Duration::from_secs(60));
    assert_eq!(caller.get(FOLDER).await.status, 401);
}

#[tokio::test]
async fn every_call_needs_its_tenant_and_its_token() {
    let other = Tenant {
        users: vec![User {
            phone: None,
            ..User::new("outro@example.invalid", "EXAMPLE-PASSWORD-2")
        }],
        ..Tenant::new("EXAMPLE-TENANT-2")
    };
    let sandbox = Sandbox::with(Settings {
        other_tenants: vec![other],
        ..Settings::default()
    })
    .await
    .unwrap();
    let caller = log_in(&sandbox).await;
    let token = caller.authorization.as_str();
    let bare = token.strip_prefix("Bearer ").unwrap();
    let ask = async |headers: &[(&str, &str)]| {
        let got = send(sandbox.url(), &format!("GET {FOLDER}"), headers, b"").await;
        got.error()
    };
    let tenant = ("x-tenant-id", &*sandbox.settings.tenant_id);
    let refused = |word: &str| (401, word.to_owned());
    assert_eq!(
        ask(&[("authorization", token)]).await,
        refused("tenant_invalid")
    );
    let strange = ("x-tenant-id", "EXAMPLE-TENANT-3");
    assert_eq!(
        ask(&[strange, ("authorization", token)]).await,
        refused("tenant_invalid")
    );
    // A token is good for its own tenant only.
    let second = ("x-tenant-id", "EXAMPLE-TENANT-2");
    assert_eq!(
        ask(&[second, ("authorization", token)]).await,
        refused("tenant_invalid")
    );
    assert_eq!(ask(&[tenant]).await, refused("unauthorized"));
    for bad in [
        "Bearer",
        "Bearer x",
        bare,
        &format!("Basic {bare}"),
        &format!("Bearer  {bare}"),
        &format!("Bearer {bare}x"),
    ] {
        assert_eq!(
            ask(&[tenant, ("authorization", bad)]).await,
            refused("unauthorized")
        );
    }
    let lower = format!("bearer {bare}");
    assert_eq!(ask(&[tenant, ("authorization", &lower)]).await.0, 404);

    let login = json!({ "email": "outro@example.invalid", "password": "EXAMPLE-PASSWORD-2" });
    let got = log_in_with(&sandbox, "EXAMPLE-TENANT-2", &login).await;
    assert_eq!(
        (got.status, &got.json()["user"]["phone"]),
        (200, &Value::Null)
    );
    let got = log_in_with(&sandbox, &sandbox.settings.tenant_id, &login).await;
    assert_eq!(got.error(), refused("invalid_credentials"));
}

#[tokio::test]
async fn failed_logins_lock_the_name_out() {
    let sandbox = Sandbox::with(Settings {
        lockout: Some(Lockout {
            failures: 3,
            duration: Duration::from_secs(600),
            retry_after: true,
        }),
        ..Settings::default()
    })
    .await
    .unwrap();
    sandbox.clock().freeze();
    let tenant = &*sandbox.settings.tenant_id;
    let other = User::new("outro@example.invalid", "EXAMPLE-PASSWORD-2");
    sandbox.add_user(tenant, other).unwrap();
    let attempt = async |body: &Value| log_in_with(&sandbox, tenant, body).await;

    // A login that succeeds resets the count.
    for body in [
        wrong(&sandbox),
        wrong(&sandbox),
        right(&sandbox),
        wrong(&sandbox),
        wrong(&sandbox),
    ] {
        assert_ne!(attempt(&body).await.status, 429);
    }
    assert_eq!(
        attempt(&wrong(&sandbox)).await.error(),
        (401, "invalid_credentials".to_owned())
    );
    let locked = attempt(&right(&sandbox)).await;
    assert_eq!(locked.error(), (429, "too_many_attempts".to_owned()));
    assert_eq!(locked.header("retry-after"), Some("600"));
    sandbox.clock().advance(Duration::from_millis(599_001));
    assert_eq!(
        attempt(&wrong(&sandbox)).await.header("retry-after"),
        Some("1")
    );
    log_in_as(
        &sandbox,
        tenant,
        "outro@example.invalid",
        "EXAMPLE-PASSWORD-2",
    )
    .await;
    sandbox.clock().advance(Duration::from_millis(999));
    assert_eq!(attempt(&right(&sandbox)).await.status, 200);
    // The count starts again at 0.
    assert_eq!(attempt(&wrong(&sandbox)).await.status, 401);
    assert_eq!(attempt(&right(&sandbox)).await.status, 200);
}

#[tokio::test]
async fn a_lockout_can_be_silent_on_its_time_or_be_switched_off() {
    let sandbox = Sandbox::start().await.unwrap();
    for _ in 0..5 {
        let got = log_in_with(&sandbox, &sandbox.settings.tenant_id, &wrong(&sandbox)).await;
        assert_eq!(got.status, 401);
    }
    let got = log_in_with(&sandbox, &sandbox.settings.tenant_id, &right(&sandbox)).await;
    assert_eq!((got.status, got.header("retry-after")), (429, None));

    let patient = Sandbox::with(Settings {
        lockout: None,
        ..Settings::default()
    })
    .await
    .unwrap();
    for _ in 0..20 {
        let got = log_in_with(&patient, &patient.settings.tenant_id, &wrong(&patient)).await;
        assert_eq!(got.status, 401);
    }
    log_in(&patient).await;
}

#[tokio::test]
async fn credentials_can_be_chosen_and_are_not_printed() {
    let settings = Settings {
        tenant_id: "tenant-exemplo".into(),
        email: "alguem@example.invalid".into(),
        password: "EXAMPLE-OTHER".into(),
        ..Settings::default()
    };
    assert!(!format!("{settings:?}").contains("EXAMPLE-OTHER"));
    let sandbox = Sandbox::with(settings).await.unwrap();
    log_in_as(
        &sandbox,
        "tenant-exemplo",
        "alguem@example.invalid",
        "EXAMPLE-OTHER",
    )
    .await;
    for printed in [format!("{sandbox:?}"), format!("{:?}", sandbox.state())] {
        assert!(!printed.contains("EXAMPLE-OTHER") && !printed.contains("alguem"));
    }
    let user = User {
        name: "Alguem Ficticio".into(),
        ..User::new("alguem@example.invalid", "EXAMPLE-OTHER")
    };
    let tenant = Tenant {
        users: vec![user],
        ..Tenant::new("tenant-exemplo-2")
    };
    let printed = format!("{tenant:?}");
    assert!(!printed.contains("EXAMPLE-OTHER") && !printed.contains("lguem"));
    sandbox.add_tenant(tenant);
    log_in_as(
        &sandbox,
        "tenant-exemplo-2",
        "alguem@example.invalid",
        "EXAMPLE-OTHER",
    )
    .await;
    let nobody = User::new("a@example.invalid", "x");
    assert!(sandbox.add_user("tenant-exemplo-3", nobody).is_err());
}
