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

/// The findings about a table with rules that look at nothing.
fn told_of_outputs(policy: &str, output: &str, cell: &str) -> Vec<String> {
    let rule = format!("<rule><inputEntry><text>-</text></inputEntry><outputEntry><text>{cell}</text></outputEntry></rule>");
    let xml = format!(
        r#"<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="M"><decision id="d" name="D">
        <decisionTable id="t" {policy}><input><inputExpression typeRef="number"><text>total</text></inputExpression></input>
        {output}{rule}{rule}</decisionTable></decision></definitions>"#
    );
    let findings = match Model::parse(&xml) {
        Ok((model, findings)) => findings.into_iter().chain(model.check()).collect(),
        Err(findings) => findings,
    };
    findings.iter().map(|finding| finding.cause.to_string()).collect()
}

#[test]
fn outputs_that_their_hit_policy_cannot_use_are_told() {
    let text = r#"<output name="o" typeRef="string"/>"#;
    let ordered = r#"<output name="o" typeRef="string"><outputValues><text>"b","a"</text></outputValues></output>"#;
    let number = r#"<output name="o" typeRef="number"/>"#;
    let unordered = "the hit policy goes by the values of the outputs, and no output lists any";
    for policy in ["PRIORITY", "OUTPUT ORDER"] {
        let policy = format!("hitPolicy=\"{policy}\"");
        assert!(told_of_outputs(&policy, text, "\"a\"").iter().any(|told| told == unordered));
        assert!(told_of_outputs(&policy, ordered, "\"a\"").iter().all(|told| told != unordered));
    }
    for aggregation in ["SUM", "MIN", "MAX"] {
        let policy = format!("hitPolicy=\"COLLECT\" aggregation=\"{aggregation}\"");
        assert_eq!(told_of_outputs(&policy, text, "\"a\""), ["only numbers are aggregated, and the output is a string"]);
        assert_eq!(told_of_outputs(&policy, number, "1"), [""; 0]);
    }
    assert_eq!(told_of_outputs("hitPolicy=\"COLLECT\" aggregation=\"COUNT\"", text, "\"a\""), [""; 0]);
}

#[test]
fn rules_that_cannot_be_read_are_not_called_missing() {
    let told = told_of_outputs("", r#"<output name="o" typeRef="string"/>"#, "\"a");
    assert!(told.iter().all(|told| told.contains("is no FEEL")) && !told.is_empty(), "{told:?}");
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
    // the last one is reached where the total is null
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("r3 \"D\": rule 3 is never reached: [5..15] | \"gold\""), "{told:?}");
}

/// The warnings about a table of one input of this type.
fn told_of(type_ref: &str, policy: &str, cells: &[&str]) -> Vec<String> {
    let escaped = |cell: &str| cell.replace('<', "&lt;").replace('>', "&gt;");
    let rule = |(at, cell): (usize, &&str)| {
        let cell = escaped(cell);
        format!(
            "<rule id=\"r{}\"><inputEntry><text>{cell}</text></inputEntry><outputEntry><text>{at}</text></outputEntry></rule>\n",
            at + 1
        )
    };
    let rules: String = cells.iter().enumerate().map(rule).collect();
    let xml = format!(
        r#"<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="M"><decision id="d" name="D">
        <decisionTable id="t" hitPolicy="{policy}"><input><inputExpression typeRef="{type_ref}"><text>x</text></inputExpression></input>
        <output name="o" typeRef="number"/>{rules}</decisionTable></decision></definitions>"#
    );
    let (model, mut findings) = Model::parse(&xml).unwrap();
    findings.extend(model.check());
    findings.iter().map(ToString::to_string).collect()
}

#[test]
fn a_rule_for_null_is_reached_and_may_overlap() {
    let told = told_of("string", "FIRST", &["\"a\"", "null"]);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("no rule matches x = anything else"), "{told:?}");
    assert_eq!(told_of("string", "FIRST", &["not(\"a\")", "\"a\"", "null"]).len(), 1, "the first covers null");
    let told = told_of("string", "UNIQUE", &["\"a\"", "not(\"a\")", "null"]);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("rules 2 and 3 both match x = null"), "{told:?}");
    // rules for all numbers need none for null, and a last rule for anything is there for null
    assert_eq!(told_of("number", "FIRST", &["< 1", ">= 1"]), [""; 0]);
    assert_eq!(told_of("number", "FIRST", &["< 1", ">= 1", "-"]), [""; 0]);
    assert_eq!(told_of("number", "UNIQUE", &["< 1", "not(< 1)"]), [""; 0]);
}

#[test]
fn gaps_between_dates_that_functions_write_are_found() {
    let told = told_of("date", "FIRST", &["< date(\"2025-01-01\")", ">= date(\"2025-01-03\")"]);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("no rule matches x = 2025-01-01 or (2025-01-01..2025-01-03)"), "{told:?}");
    // nothing lies between a day and the next one
    assert_eq!(told_of("date", "FIRST", &["<= date(\"2025-01-01\")", ">= date(\"2025-01-02\")"]), [""; 0]);
    let months = ["<= duration(\"P1M\")", "[duration(\"P2M\")..duration(\"P1Y\")]", "> duration(\"P1Y\")"];
    assert_eq!(told_of("yearMonthDuration", "FIRST", &months), [""; 0]);
    let told = told_of("dateTime", "FIRST", &["< date and time(\"2025-01-01T00:00:00Z\")", "> @\"2025-01-01T00:00:00Z\""]);
    assert!(told[0].contains("no rule matches x = 2025-01-01T00:00:00Z"), "{told:?}");
}

