//! The tokens that were issued.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use crate::sandbox::settings::SCOPE;

/// A token that does not end by the clock.
pub(super) const FIXED: &str = "EXAMPLE.TOKEN.FIXED";

/// The tokens that were issued.
pub(super) struct Tokens {
    tokens: HashMap<String, Token>,
    issued: usize,
    requested: usize,
}

#[derive(Clone)]
pub(super) struct Token {
    pub(super) end: Option<SystemTime>,
    pub(super) scopes: Vec<String>,
}

impl Default for Tokens {
    fn default() -> Self {
        let fixed = Token {
            end: None,
            scopes: vec![SCOPE.to_owned()],
        };
        Self {
            tokens: HashMap::from([(FIXED.to_owned(), fixed)]),
            issued: 0,
            requested: 0,
        }
    }
}

impl Tokens {
    pub(super) fn issue(&mut self, now: SystemTime, life: Duration, scopes: Vec<String>) -> String {
        self.issued += 1;
        let token = format!("EXAMPLE.TOKEN.{:04}", self.issued);
        // The time type cannot hold the end of an endless life.
        let end = Some(now + life.min(Duration::from_secs(1 << 40)));
        self.tokens.insert(token.clone(), Token { end, scopes });
        token
    }

    /// Issues a token that was requested at the endpoint.
    pub(super) fn issue_requested(
        &mut self,
        now: SystemTime,
        life: Duration,
        scopes: Vec<String>,
    ) -> String {
        self.requested += 1;
        self.issue(now, life, scopes)
    }

    pub(super) fn find(&self, token: &str) -> Option<Token> {
        self.tokens.get(token).cloned()
    }

    pub(super) fn expire(&mut self) {
        self.tokens.clear();
    }

    /// How many were requested at the endpoint and issued.
    pub(super) fn requested(&self) -> usize {
        self.requested
    }
}
