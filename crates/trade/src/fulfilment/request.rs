//! Requests to a warehouse not to ship units. Each has a number, which the answer gives back: a yes to one is none to another.
//!
//! Source: domain §1.5.4 (released: ask).

use serde::{Deserialize, Serialize};
use units::{Minutes, Quantity, Text, Timestamp};

use super::state::{WarehouseLine, WarehouseOrder, WarehouseOrderEvent};
use crate::books::{Books, Stop};
use crate::context::Context;
use crate::ids::*;
use crate::refusal::Refusal;

/// A warehouse has half an hour to answer what it is asked to cancel, as it has for a release (domain §1.10, R2).
pub(super) const ANSWER_WITHIN: Minutes = Minutes(30);

/// What a warehouse was asked at once, and has not answered.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CancelRequest {
    /// Which one of its warehouse order it is, from 1.
    pub number: u32,
    /// Until when the warehouse has time to answer; `None` once somebody asks for the answer.
    pub answer_by: Option<Timestamp>,
    /// The units, in the order of the lines' numbers. All requests together ask for what the lines say.
    pub lines: Vec<RequestLine>,
}

/// Units of a line that a warehouse was asked not to ship.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RequestLine {
    /// The order line.
    pub line: LineNo,
    /// How many.
    pub units: Quantity,
    /// Of those, units that go back to the order.
    pub stopping: Quantity,
    /// Of those, units that are not there.
    pub missing: Quantity,
}

/// What a warehouse is to be asked.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    /// By line: units that it shall not ship, besides those that it was asked for before.
    pub lines: Vec<(LineNo, Quantity)>,
    /// The units go back to the order.
    pub stop: bool,
    /// The document that shows that they are not there.
    pub missing_by: Option<Text>,
    /// It belongs to what was asked last: both go out as one request.
    pub with_last: bool,
}

/// Asks a warehouse not to ship units.
pub(crate) fn ask(books: &mut dyn Books, id: WarehouseOrderId, ask: Ask, cx: &Context) -> Result<(), Stop> {
    let last = super::drop::warehouse_order(books, id)?.requested;
    let request = if ask.with_last { last } else { last.saturating_add(1) };
    let answer_by = Some(cx.now.plus(ANSWER_WITHIN));
    let Ask { lines, stop, missing_by, .. } = ask;
    books.record(&id, WarehouseOrderEvent::CancelRequested { lines, answer_by, stop, missing_by, request });
    Ok(())
}

impl CancelRequest {
    /// Asks for so many units more, or fewer.
    pub(super) fn add(&mut self, no: LineNo, units: Quantity) {
        match self.at(no) {
            Ok(at) => self.lines.get_mut(at).into_iter().for_each(|line| line.units += units),
            Err(at) => self.lines.insert(at, RequestLine { line: no, units, ..RequestLine::default() }),
        }
    }

    fn at(&self, no: LineNo) -> Result<usize, usize> {
        self.lines.binary_search_by_key(&no, |line| line.line)
    }

    fn line_mut(&mut self, no: LineNo) -> Option<&mut RequestLine> {
        let at = self.at(no).ok()?;
        self.lines.get_mut(at)
    }

    /// What it asks of a line.
    pub fn line(&self, no: LineNo) -> RequestLine {
        let found = self.at(no).ok().and_then(|at| self.lines.get(at)).copied();
        found.unwrap_or(RequestLine { line: no, ..RequestLine::default() })
    }
}

impl WarehouseOrder {
    /// The open request with that number.
    pub fn request(&self, number: u32) -> Option<&CancelRequest> {
        self.requests.iter().find(|request| request.number == number)
    }

    /// When the next clock for an answer runs out.
    pub fn answer_due(&self) -> Option<Timestamp> {
        self.requests.iter().filter_map(|request| request.answer_by).min()
    }

    /// Whether nothing is open any more that somebody asks the warehouse about.
    pub fn has_answered(&self) -> bool {
        self.requests.iter().all(|request| request.answer_by.is_some())
    }

    /// Which request an answer is for: the one that it names, or the only one that there ever was. `None` if nothing waits for it.
    ///
    /// An answer that names none may be a late one to an earlier request. Refused then, and for a number that nobody has used.
    pub(super) fn answered(&self, named: Option<u32>) -> Result<Option<u32>, Refusal> {
        match named {
            Some(number) if number == 0 || number > self.requested => {
                let wanted =
                    compact_str::format_compact!("the number of a request about {}: 1 to {}", self.id, self.requested);
                let (field, given) = (Text::const_new("request"), compact_str::format_compact!("{number}"));
                Err(Refusal::Invalid { field, given, wanted })
            }
            Some(number) => Ok(self.request(number).map(|request| request.number)),
            None if self.requests.is_empty() => Ok(None),
            None if self.asked_times == 1 => Ok(self.requests.first().map(|only| only.number)),
            None => {
                let open: Vec<String> = self.requests.iter().map(|request| request.number.to_string()).collect();
                Err(Refusal::Conflict(Text::from(format!(
                    "{} was asked {} times not to ship units: say which `request` is answered ({} are open), or what each line `ships` in all",
                    self.id,
                    self.asked_times,
                    open.join(", ")
                ))))
            }
        }
    }

