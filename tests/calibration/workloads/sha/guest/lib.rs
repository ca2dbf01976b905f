//! SHA-256.
#![no_std]

#[allow(dead_code, reason = "a guest of wasmfit imports it, and this one does not need it")]
#[link(wasm_import_module = "host")]
unsafe extern "C" {
    fn extra() -> u32;
}

fn next(state: &mut u32) -> u32 {
    *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    *state
}

const fn root(n: u64, cube: bool) -> u32 {
    // The first 32 bits behind the point of a root, by bisection over 96-bit products.
    let (mut low, mut high) = (0u64, 1u64 << 40);
    while high - low > 1 {
        let middle = (low + high) / 2;
        let square = middle as u128 * middle as u128;
        let over = if cube { square * middle as u128 > (n as u128) << 96 } else { square > (n as u128) << 64 };
        if over { high = middle } else { low = middle }
    }
    low as u32
}
const fn constants<const COUNT: usize>(cube: bool) -> [u32; COUNT] {
    let mut all = [0; COUNT];
    let (mut found, mut n) = (0, 2);
    while found < COUNT {
        let (mut d, mut prime) = (2, true);
        while d * d <= n {
            if n % d == 0 { prime = false }
            d += 1;
        }
        if prime {
            all[found] = root(n, cube);
            found += 1;
        }
        n += 1;
    }
    all
}
static K: [u32; 64] = constants(true);
static H: [u32; 8] = constants(false);

fn compress(h: &mut [u32; 8], block: &[u8]) {
    let mut w = [0u32; 64];
    for (word, bytes) in w.iter_mut().zip(block.chunks_exact(4)) {
        *word = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    }
    for i in 16..64 {
        let (x, y) = (w[i - 15], w[i - 2]);
        let s0 = x.rotate_right(7) ^ x.rotate_right(18) ^ x >> 3;
        let s1 = y.rotate_right(17) ^ y.rotate_right(19) ^ y >> 10;
        w[i] = w[i - 16].wrapping_add(s0).wrapping_add(w[i - 7]).wrapping_add(s1);
    }
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut i] = *h;
    for (k, w) in K.iter().zip(w) {
        let s1 = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
        let one = i.wrapping_add(s1).wrapping_add(e & f ^ !e & g).wrapping_add(*k).wrapping_add(w);
        let s0 = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
        let two = s0.wrapping_add(a & b ^ a & c ^ b & c);
        (i, g, f, e, d, c, b, a) = (g, f, e, d.wrapping_add(one), c, b, a, one.wrapping_add(two));
    }
    for (h, x) in h.iter_mut().zip([a, b, c, d, e, f, g, i]) {
        *h = h.wrapping_add(x);
    }
}

#[unsafe(no_mangle)]
extern "C" fn sha(rounds: u32, seed: u32) -> u32 {
    let mut data = [0u8; 1024];
    let mut state = seed;
    for x in &mut data[..1000] {
        *x = (next(&mut state) >> 24) as u8;
    }
    data[1000] = 0x80;
    data[1022..].copy_from_slice(&8000u16.to_be_bytes());
    let mut first = 0;
    for round in 0..rounds {
        let mut h = H;
        for block in data.chunks_exact(64) {
            compress(&mut h, block);
        }
        first = h[0];
        if round + 1 < rounds {
            for (bytes, word) in data.chunks_exact_mut(4).zip(h) {
                bytes.copy_from_slice(&word.to_be_bytes());
            }
        }
    }
    first
}

#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
