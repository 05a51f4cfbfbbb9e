//! User tasks: listeners correct and deny what happens to them.

use crate::play::{Play, model, path, task};
use engine::{Event, Input, Limits, Migration, Modification, Obstacle, TaskAnswer, TaskChanges, TaskDetails, migrate};
use feel::Context;

fn listened(listeners: &[(&str, &str)], more: &str) -> bpmn::Process {
    let listeners: String = listeners
        .iter()
        .map(|(event, kind)| format!(r#"<zeebe:taskListener eventType="{event}" type="{kind}"/>"#))
        .collect();
    let task = format!(
        r#"<bpmn:userTask id="u"><bpmn:extensionElements><zeebe:userTask/>{more}<zeebe:taskListeners>{listeners}</zeebe:taskListeners></bpmn:extensionElements></bpmn:userTask>"#
    );
    model(&[r#"<bpmn:startEvent id="s"/>"#, &task, r#"<bpmn:endEvent id="e"/>"#, &path(&["s", "u", "e"])].concat())
}

const ANN: &str = r#"<zeebe:assignmentDefinition assignee="ann"/>"#;

fn answer(play: &mut Play<'_>, answer: TaskAnswer) -> Result<(), engine::Refusal> {
    let job = play.open()["u"];
    play.input(Input::AnswerTaskListener { job, answer })
}

fn task_key(play: &Play<'_>) -> engine::Key {
    play.events
        .iter()
        .find_map(|event| match event {
            Event::TaskCreated { task, .. } => Some(*task),
            _ => None,
        })
        .unwrap()
}

fn details(play: &Play<'_>) -> TaskDetails {
    play.instance.task(task_key(play)).unwrap().clone()
}

#[test]
fn a_listener_corrects_what_a_task_carries_before_people_see_it() {
    let process = listened(&[("creating", "first"), ("creating", "second")], "");
    let mut play = Play::new(&process, "{}");
    let changes = TaskChanges { priority: Some(80), assignee: Some(Some("bob".into())), ..TaskChanges::default() };
    answer(&mut play, TaskAnswer::Correct(changes)).unwrap();
    let seen = play.instance.changing_task(play.open()["u"]).map(|task| task.priority);
    assert_eq!((play.job_type("u"), seen), ("second".to_owned(), Some(80)), "the next listener sees the correction");
    assert!(!play.events.iter().any(|event| matches!(event, Event::TaskCreated { .. })), "nobody sees the task yet");
    play.complete("u", "{}");
    assert_eq!((details(&play).priority, details(&play).assignee), (80, Some("bob".into())));
}

#[test]
fn the_creation_of_a_task_cannot_be_denied_nor_the_models_assignee_be_corrected_there() {
    let process = listened(&[("creating", "first")], ANN);
    let mut play = Play::new(&process, "{}");
    let why = answer(&mut play, TaskAnswer::Deny("no".into())).unwrap_err();
    assert!(why.to_string().contains("cannot be denied"), "{why}");
    let other = TaskChanges { assignee: Some(Some("bob".into())), ..TaskChanges::default() };
    let why = answer(&mut play, TaskAnswer::Correct(other)).unwrap_err();
    assert!(why.to_string().contains("the model names an assignee"), "{why}");
}

#[test]
fn an_assignee_of_the_model_is_assigned_once_its_listeners_agree() {
    let process = listened(&[("assigning", "check")], ANN);
    let mut agreed = Play::new(&process, "{}");
    assert_eq!(details(&agreed).assignee, None, "created first");
    let mut denied = agreed.clone();
    agreed.complete("u", "{}");
    assert_eq!(details(&agreed).assignee, Some("ann".into()));
    answer(&mut denied, TaskAnswer::Deny("on leave".into())).unwrap();
    assert_eq!(details(&denied).assignee, None);
    assert!(denied.events.iter().any(|event| matches!(event, Event::TaskKept { why, .. } if why == "on leave")));
}

#[test]
fn a_denied_completion_leaves_the_task_as_it_was() {
    let process = listened(&[("completing", "check")], "");
    let mut play = Play::new(&process, "{}");
    let task = task_key(&play);
    let complete = |variables: &str| Input::CompleteTask { task, variables: serde_json::from_str(variables).unwrap() };
    play.input(complete(r#"{"ok":false}"#)).unwrap();
    let seen = play.instance.job_variables(play.open()["u"]).to_json().to_string();
    assert_eq!(seen, r#"{"ok":false}"#, "the listener sees what the task would be completed with");
    let busy = play.input(complete("{}")).unwrap_err();
    assert!(busy.to_string().contains("a listener has not answered yet"), "{busy}");
    answer(&mut play, TaskAnswer::Deny("the reason is missing".into())).unwrap();
    assert_eq!(play.variables(), "{}");
    assert_eq!(play.open().get("u"), Some(&task), "it is open again");
    play.input(complete(r#"{"ok":true}"#)).unwrap();
    play.complete("u", "{}");
    assert!(play.ended());
    assert_eq!(play.variables(), r#"{"ok":true}"#);
}

#[test]
fn changes_of_a_task_and_of_its_variables_ask_the_listeners_for_updating() {
    let process = listened(&[("updating", "check")], "");
    let mut play = Play::new(&process, "{}");
    let task = task_key(&play);
    let due = Some(Some(play.now));
    play.input(Input::UpdateTask { task, changes: TaskChanges { due, ..TaskChanges::default() } }).unwrap();
    assert_eq!(details(&play).due, None, "not before the listener agrees");
    play.complete("u", "{}");
    assert_eq!(details(&play).due, Some(play.now));
    let (scope, _) = play.instance.live_elements().last().unwrap();
    play.input(Input::SetVariables { scope, variables: Context::from_iter([("x", 1)]) }).unwrap();
    assert_eq!(play.job_type("u"), "check");
    assert!(play.instance.variables(scope).is_empty());
    play.complete("u", "{}");
    assert_eq!(play.instance.variables(scope).to_json().to_string(), r#"{"x":1}"#);
}

#[test]
fn an_interrupted_task_takes_its_pending_change_along() {
    let process = listened(&[("completing", "check")], "");
    let mut play = Play::new(&process, "{}");
    play.input(Input::CompleteTask { task: task_key(&play), variables: Context::default() }).unwrap();
    play.input(Input::Cancel).unwrap();
    assert!(play.ended() && play.names().is_empty());
}

/// A sub-process with a user task that listens to its end and a service task beside it; the clock interrupts the task, a message and an
/// error the sub-process.
fn interrupted() -> bpmn::Process {
    let heard = r#"<bpmn:userTask id="u"><bpmn:extensionElements><zeebe:userTask/><zeebe:taskListeners><zeebe:taskListener eventType="canceling" type="bye"/><zeebe:taskListener eventType="completing" type="check"/></zeebe:taskListeners></bpmn:extensionElements></bpmn:userTask>
        <bpmn:boundaryEvent id="t" attachedToRef="u"><bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"#;
    let inside =
        [heard, &task("b"), &task("late"), &path(&["s2", "u"]), &path(&["s2", "b"]), &path(&["t", "late"])].concat();
    let sub = format!(r#"<bpmn:subProcess id="sub"><bpmn:startEvent id="s2"/>{inside}</bpmn:subProcess>"#);
    let edge = r#"<bpmn:boundaryEvent id="m" attachedToRef="sub"><bpmn:messageEventDefinition messageRef="stop"/></bpmn:boundaryEvent>
        <bpmn:boundaryEvent id="x" attachedToRef="sub"><bpmn:errorEventDefinition/></bpmn:boundaryEvent>"#;
    let after = [task("stopped"), task("mend"), path(&["s", "sub"]), path(&["m", "stopped"]), path(&["x", "mend"])].concat();
    model(&[r#"<bpmn:startEvent id="s"/>"#, &sub, edge, &after].concat())
}

const ID: &str = r#"{"id":"7"}"#;

#[test]
fn an_interruption_takes_effect_when_the_listener_for_canceling_has_answered() {
    let process = interrupted();
    let mut play = Play::new(&process, ID);
    let task = task_key(&play);
    play.fire("t");
    assert_eq!((play.names(), play.job_type("u")), (vec!["b".into(), "m".into(), "u".into()], "bye".into()));
    let busy = play.input(Input::CompleteTask { task, variables: Context::default() }).unwrap_err();
    assert!(busy.to_string().contains("a listener has not answered yet"), "{busy}");
    assert!(play.instance.has_task(task), "its listener can look at it");
    play.complete("u", "{}");
    assert_eq!(play.names(), ["b", "late", "m"]);
    assert!(play.events.contains(&Event::TaskCancelled { task }));
}

#[test]
fn what_nobody_listens_to_ends_at_once_with_the_change_that_a_listener_was_asked_for() {
    let process = interrupted();
    let mut play = Play::new(&process, ID);
    play.input(Input::CompleteTask { task: task_key(&play), variables: Context::default() }).unwrap();
    assert_eq!(play.job_type("u"), "check");
    play.throw("b", "bad");
    assert_eq!(
        (play.names(), play.job_type("u")),
        (vec!["u".to_owned()], "bye".into()),
        "neither clock nor message nor worker"
    );
    play.complete("u", "{}");
    assert_eq!(play.names(), ["mend"]);
}

#[test]
fn the_end_of_a_task_is_neither_denied_nor_turned_into_an_error() {
    let process = interrupted();
    let mut play = Play::new(&process, ID);
    play.fire("t");
    let why = answer(&mut play, TaskAnswer::Deny("no".into())).unwrap_err();
    assert!(why.to_string().contains("can neither deny"), "{why}");
    let job = play.open()["u"];
    let thrown = Input::ThrowError { job, code: "bad".into(), message: "bad".into(), variables: Context::default() };
    assert_eq!(play.input(thrown), Err(why));
    play.input(Input::FailJob { job, retries: 0, message: "away".into(), retry_at: None }).unwrap();
    let incident = play.open()["incident u"];
    play.input(Input::SkipIncident { incident, variables: Context::default() }).unwrap();
    assert_eq!(play.names(), ["b", "late", "m"], "a stuck listener is passed over");
}

#[test]
fn an_interruption_around_another_takes_its_place_and_does_not_ask_twice() {
    let process = interrupted();
    let mut play = Play::new(&process, ID);
    play.fire("t");
    let job = play.open()["u"];
    play.message("m", "{}");
    assert_eq!(play.open(), [("u".to_owned(), job)].into());
    play.complete("u", "{}");
    assert_eq!(play.names(), ["stopped"], "what the clock wanted is gone with the sub-process");
}

#[test]
fn cancelling_asks_the_listeners_and_cancelling_again_does_not_wait_for_them() {
    let process = interrupted();
    let mut play = Play::new(&process, ID);
    play.input(Input::Cancel).unwrap();
    assert_eq!(play.names(), ["u"]);
    let mut again = play.clone();
    again.input(Input::Cancel).unwrap();
    play.complete("u", "{}");
    for ended in [play, again] {
        assert!(ended.ended() && ended.names().is_empty(), "{:?}", ended.names());
    }
}

#[test]
fn a_suspended_instance_asks_its_listeners_and_holds_what_waits_for_them() {
    let process = interrupted();
    let mut play = Play::new(&process, ID);
    play.input(Input::Suspend).unwrap();
    play.fire("t");
    play.complete("u", "{}");
    assert!(!play.names().contains(&"late".to_owned()), "{:?}", play.names());
    play.input(Input::Resume).unwrap();
    assert_eq!(play.names(), ["b", "late", "m"]);
}

#[test]
fn nothing_begins_in_what_is_being_interrupted_and_it_is_not_migrated() {
    let process = interrupted();
    let mut play = Play::new(&process, ID);
    play.throw("b", "bad");
    let start = vec![process.find("late").unwrap()];
    let refused = play.input(Input::Modify(Modification { start, ..Modification::default() })).unwrap_err();
    assert!(refused.to_string().contains("is being interrupted"), "{refused}");
    let same = Migration { version: 1, elements: Vec::new() };
    let against = migrate(&process, &process, &mut play.instance.clone(), &same, &play.cx(), &mut Vec::new()).unwrap_err();
    assert_eq!(against, [Obstacle::Interrupted { element: "sub".into() }]);
}

#[test]
fn many_listeners_are_asked_a_slice_at_a_time() {
    let items = r#"<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="=for i in 1..7 return i"/></bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics>"#;
    let heard = format!(
        r#"<bpmn:userTask id="u"><bpmn:extensionElements><zeebe:userTask/><zeebe:taskListeners><zeebe:taskListener eventType="canceling" type="bye"/></zeebe:taskListeners></bpmn:extensionElements>{items}</bpmn:userTask>"#
    );
    let process = model(&[r#"<bpmn:startEvent id="s"/>"#, &heard, &path(&["s", "u"])].concat());
    let mut play = Play::limited(&process, "{}", Limits { slice: 3, ..Limits::default() });
    while play.instance.wants_to_go_on() {
        play.input(Input::Continue).unwrap();
    }
    let asked = |play: &Play<'_>| play.events.iter().filter(|event| matches!(event, Event::JobCreated { .. })).count();
    play.input(Input::Cancel).unwrap();
    assert_eq!(asked(&play), 3);
    while play.instance.wants_to_go_on() {
        play.input(Input::Continue).unwrap();
    }
    assert_eq!(asked(&play), 7);
}
