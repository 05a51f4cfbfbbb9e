//! X12 850 purchase orders, versions 004010 and 005010.
//!
//! The delimiters come from the interchange header. Control numbers and counts are checked; a transaction that is broken is left
//! out, and the others are read. Segments that say nothing about an order are passed over.

use trade::master::ShipTo;
use trade::order::{Channel, Destination, Original, Submission, SubmittedLine};
use units::{Currency, Day, Decimal, Text};

use super::OrderDocument;
use crate::{Finding, Place, Read};

/// A segment: its number in the file, from 1, and its elements, the name first.
struct Segment<'a> {
    number: usize,
    elements: Vec<&'a str>,
}

impl<'a> Segment<'a> {
    fn name(&self) -> &'a str {
        self.get(0)
    }

    fn get(&self, at: usize) -> &'a str {
        self.elements.get(at).map_or("", |element| element.trim())
    }

    fn place(&self, document: &str) -> Place {
        Place::new(document, format_args!("segment {} ({})", self.number, self.name()))
    }
}

pub(super) fn read(text: &str, name: &str) -> Read<OrderDocument> {
    let segments = match segments(text, name) {
        Ok(segments) => segments,
        Err(finding) => return Read::refused(*finding),
    };
    let mut read = Read::default();
    let mut sender = Text::default();
    let mut transaction: Vec<Segment<'_>> = Vec::new();
    for segment in segments {
        match segment.name() {
            "ISA" => sender = segment.get(6).into(),
            "GS" | "GE" | "IEA" | "TA1" => {}
            "ST" => transaction = vec![segment],
            "SE" => {
                let open = std::mem::take(&mut transaction);
                take(&mut read, name, &sender, &open, &segment);
            }
            _ if transaction.is_empty() => {
                let place = segment.place(name);
                read.findings.push(Finding::notice(place, "it stands outside of a transaction", "it was passed over"));
            }
            _ => transaction.push(segment),
        }
    }
    if let Some(first) = transaction.first() {
        read.findings.push(Finding::error(
            first.place(name),
            "the transaction does not end",
            "send the whole file, up to SE and IEA",
        ));
    }
    read
}

fn segments<'a>(text: &'a str, name: &str) -> Result<Vec<Segment<'a>>, Box<Finding>> {
    let text = text.trim_start();
    let refuse = |cause: &'static str| {
        Box::new(Finding::error(
            Place::new(name, "segment 1"),
            cause,
            "an X12 file begins with an ISA segment of 106 characters",
        ))
    };
    if !text.starts_with("ISA") {
        return Err(refuse("this is no X12 interchange"));
    }
    let element = text.get(3..4).ok_or_else(|| refuse("the interchange header is cut off"))?;
    // sixteen elements after ISA; the last is one character, and the terminator follows it
    let mut at = 0;
    for _ in 0..16 {
        at +=
            text.get(at..).and_then(|rest| rest.find(element)).ok_or_else(|| refuse("the interchange header is cut off"))?
                + 1;
    }
    let last =
        text.get(at..).and_then(|rest| rest.chars().next()).ok_or_else(|| refuse("the interchange header is cut off"))?;
    let end = at + last.len_utf8();
    let terminator =
        text.get(end..).and_then(|rest| rest.chars().next()).ok_or_else(|| refuse("the interchange header has no end"))?;
    let pieces =
        text.split(terminator).map(|piece| piece.trim_matches(['\r', '\n', ' ', '\t'])).filter(|piece| !piece.is_empty());
    Ok(pieces.enumerate().map(|(at, piece)| Segment { number: at + 1, elements: piece.split(element).collect() }).collect())
}

