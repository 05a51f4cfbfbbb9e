//! One 850 as an order.

use trade::master::ShipTo;
use trade::order::{Channel, Destination, Original, Submission, SubmittedLine};
use units::{Amount, Currency, Day, Decimal, Text};

use super::envelope::Fault;
use super::segment::Segment;
use crate::csv_table::short;
use crate::{Finding, MAX_FINDINGS};

/// Which product id of a PO1 is meant: ours before theirs, theirs before numbers that are everybody's.
const PRODUCT: [&str; 8] = ["VN", "VP", "SK", "BP", "IN", "UP", "EN", "UK"];

/// Under which qualifiers of REF a quote is named, at the beginning for the order and after a PO1 for its line.
const QUOTE: [&str; 2] = ["Q1", "PR"];

/// Reads the segments of a transaction, ST first. It is sound if no fault was added.
pub(super) fn read(
    name: &str,
    sender: &Text,
    segments: &[Segment<'_>],
    findings: &mut Vec<Finding>,
    faults: &mut Vec<Fault>,
) -> Submission {
    let mut reader = Reader {
        name,
        order: Submission::default(),
        parties: Parties::default(),
        counted: false,
        refused: 0,
        passed: Vec::new(),
        findings,
        faults,
    };
    for (position, segment) in (1..).zip(segments).skip(1) {
        if let Err(Wrong(cause, mend)) = reader.take(segment) {
            reader.wrong(segment, position, cause, mend);
        }
    }
    if let Some(start) = segments.first() {
        reader.finish(start, segments.len());
        reader.order.original =
            Original { format: "x12-850".into(), place: start.place(name).within, ..Original::default() };
    }
    let Reader { mut order, parties, .. } = reader;
    order.channel = Channel::Edi;
    order.account = [parties.buyer, parties.reference, sender.clone()]
        .into_iter()
        .find(|id| !id.is_empty())
        .unwrap_or_default()
        .as_str()
        .into();
    order.ship_to = match parties.ship_to {
        None => Destination::Default,
        Some(address) if address.street.is_empty() && !address.code.is_empty() => Destination::Code(address.code),
        Some(address) => Destination::Address(address),
    };
    order
}

/// What is wrong with a segment, and what would be right.
struct Wrong(String, &'static str);

struct Reader<'a> {
    name: &'a str,
    order: Submission,
    parties: Parties<'a>,
    /// CTT has come; amounts before it are of a line.
    counted: bool,
    /// PO1 lines that are wrong, which count among those that were sent.
    refused: usize,
    /// Names of segments that were passed over, each told once.
    passed: Vec<&'a str>,
    findings: &'a mut Vec<Finding>,
    faults: &'a mut Vec<Fault>,
}

#[derive(Default)]
struct Parties<'a> {
    /// N101 of the loop at hand.
    at: &'a str,
    buyer: Text,
    reference: Text,
    ship_to: Option<ShipTo>,
}

