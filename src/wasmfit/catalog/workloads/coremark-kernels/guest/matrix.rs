//! Matrices: sums and products with a constant, a vector, another matrix, and of bits of the products.

use crate::crc16;

/// The most rows with which two matrices of 16 bits and one of 32 fit in the data.
const N: usize = 9;

pub struct Matrices {
    a: [[i16; N]; N],
    b: [[i16; N]; N],
    c: [[i32; N]; N],
}

impl Matrices {
    pub fn new(seed: i32) -> Self {
        let mut made = Matrices { a: [[0; N]; N], b: [[0; N]; N], c: [[0; N]; N] };
        let mut seed = if seed == 0 { 1 } else { seed };
        let mut order = 1;
        for row in 0..N {
            for column in 0..N {
                seed = i32::wrapping_mul(order, seed) % 65536;
                let value = (seed + order) as i16;
                made.b[row][column] = value;
                made.a[row][column] = (i32::from(value) + order) as i16 & 0xff;
                order += 1;
            }
        }
        made
    }

    pub fn bench(&mut self, value: i16, crc: u16) -> u16 {
        let clip = (0xf000 | i32::from(value)) as i16;
        self.add(value);
        self.times_constant(value);
        let mut sum = crc16(self.sum(clip), 0);
        self.times_vector();
        sum = crc16(self.sum(clip), sum);
        self.times_matrix(|product| product);
        sum = crc16(self.sum(clip), sum);
        self.times_matrix(|product| (product >> 2 & 0xf) * (product >> 5 & 0x7f));
        sum = crc16(self.sum(clip), sum);
        self.add(value.wrapping_neg());
        crc16(sum, crc)
    }

    fn add(&mut self, value: i16) {
        for element in self.a.as_flattened_mut() {
            *element = element.wrapping_add(value);
        }
    }

    fn times_constant(&mut self, value: i16) {
        for (result, &element) in self.c.as_flattened_mut().iter_mut().zip(self.a.as_flattened()) {
            *result = i32::from(element) * i32::from(value);
        }
    }

    /// The first N results alone change, as in CoreMark.
    fn times_vector(&mut self) {
        for (result, row) in self.c.as_flattened_mut().iter_mut().zip(&self.a) {
            let products = row.iter().zip(self.b.as_flattened());
            *result = products.fold(0, |sum, (&a, &b)| i32::wrapping_add(sum, i32::from(a) * i32::from(b)));
        }
    }

    fn times_matrix(&mut self, part: impl Fn(i32) -> i32) {
        for (results, row) in self.c.iter_mut().zip(&self.a) {
            for (column, result) in results.iter_mut().enumerate() {
                let products = row.iter().zip(&self.b).map(|(&a, row)| i32::from(a) * i32::from(row[column]));
                *result = products.fold(0, |sum, product| i32::wrapping_add(sum, part(product)));
            }
        }
    }

    fn sum(&self, clip: i16) -> u16 {
        let (mut total, mut previous, mut result) = (0i32, 0, 0u16);
        for &current in self.c.as_flattened() {
            total = total.wrapping_add(current);
            if total > i32::from(clip) {
                result = result.wrapping_add(10);
                total = 0;
            } else {
                result = result.wrapping_add(u16::from(current > previous));
            }
            previous = current;
        }
        result
    }
}