/// The warnings about a table of one input, of a type that this constraint narrows.
fn told_within(base: &str, constraint: &str, cells: &[&str]) -> Vec<String> {
    let rule = |cell: &&str| {
        format!("<rule><inputEntry><text>{cell}</text></inputEntry><outputEntry><text>1</text></outputEntry></rule>")
    };
    let rules: String = cells.iter().map(rule).collect();
    let xml = format!(
        r#"<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="M">
        <itemDefinition name="narrow"><typeRef>{base}</typeRef><allowedValues><text>{constraint}</text></allowedValues></itemDefinition>
        <decision id="d" name="D"><decisionTable id="t" hitPolicy="FIRST"><input><inputExpression typeRef="narrow"><text>x</text></inputExpression></input>
        <output name="o" typeRef="number"/>{rules}</decisionTable></decision></definitions>"#
    );
    Model::parse(&xml).unwrap().0.check().iter().map(ToString::to_string).collect()
}

#[test]
fn what_its_type_excludes_is_no_gap_of_an_input() {
    assert_eq!(told_within("number", "[0..100)", &["[0..50]", "(50..100)"]), [""; 0]);
    assert_eq!(told_within("number", "1, 2, 3", &["&lt; 3", "3"]), [""; 0]);
    let told = told_within("number", "[0..100)", &["(0..50]"]);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("no rule matches x = 0 or (50..100);"), "{told:?}");
    // what has to be computed excludes nothing for certain
    assert_eq!(told_within("number", "odd(?)", &["&lt; 50"]).len(), 1);
}

#[test]
fn a_cell_of_what_its_type_excludes_is_told_as_the_reason() {
    let told = told_within("string", "&quot;gold&quot;, &quot;silver&quot;", &["\"bronze\"", "-"]);
    assert_eq!(told.len(), 1, "{told:?}");
    let mend =
        "rule 1 is never reached: \"bronze\"; take it away, or mend its cell of x, which nothing that may come passes";
    assert!(told[0].contains(mend), "{told:?}");
}

#[test]
fn a_range_in_which_nothing_lies_is_told_with_its_rule() {
    let told = told_of("number", "FIRST", &["[10..1]", "-"]);
    assert!(told[0].contains("rule 1, input 1: nothing lies in [10..1]: "), "{told:?}");
    assert!(told[1].contains("rule 1 is never reached: [10..1]"), "{told:?}");
    assert_eq!(told.len(), 2, "{told:?}");
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
fn what_is_computed_makes_no_gap_and_no_overlap_certain_and_the_column_is_told() {
    let told = told("UNIQUE", &[["< limit", "-", "1"], [">= limit", "-", "2"]]);
    assert_eq!(told.len(), 1, "{told:?}");
    let cause = "the input total is held against what is computed (rule 1: < limit and 1 more); \
                 whether the table has gaps or overlaps there is not told";
    assert!(told[0].contains(cause), "{told:?}");
}

#[test]
fn what_is_computed_is_not_told_where_nothing_depends_on_it() {
    assert_eq!(told("FIRST", &[["< limit", "-", "1"], ["-", "-", "2"]]), [""; 0], "the last rule takes the rest");
    assert_eq!(told("COLLECT", &[["< limit", "-", "1"]]), [""; 0], "nothing is a result");
}

#[test]
fn a_column_of_several_types_is_told_since_it_is_not_looked_through() {
    let told = told_of("Any", "UNIQUE", &["\"a\"", "5"]);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("the input x cannot be split: its cells compare it with values of several types"), "{told:?}");
    assert!(told[0].contains("(number, string)"), "{told:?}");
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

#[test]
fn a_decision_that_is_read_and_not_required_is_told_and_one_that_is_required_or_only_named_alike_is_not() {
    let told = |requires: &str, logic: &str| -> Vec<String> {
        let xml = format!(
            r#"<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="M">
            <decision id="t" name="Tier"><literalExpression><text>"gold"</text></literalExpression></decision>
            <businessKnowledgeModel id="k" name="half"><encapsulatedLogic><formalParameter name="x"/><literalExpression><text>x / 2</text></literalExpression></encapsulatedLogic></businessKnowledgeModel>
            <decision id="d" name="Discount">{requires}{logic}</decision></definitions>"#
        );
        let (model, mut findings) = Model::parse(&xml).unwrap();
        findings.extend(model.check());
        findings.iter().filter(|found| found.element == "d").map(|found| found.to_string()).collect()
    };
    let text = |text: &str| format!("<literalExpression><text>{text}</text></literalExpression>");
    let table = r#"<decisionTable id="dt" hitPolicy="FIRST"><input><inputExpression><text>Tier</text></inputExpression></input><output name="o"/><rule><inputEntry><text>-</text></inputEntry><outputEntry><text>1</text></outputEntry></rule></decisionTable>"#;
    let required = r##"<informationRequirement id="r"><requiredDecision href="#t"/></informationRequirement>"##;
    for logic in [text("Tier"), table.to_owned()] {
        let found = told("", &logic);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("it reads `Tier` and does not require the decision of that name"), "{found:?}");
        assert_eq!(told(required, &logic), [""; 0]);
    }
    let calls = told("", &text("half(4)"));
    assert!(calls.iter().any(|told| told.contains("does not require the business knowledge model")), "{calls:?}");
    assert_eq!(told("", &text("for Tier in [1, 2] return Tier")), [""; 0]);
    let context = r#"<context><contextEntry><variable name="Tier"/><literalExpression><text>1</text></literalExpression></contextEntry><contextEntry><literalExpression><text>Tier + 1</text></literalExpression></contextEntry></context>"#;
    assert_eq!(told("", context), [""; 0]);
}
