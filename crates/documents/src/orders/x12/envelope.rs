//! Interchanges, groups and transactions: what belongs together, and whether all of it has come.

use units::Text;

use super::segment::{Segment, Segments};
use super::{Examined, order};
use crate::csv_table::short;
use crate::orders::OrderDocument;
use crate::{Finding, MAX_RECORDS, Place};

/// Versions that are read here.
const VERSIONS: [&str; 2] = ["004010", "005010"];

/// One side of an interchange: qualifier and number, as in ISA05 and ISA06.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Party {
    /// What kind of number it is.
    pub qualifier: Text,
    /// The number.
    pub id: Text,
}

/// An interchange, ISA to IEA.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Interchange {
    /// Who sent it.
    pub sender: Party,
    /// To whom.
    pub receiver: Party,
    /// ISA12.
    pub version: Text,
    /// ISA13.
    pub control: Text,
    /// ISA15: `P` for production, `T` for test.
    pub usage: Text,
    /// Its groups.
    pub groups: Vec<Group>,
}

/// A functional group, GS to GE.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Group {
    /// GS01: `PO` for purchase orders.
    pub kind: Text,
    /// GS02.
    pub sender: Text,
    /// GS03.
    pub receiver: Text,
    /// GS06.
    pub control: Text,
    /// GS08.
    pub version: Text,
    /// How many transactions GE announces; as many as came if it is missing.
    pub announced: usize,
    /// Its transactions.
    pub transactions: Vec<Transaction>,
}

/// A transaction, ST to SE.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Transaction {
    /// ST01.
    pub kind: Text,
    /// ST02.
    pub control: Text,
    /// Index of its order among the records; `None` if it was left out.
    pub record: Option<usize>,
    /// What was wrong with it.
    pub faults: Vec<Fault>,
}

/// Why a transaction was left out, in the words of a 997.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It is no 850 (AK502 = 1).
    NotSupported,
    /// It has no SE (AK502 = 2).
    NoEnd,
    /// ST02 and SE02 differ (AK502 = 3).
    Control,
    /// SE01 is not the number of segments (AK502 = 4).
    Count,
    /// A segment is missing or wrong (AK502 = 5).
    Segment {
        /// Its name.
        name: Text,
        /// Its number in the transaction, 1 for ST.
        position: usize,
        /// It is mandatory and missing; otherwise one of its elements is wrong.
        missing: bool,
    },
}

/// Reads a text with its envelopes.
pub(super) fn examine(text: &str, name: &str) -> Examined {
    let mut state = State { name, out: Examined::default(), open: Vec::new(), envelopes: Vec::new() };
    for segment in Segments::of(text, name) {
        if state.out.read.records.len() >= MAX_RECORDS {
            state.out.read.find(Finding::error(
                Place::new(name, ""),
                format!("it has more than {MAX_RECORDS} orders"),
                "split it",
            ));
            break;
        }
        match segment {
            Ok(segment) => state.take(segment),
            Err(finding) => {
                state.abandon();
                state.out.read.find(finding);
            }
        }
    }
    state.abandon();
    state.unended("ISA");
    state.out
}

struct State<'a> {
    name: &'a str,
    out: Examined,
    /// Segments of the transaction at hand, from ST.
    open: Vec<Segment<'a>>,
    /// Beginnings of the interchange and the group at hand.
    envelopes: Vec<Segment<'a>>,
}

impl<'a> State<'a> {
    fn take(&mut self, segment: Segment<'a>) {
        if matches!(segment.name(), "ISA" | "IEA" | "GS" | "GE" | "ST") {
            self.abandon();
        }
        if matches!(segment.name(), "ISA" | "GS") {
            self.unended(segment.name());
            self.envelopes.push(segment);
        }
        if matches!(segment.name(), "GE" | "IEA") {
            self.envelopes.pop();
        }
        match segment.name() {
            "ISA" => self.out.interchanges.push(interchange(&segment)),
            "GS" => {
                self.known_version(&segment);
                self.out.interchanges.last_mut().into_iter().for_each(|interchange| interchange.groups.push(group(&segment)))
            }
            "ST" => self.open.push(segment),
            "SE" => self.transaction(&segment),
            "GE" => {
                let last = self.group().map(|group| {
                    group.announced = segment.get(1).parse().unwrap_or(group.announced);
                    (group.transactions.len(), group.control.clone())
                });
                self.compare(&segment, "transactions", last);
            }
            "IEA" => {
                let last = self.out.interchanges.last().map(|last| (last.groups.len(), last.control.clone()));
                self.compare(&segment, "groups", last);
            }
            "TA1" => {}
            _ if self.open.is_empty() => {
                let place = segment.place(self.name);
                self.out.read.find(Finding::notice(place, "it stands outside of a transaction", "it was passed over"));
            }
            _ => self.open.push(segment),
        }
    }

