//! What is told of a table when it is deployed.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use dmn::{Model, Severity};

/// The warnings about a table of two inputs: a number and a string.
fn told(policy: &str, rules: &[[&str; 3]]) -> Vec<String> {
    let escaped = |cell: &str| cell.replace('<', "&lt;").replace('>', "&gt;");
    let cell = |name: &str, text: &str| format!("<{name}><text>{}</text></{name}>", escaped(text));
    let rule = |(at, [one, two, out]): (usize, &[&str; 3])| {
        let cells = [cell("inputEntry", one), cell("inputEntry", two), cell("outputEntry", out)].concat();
        format!("<rule id=\"r{}\">{cells}</rule>\n", at + 1)
    };
    let rules: String = rules.iter().enumerate().map(rule).collect();
    let xml = format!(
        r#"<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="M"><decision id="d" name="D">
        <decisionTable id="t" hitPolicy="{policy}"><input><inputExpression typeRef="number"><text>total</text></inputExpression></input>
        <input><inputExpression typeRef="string"><text>tier</text></inputExpression></input><output name="o" typeRef="number"/>
        {rules}</decisionTable></decision></definitions>"#
    );
    let (model, mut findings) = Model::parse(&xml).unwrap();
    findings.extend(model.check());
    assert!(findings.iter().all(|finding| finding.severity == Severity::Warning));
    findings.iter().map(ToString::to_string).collect()
}

#[test]
fn a_table_that_covers_everything_once_has_nothing_told() {
    assert_eq!(told("UNIQUE", &[["< 10", "-", "1"], [">= 10", "\"gold\"", "2"], [">= 10", "not(\"gold\")", "3"]]), [""; 0]);
}

#[test]
fn overlaps_of_a_unique_table_name_both_rules_and_the_place() {
    let told = told("UNIQUE", &[["<= 10", "-", "1"], [">= 10", "\"gold\"", "2"], ["> 10", "not(\"gold\")", "3"]]);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("r2 \"D\": rules 1 and 2 both match total = 10, tier = \"gold\""), "{told:?}");
}

#[test]
fn matches_that_say_the_same_are_no_overlap_to_any() {
    assert_eq!(told("ANY", &[["<= 10", "-", "1"], [">= 10", "-", "1"]]), [""; 0]);
    let told = told("ANY", &[["<= 10", "-", "1"], [">= 10", "-", "2"]]);
    assert!(told[0].contains("rules 1 and 2 both match total = 10"), "{told:?}");
}

#[test]
fn gaps_are_told_with_what_nobody_matches() {
    let told = told("FIRST", &[["[0..10)", "-", "1"], ["> 10", "\"gold\", \"silver\"", "2"]]);
    assert!(told.iter().any(|told| told.contains("no rule matches total = < 0 or 10")), "{told:?}");
    assert!(told.iter().any(|told| told.contains("no rule matches total = > 10, tier = anything else")), "{told:?}");
}

#[test]
fn a_rule_that_earlier_ones_cover_is_never_reached() {
    let told = told("FIRST", &[["< 10", "-", "1"], [">= 10", "-", "2"], ["[5..15]", "\"gold\"", "3"], ["-", "-", "4"]]);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains("r3 \"D\": rule 3 is never reached: [5..15] | \"gold\""), "{told:?}");
    assert!(told[1].contains("rule 4 is never reached"), "{told:?}");
}

#[test]
fn cells_and_outputs_of_another_type_are_told() {
    let told = told("FIRST", &[["\"ten\"", "-", "1"], ["-", "> 5", "2"], ["-", "-", "\"three\""]]);
    assert!(
        told.iter().any(|told| told.contains("rule 1, input 1: \"ten\" is a string, and the input a number")),
        "{told:?}"
    );
    assert!(told.iter().any(|told| told.contains("rule 2, input 2: 5 is a number, and the input a string")), "{told:?}");
    assert!(
        told.iter().any(|told| told.contains("rule 3, output 1: \"three\" is a string, and the output a number")),
        "{told:?}"
    );
}

#[test]
fn what_is_computed_makes_no_gap_and_no_overlap_certain() {
    assert_eq!(told("UNIQUE", &[["< limit", "-", "1"], [">= limit", "-", "2"]]), [""; 0]);
}

/// `< 1`, `< 2` and so on: each overlaps with every other.
fn nested(count: usize) -> Vec<String> {
    let cells: Vec<String> = (1..=count).map(|limit| format!("< {limit}")).collect();
    let rules: Vec<[&str; 3]> = cells.iter().map(|cell| [cell.as_str(), "-", "1"]).collect();
    told("UNIQUE", &rules)
}

#[test]
fn ten_overlaps_of_a_large_table_are_told_and_what_is_too_large_is_not_looked_through() {
    let overlaps = nested(300);
    assert_eq!(overlaps.iter().filter(|told| told.contains("both match total = < 1")).count(), 10, "{overlaps:?}");
    let too_large = nested(3_000);
    assert_eq!(too_large.len(), 1, "{too_large:?}");
    assert!(too_large[0].contains("too many rules and different cases"), "{too_large:?}");
}
