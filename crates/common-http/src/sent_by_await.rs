//! What makes a builder of a vendor's client awaitable.

/// Makes `.await` the same as the builder's own `send`, which gives a `Result` of this type.
#[doc(hidden)]
#[macro_export]
macro_rules! sent_by_await {
    ($builder:ty => $given:ty) => {
        impl ::core::future::IntoFuture for $builder {
            type Output = $crate::Result<$given>;
            type IntoFuture = ::core::pin::Pin<
                ::std::boxed::Box<
                    dyn ::core::future::Future<Output = Self::Output> + ::core::marker::Send,
                >,
            >;

            fn into_future(self) -> Self::IntoFuture {
                ::std::boxed::Box::pin(self.send())
            }
        }
    };
}