    /// Tells a version that the segments may not be of.
    fn known_version(&mut self, group: &Segment<'_>) {
        // partners may name a subset after the version, such as 004010VICS
        if !VERSIONS.iter().any(|version| group.get(8).starts_with(version)) {
            let cause = format!("GS08 names the version `{}`, and 004010 and 005010 are known here", short(group.get(8)));
            let mend = "look whether the orders were understood, or have the sender use one of the two";
            self.out.read.find(Finding::notice(group.place(self.name), cause, mend));
        }
    }

    fn group(&mut self) -> Option<&mut Group> {
        self.out.interchanges.last_mut()?.groups.last_mut()
    }

    /// Holds the end of an envelope against what came in it: how many, and under which control number.
    fn compare(&mut self, end: &Segment<'_>, what: &str, found: Option<(usize, Text)>) {
        let place = end.place(self.name);
        let mend = "ask the sender whether something is missing";
        let Some((count, control)) = found else {
            return self.out.read.find(Finding::notice(place, "it ends what did not begin", mend));
        };
        if end.get(1).parse() != Ok(count) {
            let cause = format!("it counts {} {what}, and there are {count}", end.get(1));
            self.out.read.find(Finding::notice(place.clone(), cause, mend));
        }
        if end.get(2) != control {
            let cause = format!("the control number is {}, and the beginning says {control}", end.get(2));
            self.out.read.find(Finding::notice(place, cause, mend));
        }
    }

    /// Tells envelopes that do not end, from the one of that name inwards.
    fn unended(&mut self, name: &str) {
        let from = self.envelopes.iter().position(|envelope| envelope.name() == name).unwrap_or(self.envelopes.len());
        for envelope in self.envelopes.drain(from..) {
            let place = envelope.place(self.name);
            self.out.read.find(Finding::notice(place, "it does not end", "ask the sender whether something is missing"));
        }
    }

    /// Gives up a transaction that does not end.
    fn abandon(&mut self) {
        let open = std::mem::take(&mut self.open);
        let Some(first) = open.first() else { return };
        let finding =
            Finding::error(first.place(self.name), "the transaction does not end", "send the whole file, up to SE and IEA");
        self.close(first, None, vec![finding], vec![Fault::NoEnd]);
    }

    fn transaction(&mut self, end: &Segment<'_>) {
        let open = std::mem::take(&mut self.open);
        let Some(start) = open.first() else {
            let place = end.place(self.name);
            return self.out.read.find(Finding::error(place, "a transaction ends that did not begin", "send ST before SE"));
        };
        let (mut findings, mut faults) = (Vec::new(), Vec::new());
        let count = open.len() + 1;
        if end.get(1).parse() != Ok(count) {
            let cause = format!("SE counts {} segments, and there are {count}", end.get(1));
            findings.push(Finding::error(end.place(self.name), cause, "send the whole transaction"));
            faults.push(Fault::Count);
        }
        if end.get(2) != start.get(2) {
            let cause = format!("the control number is {}, and ST says {}", end.get(2), start.get(2));
            findings.push(Finding::error(end.place(self.name), cause, "give both the same"));
            faults.push(Fault::Control);
        }
        let document = if start.get(1) == "850" {
            let sender = self.out.interchanges.last().map(|last| last.sender.id.clone()).unwrap_or_default();
            Some(OrderDocument::Order(Box::new(order::read(self.name, &sender, &open, &mut findings, &mut faults))))
        } else {
            let cause = format!("the transaction is a {}", start.get(1));
            findings.push(Finding::error(start.place(self.name), cause, "only 850 purchase orders are read here"));
            faults.push(Fault::NotSupported);
            None
        };
        self.close(start, document, findings, faults);
    }

    fn close(&mut self, start: &Segment<'_>, document: Option<OrderDocument>, findings: Vec<Finding>, faults: Vec<Fault>) {
        let sound = faults.is_empty() && !findings.iter().any(Finding::is_error);
        findings.into_iter().for_each(|finding| self.out.read.find(finding));
        let record = document.filter(|_| sound).map(|document| {
            self.out.read.records.push((start.place(self.name), document));
            self.out.read.records.len() - 1
        });
        let transaction = Transaction { kind: start.get(1).into(), control: start.get(2).into(), record, faults };
        if let Some(group) = self.group() {
            group.announced += 1;
            group.transactions.push(transaction);
        }
    }
}

