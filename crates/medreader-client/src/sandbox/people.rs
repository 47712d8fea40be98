//! Tenants and their users.

use std::fmt;

/// A right that the configuration of a tenant asks for; either will do (the document says "admin or configurations").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Permission {
    /// `admin`.
    Admin,
    /// `configurations`.
    Configurations,
}

/// A user who can log in, without permissions at first.
///
/// ```
/// use medreader_client::sandbox::{Permission, User};
///
/// let user = User::new("outro@example.invalid", "EXAMPLE-PASSWORD-2")
///     .permissions([Permission::Configurations])
///     .without_phone();
/// ```
#[derive(Clone, PartialEq, Eq)]
#[must_use]
pub struct User {
    pub(super) email: String,
    pub(super) password: String,
    pub(super) name: String,
    pub(super) phone: Option<String>,
    pub(super) permissions: Vec<Permission>,
}

impl User {
    /// A user with this e-mail address and password, whose name and telephone number are made up.
    ///
    /// ```
    /// use medreader_client::sandbox::User;
    ///
    /// let user = User::new("outro@example.invalid", "EXAMPLE-PASSWORD-2");
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

    /// The user's name (default `Usuario Ficticio`).
    ///
    /// ```
    /// use medreader_client::sandbox::User;
    ///
    /// let user = User::new("outro@example.invalid", "EXAMPLE-PASSWORD-2").name("Pessoa Ficticia");
    /// ```
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// The user's permissions, in place of those so far.
    ///
    /// ```
    /// use medreader_client::sandbox::{Permission, User};
    ///
    /// let user = User::new("outro@example.invalid", "EXAMPLE-PASSWORD-2").permissions([Permission::Admin]);
    /// ```
    pub fn permissions(mut self, permissions: impl IntoIterator<Item = Permission>) -> Self {
        self.permissions = permissions.into_iter().collect();
        self
    }

    /// The user's telephone number is null at login (inferred: it may be).
    ///
    /// ```
    /// use medreader_client::sandbox::User;
    ///
    /// let user = User::new("outro@example.invalid", "EXAMPLE-PASSWORD-2").without_phone();
    /// ```
    pub fn without_phone(mut self) -> Self {
        self.phone = None;
        self
    }
}

/// Without what the person is called and logs in with.
impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User")
            .field("permissions", &self.permissions)
            .finish_non_exhaustive()
    }
}

/// A tenant beside the sandbox's own: its users, folders, files and configuration are apart from the others'.
///
/// ```
/// use medreader_client::sandbox::{Tenant, User};
///
/// let tenant = Tenant::new("EXAMPLE-TENANT-2")
///     .user(User::new("outro@example.invalid", "EXAMPLE-PASSWORD-2"))
///     .without_configuration();
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Tenant {
    pub(super) id: String,
    pub(super) users: Vec<User>,
    pub(super) configured: bool,
}

impl Tenant {
    /// A tenant of this id (the value of `X-Tenant-ID`), without users; its configuration is all null.
    ///
    /// ```
    /// use medreader_client::sandbox::Tenant;
    ///
    /// let tenant = Tenant::new("EXAMPLE-TENANT-2");
    /// ```
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            users: Vec::new(),
            configured: true,
        }
    }

    /// Adds a user.
    ///
    /// ```
    /// use medreader_client::sandbox::{Tenant, User};
    ///
    /// let user = User::new("outro@example.invalid", "EXAMPLE-PASSWORD-2");
    /// let tenant = Tenant::new("EXAMPLE-TENANT-2").user(user);
    /// ```
    pub fn user(mut self, user: User) -> Self {
        self.users.push(user);
        self
    }

    /// The tenant has no configuration: reading and changing it is answered 404.
    ///
    /// ```
    /// use medreader_client::sandbox::Tenant;
    ///
    /// let tenant = Tenant::new("EXAMPLE-TENANT-2").without_configuration();
    /// ```
    pub fn without_configuration(mut self) -> Self {
        self.configured = false;
        self
    }
}
