//! Variables: each scope has its own, and sees those around it.

use std::collections::BTreeSet;

use bpmn::{Formula, Kind, Mapping, Process};
use feel::{Context, Scope, Value};
use units::Text;

use crate::instance::{Instance, Key, Live, ROOT};

/// The variables that are visible in a scope, innermost first. Nothing is copied.
pub(crate) struct Visible<'a> {
    pub(crate) instance: &'a Instance,
    pub(crate) scope: Key,
}

impl Scope for Visible<'_> {
    fn lookup(&self, name: &str) -> Option<Value> {
        let mut chain = self.instance.around(self.scope);
        chain.find_map(|live| live.variables.get(name)).cloned()
    }

    /// Instance and scope: two of them at the same moment draw different random numbers.
    fn salt(&self) -> u64 {
        self.instance.id.0.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ u64::from(self.scope)
    }
}

/// New variables in front of a scope that does not have them yet.
pub(crate) struct Before<'a> {
    pub(crate) new: &'a Context,
    pub(crate) behind: &'a dyn Scope,
}

impl Scope for Before<'_> {
    fn lookup(&self, name: &str) -> Option<Value> {
        self.new.get(name).cloned().or_else(|| self.behind.lookup(name))
    }

    /// Each variable that was made tells what comes after it from what came before.
    fn salt(&self) -> u64 {
        self.behind.salt().wrapping_add((self.new.len() as u64).rotate_left(48))
    }
}

impl Instance {
    /// A scope and those around it, innermost first.
    fn around(&self, scope: Key) -> impl Iterator<Item = &Live> {
        std::iter::successors(self.live(scope), |live| if live.key == live.scope { None } else { self.live(live.scope) })
    }

    /// The variables that a scope itself holds.
    pub fn variables(&self, scope: Key) -> Context {
        self.live(scope).map(|live| live.variables.clone()).unwrap_or_default()
    }

    /// The variables of the outermost scope; after the end they are the results.
    pub fn root_variables(&self) -> Context {
        self.variables(ROOT)
    }

    /// All variables that are visible in a scope.
    pub fn visible(&self, scope: Key) -> Context {
        let chain: Vec<&Live> = self.around(scope).collect();
        let mut visible = Context::default();
        for live in chain.into_iter().rev() {
            visible.merge(&live.variables);
        }
        visible
    }

    /// All variables that are visible to a job, task or incident.
    pub fn job_variables(&self, key: Key) -> Context {
        let Some(element) = self.owner(key) else { return Context::default() };
        let mut visible = self.visible(element);
        // the listeners of a task see what comes with its change
        if let Some(pending) = self.pending_change(element) {
            visible.merge(&pending.variables);
        }
        visible
    }

    /// The variables with which a called process begins.
    pub fn child_variables(&self, process: &Process, element: Key) -> Context {
        let Some(live) = self.live(element) else { return Context::default() };
        match &process.element(live.element).kind {
            Kind::Call(call) if call.propagate_parent => self.visible(element),
            _ => live.variables.clone(),
        }
    }

    /// Where variables that are set in a scope go: each to the innermost scope that has it, otherwise to the outermost.
    pub(crate) fn destinations(&self, scope: Key, variables: &Context) -> Vec<(Key, Context)> {
        let mut parts: Vec<(Key, Vec<(Text, Value)>)> = Vec::new();
        let holders = Holders::of(self, scope, variables.len());
        for (name, value) in variables {
            let holder = holders.find(name).unwrap_or(ROOT);
            let entry = (name.clone(), value.clone());
            match parts.iter_mut().find(|(key, _)| *key == holder) {
                Some((_, part)) => part.push(entry),
                None => parts.push((holder, vec![entry])),
            }
        }
        parts.into_iter().map(|(holder, part)| (holder, Context::from_iter(part))).collect()
    }
}

