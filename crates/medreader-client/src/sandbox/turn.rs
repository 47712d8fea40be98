//! What the sandbox holds, and the turn in which somebody may change it.

use std::{collections::HashMap, time::SystemTime};

use common_http::sandbox::Answer;
use http::StatusCode;
use serde_json::Value;

use super::{
    builder::Settings,
    configuration::Configuration,
    errors::Refusal,
    folders::Folders,
    ids::{Ids, Kind},
    login::Sessions,
    people::{Tenant, User},
    prescription::Prescriptions,
    readings::leave_out_nulls,
    webhook::outbox::Outbox,
};

/// What the vendor answers: an answer, or a refusal from which one is made.
pub(super) type Reply = Result<Answer, Refusal>;

/// A tenant's users and its configuration.
pub(super) struct Office {
    pub(super) users: Vec<Member>,
    pub(super) configuration: Option<Configuration>,
}

/// A user with the id that the sandbox gave.
pub(super) struct Member {
    pub(super) id: String,
    pub(super) user: User,
}

impl Office {
    pub(super) fn new(tenant: Tenant, ids: &mut Ids) -> Self {
        let mut office = Self {
            users: Vec::new(),
            configuration: tenant.configured.then(Configuration::default),
        };
        for user in tenant.users {
            office.admit(user, ids);
        }
        office
    }

    /// Adds a user, in the place of one with the same e-mail address.
    pub(super) fn admit(&mut self, user: User, ids: &mut Ids) {
        match self.member_mut(&user.email) {
            Some(member) => member.user = user,
            None => self.users.push(Member {
                id: ids.next(Kind::User),
                user,
            }),
        }
    }

    pub(super) fn member(&self, email: &str) -> Option<&Member> {
        self.users.iter().find(|member| member.user.email == email)
    }

    pub(super) fn member_mut(&mut self, email: &str) -> Option<&mut Member> {
        self.users
            .iter_mut()
            .find(|member| member.user.email == email)
    }
}

#[derive(Default)]
pub(super) struct State {
    pub(super) ids: Ids,
    pub(super) tenants: HashMap<String, Office>,
    pub(super) sessions: Sessions,
    pub(super) folders: Folders,
    pub(super) prescriptions: Prescriptions,
    pub(super) outbox: Outbox,
}

/// The state while nobody else has it, with the settings and the time at which the turn began.
pub(super) struct Turn<'a> {
    pub(super) settings: &'a Settings,
    pub(super) now: SystemTime,
    pub(super) state: &'a mut State,
}

impl Turn<'_> {
    pub(super) fn time(&self, time: SystemTime) -> String {
        self.settings.times.write(time)
    }

    /// JSON text in the form that the settings ask for.
    pub(super) fn text(&self, mut body: Value) -> String {
        if !self.settings.nulls {
            leave_out_nulls(&mut body);
        }
        body.to_string()
    }

    pub(super) fn json(&self, status: StatusCode, body: Value) -> Reply {
        Ok(Answer::json(status, self.text(body)))
    }
}
