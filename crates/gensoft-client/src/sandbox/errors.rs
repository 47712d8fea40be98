//! The vendor's error bodies. The document has none.
//!
//! They are those of Django and Django REST framework (inferred), in the framework's own
//! Portuguese.

use common_http::sandbox::{Answer, Request};
use http::StatusCode;
use serde_json::{Value, json};

/// Why a request was refused.
pub(super) struct Refusal {
    status: StatusCode,
    body: Body,
}

enum Body {
    Json(Value),
    Html(&'static str),
    /// A redirect to this place.
    Elsewhere(String),
}

impl Refusal {
    /// `{"detail": "..."}`.
    pub(super) fn detail(status: StatusCode, text: &str) -> Self {
        Self {
            status,
            body: Body::Json(json!({ "detail": text })),
        }
    }

    /// `{"field": ["..."]}`.
    pub(super) fn field(name: &str, text: &str) -> Self {
        Self::fields([name], text)
    }

    /// `{"field": ["..."], "other": ["..."]}`.
    pub(super) fn fields<'a>(names: impl IntoIterator<Item = &'a str>, text: &str) -> Self {
        let fields = names
            .into_iter()
            .map(|name| (name.to_owned(), json!([text])));
        Self {
            status: StatusCode::BAD_REQUEST,
            body: Body::Json(Value::Object(fields.collect())),
        }
    }

    pub(super) fn unauthenticated(key_was_sent: bool) -> Self {
        let text = if key_was_sent {
            "Credenciais de autenticação incorretas."
        } else {
            "As credenciais de autenticação não foram fornecidas."
        };
        Self::detail(StatusCode::UNAUTHORIZED, text)
    }

    pub(super) fn unknown_execution() -> Self {
        Self::detail(StatusCode::NOT_FOUND, "Não encontrado.")
    }

    pub(super) fn not_acceptable() -> Self {
        let text = "Não foi possível satisfazer a requisição do cabeçalho Accept.";
        Self::detail(StatusCode::NOT_ACCEPTABLE, text)
    }

    pub(super) fn media_type(sent: &str) -> Self {
        let text = format!("Tipo de mídia \"{sent}\" no pedido não é suportado.");
        Self::detail(StatusCode::UNSUPPORTED_MEDIA_TYPE, &text)
    }

    /// The framework's own page for a path that it does not know.
    pub(super) fn unknown_path() -> Self {
        Self {
            status: StatusCode::NOT_FOUND,
            body: Body::Html(
                "<h1>Not Found</h1><p>The requested resource was not found on this server.</p>",
            ),
        }
    }

    /// Redirects to the path with a slash at its end, or without the one that it has.
    pub(super) fn other_slash(request: &Request) -> Self {
        let path = request.raw_path();
        let query = request.target().strip_prefix(path).unwrap_or_default();
        let other = match path.strip_suffix('/') {
            Some(without) => format!("{without}{query}"),
            None => format!("{path}/{query}"),
        };
        Self {
            status: StatusCode::MOVED_PERMANENTLY,
            body: Body::Elsewhere(other),
        }
    }

    /// The server's own refusals, and the statuses that a fault asks for.
    pub(super) fn of_status(status: StatusCode, request: &Request) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::unknown_path(),
            StatusCode::METHOD_NOT_ALLOWED => {
                let text = format!("Método \"{}\" não é permitido.", request.method());
                Self::detail(status, &text)
            }
            // By the server in front of the framework.
            StatusCode::PAYLOAD_TOO_LARGE => Self {
                status,
                body: Body::Html(
                    "<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n</html>\r\n",
                ),
            },
            StatusCode::TOO_MANY_REQUESTS => Self::detail(status, "Pedido foi limitado."),
            _ => Self::detail(status, "Serviço temporariamente indisponível."),
        }
    }

    pub(super) fn answer(self) -> Answer {
        let answer = match self.body {
            Body::Json(body) => Answer::json(self.status, body.to_string()),
            Body::Html(page) => Answer::new(self.status).body("text/html; charset=utf-8", page),
            Body::Elsewhere(path) => Answer::new(self.status).header("location", path),
        };
        match self.status {
            StatusCode::UNAUTHORIZED => answer.header("www-authenticate", "ApiKey"),
            _ => answer,
        }
    }
}