fn take(read: &mut Read<OrderDocument>, name: &str, sender: &Text, segments: &[Segment<'_>], end: &Segment<'_>) {
    let Some(start) = segments.first() else {
        read.findings.push(Finding::error(end.place(name), "a transaction ends that did not begin", "send ST before SE"));
        return;
    };
    let before = read.findings.iter().filter(|finding| finding.is_error()).count();
    let count = segments.len() + 1;
    if end.get(1).parse() != Ok(count) {
        let cause = format!("SE counts {} segments, and there are {count}", end.get(1));
        read.findings.push(Finding::error(end.place(name), cause, "send the whole transaction"));
    }
    if end.get(2) != start.get(2) {
        let cause = format!("the control number is {}, and ST says {}", end.get(2), start.get(2));
        read.findings.push(Finding::error(end.place(name), cause, "give both the same"));
    }
    if start.get(1) != "850" {
        let cause = format!("the transaction is a {}", start.get(1));
        read.findings.push(Finding::error(start.place(name), cause, "only 850 purchase orders are read here"));
        return;
    }
    let submission = order(read, name, sender, segments);
    let after = read.findings.iter().filter(|finding| finding.is_error()).count();
    if let Some(submission) = submission.filter(|_| before == after) {
        read.records.push((start.place(name), OrderDocument::Order(submission)));
    }
}

fn order(read: &mut Read<OrderDocument>, name: &str, sender: &Text, segments: &[Segment<'_>]) -> Option<Submission> {
    let start = segments.first()?;
    let mut submission = Submission {
        channel: Channel::Edi,
        original: Original { format: "x12-850".into(), place: start.place(name).within, ..Original::default() },
        ..Submission::default()
    };
    let mut buyer = Text::default();
    let mut party = "";
    let mut ship_to: Option<ShipTo> = None;
    for segment in segments.iter().skip(1) {
        match segment.name() {
            "BEG" => submission.purchase_order = segment.get(3).into(),
            "CUR" => match segment.get(2).parse::<Currency>() {
                Ok(currency) => submission.currency = Some(currency),
                Err(error) => {
                    read.findings.push(Finding::error(segment.place(name), error.to_string(), "use an ISO 4217 code"))
                }
            },
            "REF" if matches!(segment.get(1), "CR" | "IT") && buyer.is_empty() => buyer = segment.get(2).into(),
            "DTM" if matches!(segment.get(1), "002" | "010" | "074") => match day(segment.get(2)) {
                Some(day) => submission.requested = Some(day),
                None => {
                    let cause = format!("`{}` is no day", segment.get(2));
                    read.findings.push(Finding::error(segment.place(name), cause, "write days as CCYYMMDD"));
                }
            },
            "N1" => {
                party = segment.get(1);
                match party {
                    "BY" | "BT" if !segment.get(4).is_empty() => buyer = segment.get(4).into(),
                    "ST" => {
                        let (code, name) = (segment.get(4).into(), segment.get(2).into());
                        ship_to = Some(ShipTo { code, name, ..ShipTo::default() });
                    }
                    _ => {}
                }
            }
            "N3" if party == "ST" => {
                if let Some(ship_to) = &mut ship_to {
                    ship_to.street = segment.get(1).into();
                }
            }
            "N4" if party == "ST" => {
                if let Some(ship_to) = &mut ship_to {
                    ship_to.city = segment.get(1).into();
                    ship_to.postcode = segment.get(3).into();
                    ship_to.country = if segment.get(4).is_empty() { "US".into() } else { segment.get(4).into() };
                }
            }
            "PO1" => match line(segment) {
                Ok(line) => submission.lines.push(line),
                Err((cause, mend)) => read.findings.push(Finding::error(segment.place(name), cause, mend)),
            },
            "PID" => {
                if let Some(line) = submission.lines.last_mut() {
                    line.description = segment.get(5).into();
                }
            }
            "CTT" => {
                let count = segment.get(1).parse::<usize>();
                if count.is_ok_and(|count| count != submission.lines.len()) {
                    let cause = format!("CTT counts {} lines, and there are {}", segment.get(1), submission.lines.len());
                    read.findings.push(Finding::error(segment.place(name), cause, "send all lines"));
                }
            }
            _ => {}
        }
    }
    if submission.purchase_order.is_empty() {
        read.findings.push(Finding::error(start.place(name), "BEG with the purchase order number is missing", "add BEG03"));
    }
    if !segments.iter().any(|segment| segment.name() == "PO1") {
        read.findings.push(Finding::error(start.place(name), "there is no PO1 line", "add at least one"));
    }
    submission.account = if buyer.is_empty() { sender.as_str().into() } else { buyer.as_str().into() };
    submission.ship_to = match ship_to {
        None => Destination::Default,
        Some(address) if address.street.is_empty() && !address.code.is_empty() => Destination::Code(address.code),
        Some(address) => Destination::Address(address),
    };
    Some(submission)
}

fn line(segment: &Segment<'_>) -> Result<SubmittedLine, (String, &'static str)> {
    let number = |at: usize, what: &str| {
        let text = segment.get(at);
        text.parse::<Decimal>().map_err(|_| (format!("{what} `{text}` is no number"), "give a number"))
    };
    let quantity = number(2, "the quantity")?;
    if quantity.is_zero() || quantity.is_negative() {
        return Err((format!("the quantity {quantity} is not positive"), "give how many units are ordered"));
    }
    let price = if segment.get(4).is_empty() { None } else { Some(number(4, "the price")?) };
    let ids: Vec<(&str, &str)> =
        (6..segment.elements.len()).step_by(2).map(|at| (segment.get(at), segment.get(at + 1))).collect();
    // ours before theirs, theirs before numbers that are everybody's
    let best = ["VN", "VP", "SK", "BP", "IN", "UP", "EN", "UK"]
        .iter()
        .find_map(|wanted| ids.iter().find(|(name, _)| name == wanted));
    let item = best.or_else(|| ids.first()).map(|(_, id)| *id).filter(|id| !id.is_empty());
    let item = item.ok_or_else(|| ("the line names no product".to_owned(), "add a product id with its qualifier"))?;
    let uom = if matches!(segment.get(3), "EA" | "PC" | "UN") { "" } else { segment.get(3) };
    Ok(SubmittedLine { item: item.into(), description: Text::default(), quantity, uom: uom.into(), price })
}

fn day(text: &str) -> Option<Day> {
    let (year, rest) = text.split_at_checked(4)?;
    let (month, day) = rest.split_at_checked(2)?;
    Day::from_ymd(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}
