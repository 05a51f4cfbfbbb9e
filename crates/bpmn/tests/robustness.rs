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