fn interchange(segment: &Segment<'_>) -> Interchange {
    Interchange {
        sender: Party { qualifier: segment.get(5).into(), id: segment.get(6).into() },
        receiver: Party { qualifier: segment.get(7).into(), id: segment.get(8).into() },
        version: segment.get(12).into(),
        control: segment.get(13).into(),
        usage: segment.get(15).into(),
        groups: Vec::new(),
    }
}

fn group(segment: &Segment<'_>) -> Group {
    Group {
        kind: segment.get(1).into(),
        sender: segment.get(2).into(),
        receiver: segment.get(3).into(),
        control: segment.get(6).into(),
        version: segment.get(8).into(),
        announced: 0,
        transactions: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISA: &str = "ISA*00*          *00*          *ZZ*A*ZZ*B*260302*1000*U*00401*000000001*0*P*>~";
    const ORDER: &str = "ST*850*0001~BEG*00*SA*P1**20260301~PO1*1*10*EA*2.50**VN*X-1~SE*4*0001~";

    fn found(text: &str) -> (usize, Vec<String>) {
        let read = examine(text, "f").read;
        (read.records.len(), read.findings.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn envelopes_that_do_not_agree_are_told_and_the_orders_are_read() {
        let (orders, findings) = found(&format!("{ISA}GS*PO*A*B*20260302*1000*5*X*004010~{ORDER}GE*2*6~IEA*1*000000009~"));
        assert_eq!(orders, 1);
        let causes = [
            "it counts 2 transactions, and there are 1",
            "is 6, and the beginning says 5",
            "is 000000009, and the beginning says 000000001",
        ];
        assert!(
            findings.len() == 3 && findings.iter().zip(causes).all(|(finding, cause)| finding.contains(cause)),
            "{findings:?}"
        );
    }

    #[test]
    fn a_version_that_is_not_known_is_named_and_a_subset_of_one_that_is_known_is_not() {
        let told =
            |version: &str| found(&format!("{ISA}GS*PO*A*B*20260302*1000*5*X*{version}~{ORDER}GE*1*5~IEA*1*000000001~"));
        for version in ["004010", "005010", "004010VICS"] {
            assert_eq!(told(version), (1, Vec::new()), "{version}");
        }
        for version in ["003040", "006020", ""] {
            let (orders, findings) = told(version);
            assert_eq!((orders, findings.len()), (1, 1), "{findings:?}");
            assert!(findings[0].contains(&format!("the version `{version}`")), "{findings:?}");
        }
    }

    #[test]
    fn a_line_that_is_wrong_is_told_once_and_not_as_missing_or_as_a_wrong_total() {
        let order = "ST*850*0001~BEG*00*SA*P1**20260301~PO1*1*ten*EA*2.50**VN*X-1~DTM*002*soon~PO1*2*10*EA*2.50**VN*X-1~\
            CTT*2~AMT*TT*50~SE*8*0001~";
        let (orders, findings) = found(&format!("{ISA}GS*PO*A*B*20260302*1000*5*X*004010~{order}GE*1*5~IEA*1*000000001~"));
        assert_eq!((orders, findings.len()), (0, 1), "{findings:?}");
        assert!(findings[0].contains("the quantity `ten` is no number"), "{findings:?}");
        let short = order.replace("CTT*2", "CTT*3");
        let (_, findings) = found(&format!("{ISA}GS*PO*A*B*20260302*1000*5*X*004010~{short}GE*1*5~IEA*1*000000001~"));
        assert!(findings.len() == 2 && findings[1].contains("CTT counts 3 lines, and there are 2"), "{findings:?}");
    }

    #[test]
    fn envelopes_that_do_not_end_are_told() {
        let (orders, findings) = found(&format!("{ISA}GS*PO*A*B*20260302*1000*5*X*004010~{ORDER}"));
        assert_eq!((orders, findings.len()), (1, 2), "{findings:?}");
        assert!(
            found(&format!("{ISA}GS*PO*A*B*20260302*1000*5*X*004010~ST*850*1~BEG*00*SA*P")).1[0]
                .contains("the transaction does not end")
        );
    }
}
