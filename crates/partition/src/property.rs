//! The extension properties of elements that the product gives a meaning: what they are on, and what they may say.
//!
//! They are held against this list at deployment, since a misspelt one would be passed over in silence at run time, where authority
//! looks at the amount and the queue at the owner.

use bpmn::{Element, Kind};
use feel::{DaysDuration, Expression, Mode, Value};
use trade::Role;
use trade::exception::ExceptionKind;
use units::{Finding, Minutes, Severity};

use crate::content::of as about;

/// Makes a user task an exception of a type in the catalogue.
pub(crate) const EXCEPTION: &str = "crossdock:exception";
/// What is wrong, in words.
pub(crate) const REASON: &str = "crossdock:reason";
/// The case that it belongs to: exceptions of one case are one to people.
pub(crate) const CASE: &str = "crossdock:case";
/// Money at stake, which limits of authority look at.
pub(crate) const AMOUNT: &str = "crossdock:amount";
/// The role that owns it, if it is not that of the catalogue.
pub(crate) const OWNER: &str = "crossdock:owner";
/// How bad it is, if not as the catalogue says.
pub(crate) const SEVERITY: &str = "crossdock:severity";
/// In how much of the owner's working time somebody should have looked, by ISO 8601.
pub(crate) const RESPOND: &str = "crossdock:respond";
/// In how much of the owner's working time it should be resolved, by ISO 8601.
pub(crate) const RESOLVE: &str = "crossdock:resolve";
/// A called process goes on when its caller has ended.
pub(crate) const OUTLIVES_CALLER: &str = "crossdock:outlives-caller";

const ON_TASKS: [&str; 8] = [EXCEPTION, REASON, CASE, AMOUNT, OWNER, SEVERITY, RESPOND, RESOLVE];
/// Read with the model of a job.
const ON_JOBS: [&str; 2] = ["crossdock:priority", "crossdock:backoff"];
const ON_PROCESSES: [&str; 1] = [OUTLIVES_CALLER];

/// What a property that is not computed names, by the name that it has in JSON.
pub(crate) fn named<T: serde::de::DeserializeOwned>(name: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::from(name)).ok()
}

/// What is wrong with the properties of a process: errors, which cannot be run, and what nobody reads.
pub(crate) fn findings(process: &bpmn::Process) -> (Vec<Finding>, Vec<Finding>) {
    let (mut errors, mut warnings) = (Vec::new(), Vec::new());
    for (_, element) in process.elements() {
        for (name, value) in element.properties().filter(|(name, _)| name.starts_with("crossdock:")) {
            let read = of(element);
            if !read.contains(&name) {
                let mend = match read {
                    [] => "remove it: elements of this kind have none".to_owned(),
                    _ => format!("use one of {}, or remove it", read.join(", ")),
                };
                let cause = format!("nobody reads the property `{name}` here");
                warnings.push(about(element, Severity::Warning, cause, mend));
            } else if let Some((cause, mend)) = wrong(name, value) {
                errors.push(about(element, Severity::Error, cause, mend));
            }
        }
        let is_exception = element.property(EXCEPTION).is_some();
        if matches!(element.kind, Kind::UserTask(_)) && !is_exception && element.property(AMOUNT).is_some() {
            let cause = format!("the task is no exception, so that nobody's limit is held against the `{AMOUNT}`");
            warnings.push(about(element, Severity::Warning, cause, format!("name its type in `{EXCEPTION}`")));
        }
    }
    (errors, warnings)
}

/// The properties that are read of an element.
fn of(element: &Element) -> &'static [&'static str] {
    match &element.kind {
        Kind::UserTask(_) => &ON_TASKS,
        Kind::Job(_) => &ON_JOBS,
        Kind::AdHoc(ad_hoc) if ad_hoc.job.is_some() => &ON_JOBS,
        Kind::Process => &ON_PROCESSES,
        _ => &[],
    }
}

/// Why a value cannot be meant, and what would do.
fn wrong(name: &str, value: &str) -> Option<(String, String)> {
    if let Some(expression) = value.strip_prefix('=') {
        let error = Expression::parse(expression, Mode::Camunda).err()?;
        return Some((format!("the property `{name}` cannot be read: {error}"), "mend the expression".to_owned()));
    }
    let (what, known) = match name {
        EXCEPTION if named::<ExceptionKind>(value).is_none() => {
            ("type of exception", format!("use one of {}", names(&ExceptionKind::ALL)))
        }
        OWNER if named::<Role>(value).is_none() => ("role", format!("use one of {}", names(&ROLES))),
        SEVERITY if named::<trade::exception::Severity>(value).is_none() => {
            ("severity", format!("use one of {}", names(&SEVERITIES)))
        }
        RESPOND | RESOLVE if working_time(&Value::from(value)).is_none() => {
            ("time", "write a duration of days, hours and minutes above zero, such as PT8H".to_owned())
        }
        AMOUNT if value.parse::<units::Decimal>().is_err() => ("number", "write a number, or an expression".to_owned()),
        OUTLIVES_CALLER if !matches!(value, "true" | "false") => ("yes or no", "write true or false".to_owned()),
        _ => return None,
    };
    Some((format!("the property `{name}` is `{value}`, which is no {what}"), known))
}

/// The longest time that an exception may be given: ten years.
const LONGEST: i64 = 10 * 366 * 24 * 60;

/// How much working time a value gives: a duration of days and time, or the text of one. `None` for what is none, zero, negative or endless.
pub(crate) fn working_time(value: &Value) -> Option<Minutes> {
    let duration = match value {
        Value::DaysDuration(duration) => *duration,
        Value::String(text) => match feel::iso_duration(text)? {
            (0, nanoseconds) => DaysDuration::from_nanoseconds(nanoseconds),
            _ => return None,
        },
        _ => return None,
    };
    let minutes = duration.milliseconds()? / 60_000;
    (1..=LONGEST).contains(&minutes).then_some(Minutes(minutes))
}

const SEVERITIES: [trade::exception::Severity; 4] = [
    trade::exception::Severity::Low,
    trade::exception::Severity::Medium,
    trade::exception::Severity::High,
    trade::exception::Severity::Critical,
];

/// Roles that own exceptions.
const ROLES: [Role; 9] = [
    Role::Sales,
    Role::Warehouse,
    Role::CreditClerk,
    Role::CreditManager,
    Role::Director,
    Role::Receivables,
    Role::Operations,
    Role::Admin,
    Role::Compliance,
];

fn names(all: &[impl serde::Serialize]) -> String {
    let name = |one| serde_json::to_value(one).ok()?.as_str().map(str::to_owned);
    all.iter().filter_map(name).collect::<Vec<_>>().join(", ")
}
