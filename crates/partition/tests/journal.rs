//! State is the fold of the journal, whatever a step leads to.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod trading;

use feel::{Context as Variables, Value};
use partition::Body;
use trade::order::Cancellation;
use trading::{Story, asks_as, chain, user_task};

#[test]
fn a_task_that_asks_about_a_hold_which_is_gone_leaves_state_and_journal_in_step() {
    let mut story = Story::new(&[]);
    let wait = r#"<bpmn:intermediateCatchEvent id="wait"><bpmn:messageEventDefinition id="d" messageRef="message"/></bpmn:intermediateCatchEvent>"#;
    let ask = user_task("ask", &asks_as("=hold.exception"));
    story.deploy("asks", &chain(&[("wait", wait), ("ask", &ask)]), Some("order.cancelled"));
    let order = story.order();
    let hold = Variables::from_iter([("kind", Value::from("manual")), ("exception", Value::from("POLICY-OVERRIDE"))]);
    let variables = Variables::from_iter([("orderId", Value::from(order.to_string())), ("hold", Value::from(hold))]);
    story.start("asks", variables);

    // the message of a cancelled order takes the process to its question, and the hold is gone with the order
    let cancellation = Cancellation { reason: "not wanted".into(), ..Cancellation::default() };
    story.must(Body::CancelOrder { order, cancellation });

    story.check();
    assert_eq!(story.open_exceptions().len(), 1, "the task waits, so somebody is asked");
}