    /// Notes what the warehouse was asked, as far as the lines took it up.
    pub(super) fn open_request(&mut self, number: u32, answer_by: Option<Timestamp>, lines: &[(LineNo, Quantity)]) {
        let number = if number == 0 { self.requested.saturating_add(1) } else { number };
        self.requested = self.requested.max(number);
        let is_new = self.request(number).is_none();
        if is_new {
            self.requests.push(CancelRequest { number, answer_by, lines: Vec::new() });
        }
        for (no, _) in lines {
            let asked = self.requests.iter().map(|request| request.line(*no).units).sum::<Quantity>();
            let more = self.line(*no).map_or(Quantity::ZERO, |line| line.cancelling - asked);
            if let Some(request) = self.requests.iter_mut().find(|request| request.number == number && more.is_positive()) {
                request.add(*no, more);
            }
            self.fit_requests(*no, None);
        }
        self.end_empty_requests();
        if is_new && self.request(number).is_some() {
            self.asked_times = self.asked_times.saturating_add(1);
        }
    }

    /// The warehouse ships what a request asked for.
    pub(super) fn refuse_request(&mut self, number: u32) {
        let Some(at) = self.requests.iter().position(|request| request.number == number) else { return };
        for asked in self.requests.remove(at).lines {
            if let Some(line) = self.line_mut(asked.line) {
                line.stopping -= asked.stopping;
                line.missing -= asked.missing;
                line.limit_asked(line.cancelling - asked.units);
            }
        }
        self.cancel_requested = !self.requests.is_empty();
    }

    /// Somebody asks for the answers to these; to all of them, if none is named.
    pub(super) fn chase(&mut self, numbers: &[u32]) {
        let chased = |request: &&mut CancelRequest| numbers.is_empty() || numbers.contains(&request.number);
        self.requests.iter_mut().filter(chased).for_each(|request| request.answer_by = None);
    }

    /// The requests ask together for what a line says: what is settled is taken from one that is named, then from the oldest.
    pub(super) fn fit_requests(&mut self, no: LineNo, settled: Option<u32>) {
        let Some(line) = self.line(no) else { return };
        let (cancelling, stopping, missing) = (line.cancelling, line.stopping, line.missing);
        let mut parts: Vec<(u32, &mut RequestLine)> =
            self.requests.iter_mut().filter_map(|request| Some((request.number, request.line_mut(no)?))).collect();
        parts.sort_by_key(|(number, _)| (Some(*number) != settled, *number));
        let mut parts: Vec<&mut RequestLine> = parts.into_iter().map(|(_, line)| line).collect();
        fit(&mut parts, cancelling, |line| line.units, |line| &mut line.units);
        fit(&mut parts, stopping, |line| line.units, |line| &mut line.stopping);
        fit(&mut parts, missing, |line| line.stopping, |line| &mut line.missing);
        for request in &mut self.requests {
            if let Some(at) = request.at(no).ok().filter(|_| request.line(no).units.is_zero()) {
                request.lines.remove(at);
            }
        }
    }

    /// A request of which nothing is left is answered.
    pub(super) fn end_empty_requests(&mut self) {
        self.requests.retain(|request| !request.lines.is_empty());
        self.cancel_requested = !self.requests.is_empty();
    }

    /// Nothing is left to answer.
    pub(super) fn settle_cancellation(&mut self) {
        self.cancel_requested = false;
        self.requests.clear();
        self.presumed.clear();
        self.lines.iter_mut().for_each(|line| line.limit_asked(Quantity::ZERO));
    }
}

/// Makes parts add up to a total: takes from the first ones what is too much, and gives the last ones what is too little.
fn fit(
    parts: &mut [&mut RequestLine],
    total: Quantity,
    most: fn(&RequestLine) -> Quantity,
    part: fn(&mut RequestLine) -> &mut Quantity,
) {
    let mut over = -total;
    for line in parts.iter_mut() {
        let most = most(line);
        let part = part(line);
        *part = (*part).min(most);
        over += *part;
    }
    for line in parts.iter_mut() {
        let part = part(line);
        let less = over.or_zero().min(*part);
        *part -= less;
        over -= less;
    }
    for line in parts.iter_mut().rev() {
        let most = most(line);
        let part = part(line);
        let more = (-over).or_zero().min(most - *part);
        *part += more;
        over += more;
    }
}

impl WarehouseLine {
    /// Units that it ends with if the warehouse agrees to all that it was asked.
    pub fn ships_at_most(&self) -> Quantity {
        self.quantity - self.dropped - self.cancelling
    }
}