impl<'a> Reader<'a> {
    fn take(&mut self, segment: &Segment<'a>) -> Result<(), Wrong> {
        // after the first line, dates, parties and charges concern a line, of which the order knows none
        let in_lines = !self.order.lines.is_empty() || self.refused > 0;
        match segment.name() {
            "BEG" => self.beginning(segment)?,
            "CUR" => {
                let wrong = |_| Wrong(format!("`{}` is no currency", short(segment.get(2))), "use an ISO 4217 code");
                self.order.currency = Some(segment.get(2).parse::<Currency>().map_err(wrong)?);
            }
            "REF" if !in_lines && matches!(segment.get(1), "CR" | "IT") => self.parties.reference = segment.get(2).into(),
            "REF" if QUOTE.contains(&segment.get(1)) => match self.order.lines.last_mut() {
                None => self.order.quote = segment.get(2).into(),
                Some(line) => line.quote = segment.get(2).into(),
            },
            // delivery requested comes before shipment requested
            "DTM" if !in_lines && segment.get(1) == "002" => self.order.requested = Some(day(segment)?),
            "DTM" if !in_lines && segment.get(1) == "010" => {
                let day = day(segment)?;
                self.order.requested.get_or_insert(day);
            }
            "N1" if !in_lines => self.party(segment),
            "N3" | "N4" if !in_lines => self.address(segment),
            "PO1" => {
                let line = line(segment).inspect_err(|_| self.refused += 1)?;
                self.order.lines.push(line);
            }
            "PID" => {
                if let Some(line) = self.order.lines.last_mut() {
                    line.description = segment.get(5).into();
                }
            }
            "SAC" if !in_lines => self.charge(segment)?,
            "CTT" => {
                self.counted = true;
                let lines = self.order.lines.len() + self.refused;
                if segment.get(1).parse::<usize>().is_ok_and(|count| count != lines) {
                    return Err(Wrong(
                        format!("CTT counts {} lines, and there are {lines}", segment.get(1)),
                        "send all lines",
                    ));
                }
            }
            "AMT" if self.counted && matches!(segment.get(1), "TT" | "1") => self.total(segment),
            "REF" | "DTM" | "AMT" => {}
            other => {
                if !self.passed.contains(&other) && self.passed.len() < MAX_FINDINGS {
                    self.passed.push(other);
                    let cause = "segments of this name say nothing that an order takes over";
                    self.findings.push(Finding::notice(segment.place(self.name), cause, "they were passed over"));
                }
            }
        }
        Ok(())
    }

    fn wrong(&mut self, segment: &Segment<'_>, position: usize, cause: String, mend: &'static str) {
        if self.faults.len() < MAX_FINDINGS {
            self.findings.push(Finding::error(segment.place(self.name), cause, mend));
            self.faults.push(Fault::Segment { name: segment.name().into(), position, missing: false });
        }
    }

    /// What is mandatory has to have come.
    fn finish(&mut self, start: &Segment<'_>, segments: usize) {
        let needed = [
            ("BEG", self.order.purchase_order.is_empty(), "BEG with the purchase order number is missing", "add BEG03"),
            // a line that is wrong was told already
            ("PO1", self.order.lines.is_empty() && !self.found("PO1"), "there is no PO1 line", "add at least one"),
        ];
        for (name, missing, cause, mend) in needed {
            if missing && !self.found(name) {
                self.findings.push(Finding::error(start.place(self.name), cause, mend));
                self.faults.push(Fault::Segment { name: name.into(), position: segments + 1, missing: true });
            }
        }
    }

    /// Whether a fault of that segment was told.
    fn found(&self, segment: &str) -> bool {
        self.faults.iter().any(|fault| matches!(fault, Fault::Segment { name, .. } if name == segment))
    }

    fn beginning(&mut self, segment: &Segment<'_>) -> Result<(), Wrong> {
        if segment.get(1) != "00" {
            let cause = format!("the purpose is `{}`, and not an original order", short(segment.get(1)));
            return Err(Wrong(cause, "send 00; changes and cancellations are made in the API"));
        }
        self.order.purchase_order = segment.get(3).into();
        Ok(())
    }

    fn party(&mut self, segment: &Segment<'a>) {
        self.parties.at = segment.get(1);
        match segment.get(1) {
            "BY" if !segment.get(4).is_empty() => self.parties.buyer = segment.get(4).into(),
            "BT" if self.parties.buyer.is_empty() => self.parties.buyer = segment.get(4).into(),
            "ST" => {
                let (code, name) = (segment.get(4).into(), segment.get(2).into());
                self.parties.ship_to = Some(ShipTo { code, name, ..ShipTo::default() });
            }
            _ => {}
        }
    }

    fn address(&mut self, segment: &Segment<'_>) {
        let Some(ship_to) = self.parties.ship_to.as_mut().filter(|_| self.parties.at == "ST") else { return };
        if segment.name() == "N3" {
            ship_to.street = segment.get(1).into();
            return;
        }
        ship_to.city = segment.get(1).into();
        ship_to.region = segment.get(2).into();
        ship_to.postcode = segment.get(3).into();
        // partners in the United States leave their own country out
        ship_to.country = if segment.get(4).is_empty() { Text::const_new("US") } else { segment.get(4).into() };
    }