/// Who has a variable, among a scope and those around it.
enum Holders<'a> {
    /// For a few names, by a walk for each.
    Few(&'a Instance, Key),
    /// For many names, by an index of each scope, since the walks would take quadratic time.
    Many(Vec<(Key, BTreeSet<&'a str>)>),
}

impl<'a> Holders<'a> {
    /// Up to so many names a walk for each is faster.
    const FEW: usize = 32;

    fn of(instance: &'a Instance, scope: Key, names: usize) -> Self {
        if names <= Self::FEW {
            return Self::Few(instance, scope);
        }
        let names = |live: &'a Live| (live.key, live.variables.iter().map(|(name, _)| name.as_str()).collect());
        Self::Many(instance.around(scope).map(names).collect())
    }

    /// The innermost scope that has it.
    fn find(&self, name: &str) -> Option<Key> {
        match self {
            Self::Few(instance, scope) => {
                instance.around(*scope).find(|live| live.variables.contains(name)).map(|live| live.key)
            }
            Self::Many(scopes) => scopes.iter().find(|(_, names)| names.contains(name)).map(|(key, _)| *key),
        }
    }
}

/// How many variables may be set at once.
pub(crate) const MAX_NAMES: usize = 10_000;

/// Nothing, if there are few enough variables to be set at once; otherwise how many there are.
pub(crate) fn few_enough(variables: &Context) -> Result<(), usize> {
    if variables.len() > MAX_NAMES { Err(variables.len()) } else { Ok(()) }
}

/// What is said of too many variables.
pub(crate) fn too_many(names: usize) -> Text {
    Text::from(format!("there are {names} results, and at most {MAX_NAMES} variables can be set at once"))
}

/// How deep values may be nested: what is stored is cut off a little below that.
const MAX_DEPTH: usize = 100;

/// How large a value may be: its items, entries and characters. Values share their parts in memory, but not where they are stored.
const MAX_SIZE: usize = 4_000_000;

/// Nothing, if a value can be stored; otherwise why it cannot.
pub(crate) fn storable(value: &Value) -> Result<(), String> {
    let mut left = MAX_SIZE;
    measure(value, MAX_DEPTH, &mut left).map_err(|too| match too {
        Too::Alive => "a function or holds one, which cannot be kept in a variable".to_owned(),
        Too::Deep => format!("nested more than {MAX_DEPTH} levels deep: a loop puts it into itself again and again"),
        Too::Large => format!("larger than {MAX_SIZE} items and characters: a loop makes it grow, or it is no variable"),
    })
}

/// Why a value cannot be stored.
enum Too {
    Alive,
    Deep,
    Large,
}

fn measure(value: &Value, levels: usize, left: &mut usize) -> Result<(), Too> {
    let size = value.as_str().map_or(1, |text| text.len().max(1));
    *left = left.checked_sub(size).ok_or(Too::Large)?;
    let inside = || levels.checked_sub(1).ok_or(Too::Deep);
    match value {
        Value::List(items) => {
            let levels = inside()?;
            items.iter().try_for_each(|item| measure(item, levels, left))
        }
        Value::Context(context) => {
            let levels = inside()?;
            context.iter().try_for_each(|(_, value)| measure(value, levels, left))
        }
        Value::Function(_) => Err(Too::Alive),
        _ => Ok(()),
    }
}

/// What a formula gave, and the first reason if a part of it is null; or why it came to no end.
pub(crate) type Evaluated = Result<(Value, Option<Text>), Text>;

/// Where mappings lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// In: what they make is new, whatever is called so around.
    In,
    /// Out: entries are added to a variable that is there already.
    Out,
}

/// What mappings give, or why that cannot be kept. Later ones see what earlier ones made. Why one gives a null is told.
pub(crate) fn mapped(
    way: Way,
    mappings: &[Mapping],
    scope: &dyn Scope,
    evaluate: &dyn Fn(&Formula, &dyn Scope) -> Evaluated,
    tell: &dyn Fn(&Mapping, Text),
) -> Result<Context, Text> {
    let mut made = Context::default();
    for mapping in mappings {
        let target = || format!("the mapping to `{}`", mapping.target.join("."));
        let (value, why) = evaluate(&mapping.source, &Before { new: &made, behind: scope })
            .map_err(|why| Text::from(format!("{} cannot be computed: {why}", target())))?;
        if let Some(why) = why {
            tell(mapping, why);
        }
        let Some((name, inner)) = mapping.target.split_first() else { continue };
        let value = if inner.is_empty() {
            value
        } else {
            let around = || if way == Way::Out { scope.lookup(name) } else { None };
            let old = made.get(name).cloned().or_else(around);
            let old = old.and_then(|old| old.as_context().cloned()).unwrap_or_default();
            put(old, inner, value)
        };
        storable(&value).map_err(|why| Text::from(format!("{} gives a value {why}", target())))?;
        made.insert(name.clone(), value);
    }
    Ok(made)
}

fn put(mut context: Context, path: &[Text], value: Value) -> Value {
    if let Some((name, inner)) = path.split_first() {
        if inner.is_empty() {
            context.insert(name.clone(), value);
        } else {
            let nested = context.get(name).and_then(Value::as_context).cloned().unwrap_or_default();
            context.insert(name.clone(), put(nested, inner, value));
        }
    }
    Value::Context(context)
}
