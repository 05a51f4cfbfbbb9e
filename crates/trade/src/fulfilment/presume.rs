//! A pick that is short answers requests to cancel, but does not say which. The answer that crosses it does, and is about the same units.
//!
//! Source: domain §1.5.4 (released: ask).

use units::{Quantity, Timestamp};

use super::request::CancelRequest;
use super::state::WarehouseOrder;
use crate::ids::*;

impl WarehouseOrder {
    /// Notes what went from requests that nobody named, which were `before`.
    pub(super) fn presume(&mut self, before: &[CancelRequest]) {
        for old in before {
            for asked in &old.lines {
                let left = self.request(old.number).map_or(Quantity::ZERO, |now| now.line(asked.line).units);
                if left < asked.units {
                    add(&mut self.presumed, old, asked.line, asked.units - left);
                    // what is asked from now on was not told of
                    self.presumed_until = self.requested;
                }
            }
        }
    }

    /// Whether the answer to that request says something about what a pick told of.
    pub(super) fn is_attributed_by(&self, number: u32, refused: bool) -> bool {
        if self.presumed.is_empty() {
            return false;
        }
        let mut after = self.clone();
        after.attribute(number, refused, None);
        after != *self
    }

    /// The warehouse has answered a request: if it agrees, the pick told of what that one asked for; if it refuses, of what others did.
    /// A request that is open again for that has to be answered by then.
    pub(super) fn attribute(&mut self, number: u32, refused: bool, answer_by: Option<Timestamp>) {
        let seemed = self.presumed.iter().filter(|seemed| (seemed.number == number) == refused);
        let told: Vec<(CancelRequest, LineNo, Quantity)> =
            seemed.flat_map(|seemed| seemed.lines.iter().map(|line| (seemed.clone(), line.line, line.units))).collect();
        let meant =
            self.requests.iter().filter(|open| (open.number == number) != refused && open.number <= self.presumed_until);
        let meant: Vec<CancelRequest> = meant.cloned().collect();
        for (seemed, no, mut left) in told {
            for meant in &meant {
                let open = self.request(meant.number).map_or(Quantity::ZERO, |open| open.line(no).units);
                let units = left.min(open);
                if units.is_positive() {
                    left -= units;
                    add(&mut self.requests, meant, no, -units);
                    let known = self.request(seemed.number).map(|open| open.answer_by);
                    let seemed = CancelRequest { answer_by: known.unwrap_or(answer_by), ..seemed.clone() };
                    add(&mut self.requests, &seemed, no, units);
                    add(&mut self.presumed, meant, no, units);
                    add(&mut self.presumed, &seemed, no, -units);
                }
            }
            self.fit_requests(no, None);
        }
        self.end_empty_requests();
        for known in &mut self.presumed {
            known.lines.retain(|line| line.units.is_positive());
        }
        self.presumed.retain(|known| known.number != number && !known.lines.is_empty());
    }
}

/// So many units more, or fewer, for a request among others, which are in the order of their numbers.
fn add(among: &mut Vec<CancelRequest>, request: &CancelRequest, no: LineNo, units: Quantity) {
    match among.binary_search_by_key(&request.number, |known| known.number) {
        Ok(at) => among.get_mut(at).into_iter().for_each(|known| known.add(no, units)),
        Err(at) => {
            let mut new = CancelRequest { lines: Vec::new(), ..request.clone() };
            new.add(no, units);
            among.insert(at, new);
        }
    }
}
