//! Times: what begins instances, and what repeats while something is active.

use crate::play::{Play, flow, model, path, task};
use engine::{Input, Instance, InstanceId, Limits, first_start, next_start, step};
use feel::Context;
use units::Timestamp;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// To the second, for reading.
fn second(moment: Timestamp) -> String {
    moment.to_string().replace(".000Z", "Z")
}

fn timer_start(time: &str) -> String {
    let start = format!(
        r#"<bpmn:startEvent id="s"><bpmn:timerEventDefinition>{time}</bpmn:timerEventDefinition></bpmn:startEvent>"#
    );
    [start, task("a"), flow("s", "a")].concat()
}

#[test]
fn timer_start_events_say_when_they_go_off_and_when_again() {
    for (time, expected) in [
        ("<bpmn:timeCycle>R2/PT10M</bpmn:timeCycle>", ["2026-01-05T08:10:00Z", "2026-01-05T08:20:00Z"].as_slice()),
        (r#"<bpmn:timeCycle>="0 0 6 * * MON"</bpmn:timeCycle>"#, &["2026-01-12T06:00:00Z", "2026-01-19T06:00:00Z"]),
        ("<bpmn:timeDate>2026-02-01T00:00:00Z</bpmn:timeDate>", &["2026-02-01T00:00:00Z"]),
        ("<bpmn:timeDate>2020-02-01T00:00:00Z</bpmn:timeDate>", &["2020-02-01T00:00:00Z"]),
    ] {
        let process = model(&timer_start(time));
        let start = process.timer_starts().next().unwrap();
        let first = first_start(&process, start, at("2026-01-05T08:00:00Z"), 0).unwrap();
        let next = |last: &bpmn::Repetition| next_start(&process, start, *last, last.at, 0);
        let moments: Vec<_> = std::iter::successors(Some(first), next).take(2).map(|found| second(found.at)).collect();
        assert_eq!(moments, expected, "{time}");
    }
}

#[test]
fn timer_start_events_go_by_the_clocks_of_the_company() {
    let (new_york, morning) = (-5 * 3_600, at("2026-01-05T08:00:00Z"));
    for (time, expected) in [
        (r#"<bpmn:timeCycle>0 0 6 * * MON</bpmn:timeCycle>"#, "2026-01-05T11:00:00Z"),
        ("<bpmn:timeDate>2026-02-01T06:00:00</bpmn:timeDate>", "2026-02-01T11:00:00Z"),
        (r#"<bpmn:timeDate>=string(today()) + "T06:00:00"</bpmn:timeDate>"#, "2026-01-05T11:00:00Z"),
    ] {
        let process = model(&timer_start(time));
        let start = process.timer_starts().next().unwrap();
        assert_eq!(second(first_start(&process, start, morning, new_york).unwrap().at), expected, "{time}");
    }
}

#[test]
fn an_instance_begins_at_the_timer_start_event_that_went_off() {
    let process = model(&timer_start("<bpmn:timeCycle>R/PT10M</bpmn:timeCycle>"));
    let start = process.timer_starts().next().unwrap();
    let mut instance = Instance::new(InstanceId(1), "p".into(), 1, None);
    let play = Play {
        process: &process,
        instance: instance.clone(),
        events: Vec::new(),
        now: at("2026-01-05T08:10:00Z"),
        limits: Limits::default(),
    };
    let input = Input::StartAt { element: start, variables: Context::default() };
    step(&process, &mut instance, input, &play.cx(), &mut Vec::new()).unwrap();
    assert_eq!(instance.waiting(&process).len(), 1);
}

#[test]
fn a_timer_start_that_cannot_be_computed_says_why() {
    let process = model(&timer_start("<bpmn:timeCycle>=often</bpmn:timeCycle>"));
    let start = process.timer_starts().next().unwrap();
    let why = first_start(&process, start, at("2026-01-05T08:00:00Z"), 0).unwrap_err();
    assert!(why.contains("the timer needs a cycle") && why.contains("often"), "{why}");
}

#[test]
fn a_reminder_repeats_so_often_and_runs_from_its_last_time() {
    let reminder = r#"<bpmn:boundaryEvent id="t" attachedToRef="a" cancelActivity="false"><bpmn:timerEventDefinition><bpmn:timeCycle>R2/PT1H</bpmn:timeCycle></bpmn:timerEventDefinition></bpmn:boundaryEvent><bpmn:task id="remind"/>"#;
    let process =
        model(&[r#"<bpmn:startEvent id="s"/>"#, &task("a"), reminder, &path(&["s", "a"]), &flow("t", "remind")].concat());
    let mut play = Play::new(&process, "{}");
    let begun = play.now;
    let timer = play.open()["t"];
    play.now = begun.plus_millis(3_700_000);
    play.input(Input::FireTimer { timer }).unwrap();
    let timer = play.open()["t"];
    assert_eq!(
        play.instance.timer_due(timer),
        Some(begun.plus_millis(7_200_000)),
        "an hour after it was due, not after it came"
    );
    play.fire("t");
    assert_eq!(play.names(), ["a"], "that was the second and last time");
}

#[test]
fn an_event_sub_process_can_begin_by_the_clock_again_and_again() {
    let sub = format!(
        r#"<bpmn:subProcess id="esp" triggeredByEvent="true"><bpmn:startEvent id="t" isInterrupting="false"><bpmn:timerEventDefinition><bpmn:timeCycle>0 0 * * * *</bpmn:timeCycle></bpmn:timerEventDefinition></bpmn:startEvent>{}{}</bpmn:subProcess>"#,
        task("look"),
        flow("t", "look")
    );
    let process = model(&[r#"<bpmn:startEvent id="s"/>"#, &task("a"), &sub, &path(&["s", "a"])].concat());
    let mut play = Play::new(&process, "{}");
    play.fire("t");
    play.fire("t");
    assert_eq!(play.names(), ["a", "look", "look#2", "t"]);
}
