//! The settings that the builders of several vendors' clients share.

/// Writes these setters into the `impl` block of a client's builder, whose fields have their names.
///
/// For vendor crates. `credentials` needs the fields `credentials` and `account`.
#[doc(hidden)]
#[macro_export]
macro_rules! client_setters {
    (base_url) => {
        /// Sets the base URL. Its path stays in front of every call's path.
        pub fn base_url(mut self, url: impl ::core::convert::Into<::std::string::String>) -> Self {
            self.base_url = url.into();
            self
        }
    };
    (http) => {
        /// Sets the HTTP options: timeouts, retries, certificates, proxy, limits.
        pub fn http(mut self, options: $crate::HttpOptions) -> Self {
            self.http = options;
            self
        }
    };
    (store) => {
        /// Keeps the session in this store, so that several runs or processes share it.
        ///
        /// One process logs in for all of them, and a refused login is not repeated by another one
        /// during its pause. A store that fails or takes longer than 5 s stops no call. By default
        /// the session is kept in the client's memory only.
        pub fn store(mut self, store: &(impl $crate::Store + ::core::clone::Clone)) -> Self {
            self.store = ::core::option::Option::Some(::std::sync::Arc::new(store.clone()));
            self
        }
    };
    (credentials) => {
        /// Sets the user name and the password, which are sent unchanged.
        pub fn credentials(
            self,
            username: impl ::core::convert::Into<$crate::Secret>,
            password: impl ::core::convert::Into<$crate::Secret>,
        ) -> Self {
            let username = username.into();
            self.credentials_from(
                username.clone(),
                $crate::Credentials::new(username, password),
            )
        }

        /// Sets a provider that is asked for the credentials at each login.
        ///
        /// `name` tells the saved sessions of this account from those of others in a
        /// [`Store`]($crate::Store).
        pub fn credentials_from(
            mut self,
            name: impl ::core::convert::Into<$crate::Secret>,
            provider: impl $crate::Provider<$crate::Credentials>,
        ) -> Self {
            self.account = ::core::option::Option::Some(name.into());
            self.credentials = ::core::option::Option::Some(::std::sync::Arc::new(provider));
            self
        }
    };
    ($($setter:ident),+ $(,)?) => {
        $( $crate::client_setters!($setter); )+
    };
}
