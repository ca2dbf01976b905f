//! `#[ariel_os::task(autostart)]`, for the one task that there is.

use proc_macro::TokenStream;

#[proc_macro_attribute]
pub fn task(_arguments: TokenStream, item: TokenStream) -> TokenStream {
    let start = "#[ariel_os::__rt::entry] fn __start() -> ! { ariel_os::__run(main()) }";
    let mut all: TokenStream = start.parse().unwrap();
    all.extend(item);
    all
}