    /// Freight (`D240`) and allowances of the whole order; the amount has two digits after a point that is not written.
    fn charge(&mut self, segment: &Segment<'_>) -> Result<(), Wrong> {
        let cause = format!("`{}` is no amount", short(segment.get(5)));
        let amount = segment
            .get(5)
            .parse::<i64>()
            .ok()
            .map(Amount)
            .filter(|amount| !amount.is_negative() && *amount <= Amount::LIMIT);
        let amount = amount.ok_or(Wrong(cause, "give SAC05 in hundredths, without a point"))?;
        match (segment.get(1), segment.get(2)) {
            ("A", _) => self.order.discount += amount,
            ("C", "D240") => self.order.freight += amount,
            (kind, code) => {
                let cause = format!("the charge {} {} of the order is not known", short(kind), short(code));
                return Err(Wrong(cause, "use an allowance (A) or freight (C, D240)"));
            }
        }
        Ok(())
    }

    /// A total that is not the sum of the lines is told; which of the two is right, price validation finds out.
    fn total(&mut self, segment: &Segment<'_>) {
        let value = |line: &SubmittedLine| line.price.and_then(|price| price.checked_mul(line.quantity));
        let sum = self.order.lines.iter().try_fold(Decimal::ZERO, |sum, line| sum.checked_add(value(line)?));
        let (Some(sum), Ok(total)) = (sum, segment.get(2).parse::<Decimal>()) else { return };
        // what a line that is wrong is worth, nobody knows
        if sum != total && self.refused == 0 {
            let cause = format!("the total is {total}, and the lines make {sum}");
            self.findings.push(Finding::notice(segment.place(self.name), cause, "ask the sender which is right"));
        }
    }
}

fn line(segment: &Segment<'_>) -> Result<SubmittedLine, Wrong> {
    let number = |at: usize, what: &str| {
        let text = segment.get(at);
        text.parse::<Decimal>().map_err(|_| Wrong(format!("{what} `{}` is no number", short(text)), "give a number"))
    };
    let quantity = number(2, "the quantity")?;
    if quantity.is_zero() || quantity.is_negative() {
        return Err(Wrong(format!("the quantity {quantity} is not positive"), "give how many units are ordered"));
    }
    let price = if segment.get(4).is_empty() { None } else { Some(number(4, "the price")?) };
    if price.is_some_and(Decimal::is_negative) {
        return Err(Wrong("the price is below zero".to_owned(), "give the price per unit, or nothing"));
    }
    let ids: Vec<(&str, &str)> =
        (6..segment.len().min(30)).step_by(2).map(|at| (segment.get(at), segment.get(at + 1))).collect();
    let best = PRODUCT.iter().find_map(|wanted| ids.iter().find(|(name, id)| name == wanted && !id.is_empty()));
    let item = best.or_else(|| ids.first()).map(|(_, id)| *id).filter(|id| !id.is_empty());
    let item = item.ok_or_else(|| Wrong("the line names no product".to_owned(), "add a product id with its qualifier"))?;
    // pieces are what items are counted in unless they say otherwise
    let uom = if matches!(segment.get(3), "EA" | "PC" | "UN") { "" } else { segment.get(3) };
    Ok(SubmittedLine { item: item.into(), quantity, uom: uom.into(), price, ..SubmittedLine::default() })
}

fn day(segment: &Segment<'_>) -> Result<Day, Wrong> {
    let text = segment.get(2);
    let parse = || {
        let (year, rest) = text.split_at_checked(4)?;
        let (month, day) = rest.split_at_checked(2)?;
        Day::from_ymd(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
    };
    parse().ok_or_else(|| Wrong(format!("`{}` is no day", short(text)), "write days as CCYYMMDD"))
}
