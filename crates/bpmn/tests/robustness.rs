//! Whatever comes in, parsing answers and does not fall over: mutated models, and text that is none.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use proptest::prelude::*;

const MODEL: &str = include_str!("../../../processes/order-to-cash/warehouse-order.bpmn");

/// Pieces that mean something in a model, where they do not belong.
const PIECES: &[&str] = &[
    "<bpmn:task id=\"x\"/>",
    "</bpmn:process>",
    "isForCompensation=\"true\"",
    "<bpmn:compensateEventDefinition activityRef=\"send\"/>",
    "<bpmn:adHocSubProcess id=\"ah\"/>",
    "<bpmn:sequenceFlow id=\"loop\" sourceRef=\"book\" targetRef=\"book\"/>",
    "attachedToRef=\"completed\"",
    "=1 +",
    "R0/PT1H",
    "\"",
    "&amp;",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_mutated_model_is_read_or_refused_with_findings(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..80, 0..=PIECES.len()), 1..6),
    ) {
        let mut text: Vec<char> = MODEL.chars().collect();
        for (place, cut, piece) in edits {
            let from = place.index(text.len());
            let to = (from + cut).min(text.len());
            let piece = PIECES.get(piece).copied().unwrap_or_default();
            text.splice(from..to, piece.chars());
        }
        let text: String = text.into_iter().collect();
        match bpmn::parse(&text) {
            Ok(parsed) => prop_assert!(!parsed.processes.is_empty()),
            Err(findings) => prop_assert!(findings.iter().any(|finding| !finding.cause.is_empty() && finding.line > 0)),
        }
    }

    #[test]
    fn renamed_references_are_read_or_refused(swaps in prop::collection::vec((0_usize..40, 0_usize..40), 1..4)) {
        let mut text = MODEL.to_owned();
        for (from, to) in swaps {
            let ids: Vec<String> = text.split("id=\"").skip(1).filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())).collect();
            let (from, to) = (ids[from % ids.len()].clone(), ids[to % ids.len()].clone());
            text = text.replacen(&format!("Ref=\"{from}\""), &format!("Ref=\"{to}\""), 1);
        }
        prop_assert!(bpmn::parse(&text).is_ok() || bpmn::parse(&text).is_err_and(|findings| !findings.is_empty()));
    }

    #[test]
    fn any_text_is_answered(text in "\\PC{0,300}") {
        prop_assert!(bpmn::parse(&text).is_err_and(|findings| !findings.is_empty()));
    }
}

/// A process of so many tasks in a row, with an event on the edge of each, and links and associations besides.
fn long(tasks: usize) -> String {
    use std::fmt::Write as _;
    let mut body = String::from("<startEvent id=\"t0\"/>\n");
    for number in 1..=tasks {
        let before = number - 1;
        writeln!(
            body,
            "<userTask id=\"t{number}\"/><sequenceFlow id=\"f{number}\" sourceRef=\"t{before}\" targetRef=\"t{number}\"/>\n\
             <boundaryEvent id=\"b{number}\" attachedToRef=\"t{number}\"><timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition></boundaryEvent>"
        )
        .unwrap();
    }
    format!(
        "<definitions xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\"><process id=\"p\">{body}</process></definitions>"
    )
}

#[test]
fn a_process_of_tens_of_thousands_of_elements_is_read_and_each_is_found_by_its_id_and_line() {
    let parsed = bpmn::parse(&long(20_000)).unwrap();
    let process = &parsed.processes[0];
    assert_eq!(process.elements().count(), 40_002);
    let last = process.element(process.find("t20000").unwrap());
    assert_eq!(last.line(), 40_000);
    assert!(parsed.warnings.is_empty());
}

#[test]
fn more_elements_than_an_index_can_hold_are_refused() {
    let findings = bpmn::parse(&long(33_000)).unwrap_err();
    assert!(findings.iter().any(|finding| finding.cause.contains("more than 65,000 elements")));
}
