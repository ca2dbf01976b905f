"""Images for wasmfit; `wasmfit.provided` reads them."""
