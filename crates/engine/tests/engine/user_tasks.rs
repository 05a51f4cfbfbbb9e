//! User tasks: listeners correct and deny what happens to them.

use crate::play::{Play, model, path};
use engine::{Event, Input, TaskAnswer, TaskChanges, TaskDetails};
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
