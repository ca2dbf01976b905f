//! A linked list: finding, reversing, and sorting by merging, where comparing runs the other kernels.

use core::cmp::Ordering;

use crate::{Bench, SIZE, crc16, state};

/// What a list's item takes in CoreMark: it decides how many there are.
const ITEM: usize = 20;
const LIMIT: usize = SIZE / ITEM - 2;
/// Times that the list is searched.
const SEARCHES: i16 = 0x66;

type Link = Option<u8>;

#[derive(Clone, Copy)]
struct Item {
    next: Link,
    data: i16,
    index: i16,
}

pub struct List {
    items: [Item; LIMIT],
    head: u8,
}

impl List {
    pub fn new(seed: i16) -> Self {
        let mut list = List { items: [Item { next: None, data: 0x8080u16 as i16, index: 0 }; LIMIT], head: 0 };
        // The tail, then the others, each behind the head. The last place is never taken.
        list.items[1] = Item { next: None, data: -1, index: 0x7fff };
        list.items[0].next = Some(1);
        for place in 2..LIMIT - 1 {
            let number = place as i16 - 2;
            let data = ((seed ^ number) & 0xf) << 3 | number & 7;
            let next = list.items[0].next;
            list.items[place] = Item { next, data: data << 8 | data, index: 0 };
            list.items[0].next = Some(place as u8);
        }
        let mut number = 1i16;
        let mut at = list.items[0].next;
        while let Some(place) = at {
            let item = list.item(place);
            if item.next.is_some() {
                item.index = if usize::from(number as u16) < LIMIT / 5 {
                    number
                } else {
                    0x3fff & ((number + 1 & 7) << 8 | number ^ seed)
                };
                number += 1;
            }
            at = item.next;
        }
        list.head = list.sorted(0, List::by_index);
        list
    }

    fn item(&mut self, place: u8) -> &mut Item {
        &mut self.items[usize::from(place)]
    }

    fn next(&self, place: u8) -> Link {
        self.items[usize::from(place)].next
    }

    fn link(&mut self, place: u8, next: Link) {
        self.item(place).next = next;
    }

    pub fn bench(&mut self, bench: &mut Bench, finder: i16) -> u16 {
        let (mut result, mut found, mut missed) = (0u16, 0u16, 0u16);
        let mut head = self.head;
        let mut index = finder;
        let mut data = 0;
        for search in 0..SEARCHES {
            data = search & 0xff;
            let place = self.find(head, index, data);
            head = self.reversed(head);
            if let Some(place) = place {
                found += 1;
                let item = *self.item(place);
                if item.data & 1 != 0 {
                    result = result.wrapping_add((item.data >> 9 & 1) as u16);
                }
                // What follows it moves to the front.
                if let Some(moved) = item.next {
                    self.link(place, self.next(moved));
                    self.link(moved, self.next(head));
                    self.link(head, Some(moved));
                }
            } else {
                missed += 1;
                if let Some(second) = self.next(head) {
                    result = result.wrapping_add((self.item(second).data >> 8 & 1) as u16);
                }
            }
            if index >= 0 {
                index += 1;
            }
        }
        result = result.wrapping_add(found * 4).wrapping_sub(missed);
        if finder > 0 {
            head = self.sorted(head, |list, left, right| list.by_value(bench, left, right));
        }

        let Some(second) = self.next(head) else { return result };
        let removed = self.remove(second);
        let from = self.find(head, index, data).or(self.next(head));
        result = self.checksum(head, from, result);
        self.restore(removed, second);
        head = self.sorted(head, List::by_index);
        let from = self.next(head);
        self.checksum(head, from, result)
    }

    /// The head's data once for every item from one on, as CoreMark has it.
    fn checksum(&mut self, head: u8, from: Link, crc: u16) -> u16 {
        let data = self.item(head).data as u16;
        let (mut crc, mut at) = (crc, from);
        while let Some(place) = at {
            crc = crc16(data, crc);
            at = self.next(place);
        }
        crc
    }

    /// The first item with an index, or with a low byte of data where the index is negative.
    fn find(&self, head: u8, index: i16, data: i16) -> Link {
        let mut at = Some(head);
        while let Some(place) = at {
            let item = &self.items[usize::from(place)];
            if if index >= 0 { item.index == index } else { item.data & 0xff == data } {
                break;
            }
            at = item.next;
        }
        at
    }

