//! 997: what became of each transaction.

use std::fmt::Write;

use units::{Text, Timestamp};

use super::envelope::{Fault, Group, Interchange, Party, Transaction};

/// The interchange that answers `interchange`: a 997 for each of its groups, from its receiver to its sender.
///
/// A transaction is accepted if its order is still named by [`Transaction::record`]: set that to `None` for an order that was refused
/// after it had been read, and the partner hears of it. `control` is the control number of the answer, unique between the two
/// partners, from 1 to 999,999,999.
pub fn acknowledge(interchange: &Interchange, control: u32, at: Timestamp) -> String {
    let stamp: String = at.to_string().chars().filter(char::is_ascii_digit).take(12).collect();
    let (date, time) = stamp.split_at_checked(8).unwrap_or(("00000000", "0000"));
    let control = control % 1_000_000_000;
    let mut out = String::new();
    // writing to a string does not fail
    let _ = writeln!(
        out,
        "ISA*00*          *00*          *{}*{}*{}*{}*U*{}*{control:09}*0*{}*>~",
        party(&interchange.receiver),
        party(&interchange.sender),
        date.get(2..).unwrap_or_default(),
        time,
        if interchange.version.is_empty() { "00401" } else { clean(&interchange.version, 5) },
        if interchange.usage == "T" { "T" } else { "P" },
    );
    for (number, group) in (1u32..).zip(&interchange.groups) {
        write_group(&mut out, group, number, date, time);
    }
    let _ = writeln!(out, "IEA*{}*{control:09}~", interchange.groups.len());
    out
}

fn write_group(out: &mut String, group: &Group, number: u32, date: &str, time: &str) {
    let (from, to) = (clean(&group.receiver, 15), clean(&group.sender, 15));
    let version = if group.version.is_empty() { "004010" } else { clean(&group.version, 12) };
    let _ = writeln!(out, "GS*FA*{from}*{to}*{date}*{time}*{number}*X*{version}~");
    let mut body =
        vec![format!("ST*997*{number:04}"), format!("AK1*{}*{}", clean(&group.kind, 2), clean(&group.control, 9))];
    for transaction in &group.transactions {
        write_transaction(&mut body, transaction);
    }
    let received = group.transactions.len();
    let accepted = group.transactions.iter().filter(|transaction| transaction.record.is_some()).count();
    let verdict = match accepted {
        0 if received > 0 => "R",
        accepted if accepted < received.max(group.announced) => "P",
        _ => "A",
    };
    body.push(format!("AK9*{verdict}*{}*{received}*{accepted}", group.announced));
    body.push(format!("SE*{}*{number:04}", body.len() + 1));
    for segment in body {
        let _ = writeln!(out, "{segment}~");
    }
    let _ = writeln!(out, "GE*1*{number}~");
}

fn write_transaction(body: &mut Vec<String>, transaction: &Transaction) {
    body.push(format!("AK2*{}*{}", clean(&transaction.kind, 3), clean(&transaction.control, 9)));
    let mut codes: Vec<u8> = Vec::new();
    for fault in &transaction.faults {
        let code = match fault {
            Fault::NotSupported => 1,
            Fault::NoEnd => 2,
            Fault::Control => 3,
            Fault::Count => 4,
            Fault::Segment { name, position, missing } => {
                body.push(format!("AK3*{}*{position}**{}", clean(name, 3), if *missing { 3 } else { 8 }));
                5
            }
        };
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    let verdict = if transaction.record.is_some() { "A" } else { "R" };
    let codes: String = codes.iter().map(|code| format!("*{code}")).collect();
    body.push(format!("AK5*{verdict}{codes}"));
}

/// Qualifier and number of a party, filled up to the length that the header wants.
fn party(party: &Party) -> String {
    format!("{:<2}*{:<15}", clean(&party.qualifier, 2), clean(&party.id, 15))
}

/// The beginning of what the partner sent, without the delimiters of the answer.
fn clean(text: &Text, length: usize) -> &str {
    let end = text.char_indices().take(length).find(|(_, c)| !c.is_ascii() || matches!(c, '*' | '~' | '>' | '\n' | '\r'));
    let end = end.map_or_else(|| text.char_indices().nth(length).map_or(text.len(), |(at, _)| at), |(at, _)| at);
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::{examine, segment::Segments};
    use super::*;

    const FILE: &str = "ISA*00*          *00*          *ZZ*BUYER          *01*SELLER         *260302*1000*U*00401*000000007*0*T*>~\
        GS*PO*BUYER*SELLER*20260302*1000*5*X*004010~\
        ST*850*0001~BEG*00*SA*P1**20260301~PO1*1*10*EA*2.50**VN*X-1~SE*4*0001~\
        ST*850*0002~BEG*00*SA*P2**20260301~PO1*1*ten*EA*2.50**VN*X-1~SE*4*0002~\
        ST*810*0003~BIG*1~SE*3*0003~ST*850*0004~SE*2*0004~GE*4*5~IEA*1*000000007~";

    #[test]
    fn each_transaction_is_answered_by_what_happened_to_it() {
        let examined = examine(FILE.as_bytes(), "f");
        let answer = acknowledge(&examined.interchanges[0], 42, "2026-03-02T10:05:00Z".parse().unwrap());
        let wanted = "\
ISA*00*          *00*          *01*SELLER         *ZZ*BUYER          *260302*1005*U*00401*000000042*0*T*>~
GS*FA*SELLER*BUYER*20260302*1005*1*X*004010~
ST*997*0001~
AK1*PO*5~
AK2*850*0001~
AK5*A~
AK2*850*0002~
AK3*PO1*3**8~
AK5*R*5~
AK2*810*0003~
AK5*R*1~
AK2*850*0004~
AK3*BEG*2**3~
AK3*PO1*2**3~
AK5*R*5~
AK9*P*4*4*1~
SE*15*0001~
GE*1*1~
IEA*1*000000042~
";
        assert_eq!(answer, wanted);
        assert!(Segments::of(&answer, "a").all(|segment| segment.is_ok()));
    }

    #[test]
    fn the_answer_is_of_the_version_of_the_group() {
        let later = FILE.replace("*X*004010~", "*X*005010~");
        let answer = acknowledge(&examine(later.as_bytes(), "f").interchanges[0], 1, Timestamp(0));
        assert!(answer.contains("GS*FA*SELLER*BUYER*19700101*0000*1*X*005010~"), "{answer}");
    }

    #[test]
    fn an_order_that_was_refused_later_is_not_accepted() {
        let mut examined = examine(FILE.as_bytes(), "f");
        examined.interchanges[0].groups[0].transactions[0].record = None;
        let answer = acknowledge(&examined.interchanges[0], 1, Timestamp(0));
        assert!(answer.contains("AK2*850*0001~\nAK5*R~") && answer.contains("AK9*R*4*4*0~"));
    }
}
