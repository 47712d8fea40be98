//! Tenants and their users.

use common_http::safe_debug;

use crate::sandbox::configuration::Configuration;

/// A permission of a user.
///
/// Either of them opens the tenant's configuration: the document says "admin or configurations".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Permission {
    /// `admin`.
    Admin,
    /// `configurations`.
    Configurations,
}

/// A user who can log in. `Debug` shows the permissions alone.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// The e-mail address, which is the login name.
    pub email: String,
    /// The password.
    pub password: String,
    /// The name: `Usuario Ficticio` by default.
    pub name: String,
    /// The telephone number: `+550000000000` by default. `None` is null at login (inferred).
    pub phone: Option<String>,
    /// The permissions. None by default.
    pub permissions: Vec<Permission>,
}

safe_debug!(User { permissions });

impl User {
    /// A user without permissions, whose name and telephone number are made up.
    ///
    /// ```
    /// use medreader_client::sandbox::{Permission, User};
    ///
    /// let clerk = User {
    ///     permissions: vec![Permission::Configurations],
    ///     ..User::new("outro@example.invalid", "EXAMPLE-PASSWORD-2")
    /// };
    /// assert_eq!(clerk.name, "Usuario Ficticio");
    /// ```
    pub fn new(email: impl Into<String>, password: impl Into<String>) -> Self {
        Self {
            email: email.into(),
            password: password.into(),
            name: "Usuario Ficticio".to_owned(),
            phone: Some("+550000000000".to_owned()),
            permissions: Vec::new(),
        }
    }
}

/// A tenant beside the sandbox's own, with users, folders, files and a configuration of its own.
///
/// ```
/// use medreader_client::sandbox::{Tenant, User};
///
/// let tenant = Tenant {
///     users: vec![User::new("outro@example.invalid", "EXAMPLE-PASSWORD-2")],
///     ..Tenant::new("EXAMPLE-TENANT-2")
/// };
/// assert!(tenant.configured);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// The value of `X-Tenant-ID`.
    pub id: String,
    /// The users. None by default.
    pub users: Vec<User>,
    /// Whether it has a configuration (all null), as it does by default. Without one, reading and
    /// updating it is answered 404.
    pub configured: bool,
}

impl Tenant {
    /// A tenant without users, whose configuration is all null.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            users: Vec::new(),
            configured: true,
        }
    }
}

/// What the sandbox keeps of a tenant.
pub(super) struct Account {
    users: Vec<Member>,
    pub(super) configuration: Option<Configuration>,
}

/// A user with the id that the sandbox gave.
pub(super) struct Member {
    pub(super) id: String,
    pub(super) user: User,
}

impl Account {
    pub(super) fn new(configured: bool) -> Self {
        Self {
            users: Vec::new(),
            configuration: configured.then(Configuration::default),
        }
    }

    /// Adds a user. One with the same e-mail address is replaced, and keeps its id.
    pub(super) fn admit(&mut self, user: User, id: String) {
        match self.member_mut(&user.email) {
            Some(member) => member.user = user,
            None => self.users.push(Member { id, user }),
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