    fn reversed(&mut self, head: u8) -> u8 {
        let (mut before, mut at) = (None, head);
        loop {
            let next = core::mem::replace(&mut self.item(at).next, before);
            let Some(next) = next else { return at };
            before = Some(at);
            at = next;
        }
    }

    fn swap(&mut self, one: u8, other: u8) {
        let (a, b) = (*self.item(one), *self.item(other));
        *self.item(one) = Item { next: a.next, ..b };
        *self.item(other) = Item { next: b.next, ..a };
    }

    /// Takes out the item behind one, whose data stay: the two change places.
    fn remove(&mut self, place: u8) -> Link {
        let removed = self.next(place)?;
        self.swap(place, removed);
        self.link(place, self.next(removed));
        self.link(removed, None);
        Some(removed)
    }

    fn restore(&mut self, removed: Link, place: u8) {
        let Some(removed) = removed else { return };
        self.swap(place, removed);
        self.link(removed, self.next(place));
        self.link(place, Some(removed));
    }

    /// Sorts by merging runs of 1, 2, 4 … items, and returns the new head.
    fn sorted(&mut self, head: u8, mut compare: impl FnMut(&mut Self, u8, u8) -> Ordering) -> u8 {
        let mut head = head;
        let mut length = 1;
        loop {
            let mut left = Some(head);
            let mut tail: Link = None;
            let mut merges = 0;
            while left.is_some() {
                merges += 1;
                let mut right = left;
                let mut lefts = 0;
                while lefts < length
                    && let Some(place) = right
                {
                    lefts += 1;
                    right = self.next(place);
                }
                let mut rights = length;
                loop {
                    let has_right = right.filter(|_| rights > 0);
                    let taken = match (left.filter(|_| lefts > 0), has_right) {
                        (Some(l), Some(r)) if compare(self, l, r).is_gt() => r,
                        (None, Some(r)) => r,
                        (Some(l), _) => l,
                        (None, None) => break,
                    };
                    if lefts > 0 && left == Some(taken) {
                        left = self.next(taken);
                        lefts -= 1;
                    } else {
                        right = self.next(taken);
                        rights -= 1;
                    }
                    match tail {
                        Some(tail) => self.item(tail).next = Some(taken),
                        None => head = taken,
                    }
                    tail = Some(taken);
                }
                left = right;
            }
            if let Some(tail) = tail {
                self.item(tail).next = None;
            }
            if merges <= 1 {
                return head;
            }
            length *= 2;
        }
    }

    fn by_index(&mut self, left: u8, right: u8) -> Ordering {
        for place in [left, right] {
            let item = self.item(place);
            item.data = item.data & 0xff00u16 as i16 | item.data >> 8 & 0xff;
        }
        let index = self.item(right).index;
        self.item(left).index.cmp(&index)
    }

    fn by_value(&mut self, bench: &mut Bench, left: u8, right: u8) -> Ordering {
        let left = bench.value(&mut self.item(left).data);
        let right = bench.value(&mut self.item(right).data);
        left.cmp(&right)
    }
}

impl Bench {
    /// An item's value: what one of the other kernels makes of its data, kept there from then on.
    fn value(&mut self, data: &mut i16) -> i16 {
        let given = *data;
        if given >> 7 & 1 != 0 {
            return given & 0x7f;
        }
        let kind = given >> 3 & 0xf;
        let kind = kind | kind << 4;
        let value = match given & 7 {
            0 => {
                let crc = state::bench(&mut self.text, self.seed1, self.seed2, kind.max(0x22), self.crc);
                if self.crc_state == 0 {
                    self.crc_state = crc;
                }
                crc as i16
            }
            1 => {
                let crc = self.matrix.bench(kind, self.crc);
                if self.crc_matrix == 0 {
                    self.crc_matrix = crc;
                }
                crc as i16
            }
            _ => given,
        };
        self.crc = crc16(value as u16, self.crc);
        let value = value & 0x7f;
        *data = given & 0xff00u16 as i16 | 0x80 | value;
        value
    }
}
