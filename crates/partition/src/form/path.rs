//! Where a value is in what a form is filled in with.

use std::fmt;

use serde_json::{Map, Value as Json};

/// One step on the way to a value.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Name(String),
    Item(usize),
}

/// The way from the variables to a value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Path(Vec<Step>);

impl Path {
    /// Further down, by the names that a key or a path joins with points.
    pub(super) fn named(&self, names: &str) -> Self {
        let names = names.split('.').filter(|name| !name.is_empty()).map(|name| Step::Name(name.to_owned()));
        Self(self.0.iter().cloned().chain(names).collect())
    }

    /// Into an item of the list that is there.
    pub(super) fn item(&self, index: usize) -> Self {
        Self(self.0.iter().cloned().chain([Step::Item(index)]).collect())
    }

    /// The value that is there.
    pub(super) fn get<'v>(&self, whole: &'v Json) -> Option<&'v Json> {
        self.0.iter().try_fold(whole, |value, step| match step {
            Step::Name(name) => value.get(name),
            Step::Item(index) => value.get(index),
        })
    }

    /// The name of the variable in which it lies.
    pub(super) fn first(&self) -> Option<&str> {
        match self.0.first()? {
            Step::Name(name) => Some(name),
            Step::Item(_) => None,
        }
    }

    /// Puts a value there, in contexts that are made where there are none. In items that are not there nothing can be.
    pub(super) fn put(&self, whole: &mut Json, value: Json) {
        let place = self.0.iter().try_fold(whole, |around, step| match step {
            Step::Name(name) => {
                if !around.is_object() {
                    *around = Json::Object(Map::new());
                }
                around.as_object_mut().map(|entries| entries.entry(name.as_str()).or_insert(Json::Null))
            }
            Step::Item(index) => around.get_mut(index),
        });
        if let Some(place) = place {
            *place = value;
        }
    }

    /// Takes away what is there.
    pub(super) fn remove(&self, whole: &mut Json) {
        let Some((Step::Name(last), before)) = self.0.split_last() else { return };
        let around = before.iter().try_fold(whole, |value, step| match step {
            Step::Name(name) => value.get_mut(name),
            Step::Item(index) => value.get_mut(index),
        });
        if let Some(entries) = around.and_then(Json::as_object_mut) {
            entries.shift_remove(last);
        }
    }
}

/// As a JSON pointer (RFC 6901) into a request that has the values as `variables`.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("/variables")?;
        self.0.iter().try_for_each(|step| match step {
            Step::Name(name) => write!(f, "/{}", name.replace('~', "~0").replace('/', "~1")),
            Step::Item(index) => write!(f, "/{index}"),
        })
    }
}

/// What is known, with what was submitted laid over it, entry within entry.
pub(super) fn laid_over(known: &Json, submitted: &Json) -> Json {
    let (Json::Object(known), Json::Object(submitted)) = (known, submitted) else { return submitted.clone() };
    let mut both: Map<String, Json> = known.clone();
    for (name, value) in submitted {
        let value = known.get(name).map_or_else(|| value.clone(), |below| laid_over(below, value));
        both.insert(name.clone(), value);
    }
    Json::Object(both)
}
