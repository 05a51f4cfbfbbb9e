//! Which events somebody wants.

use units::Timestamp;

use super::CloudEvent;

/// Which events are wanted; what is not given does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    /// What it is about, such as `SO-17` or `user ann`; an order finds what belongs to it, too.
    pub(crate) subject: Option<String>,
    /// Who asked for it.
    pub(crate) actor: Option<String>,
    /// Its type such as `order.hold_placed`, or what that begins with, such as `order.`
    pub(crate) kind: Option<String>,
    /// Not before.
    pub(crate) from: Option<Timestamp>,
    /// Not after.
    pub(crate) to: Option<Timestamp>,
}

/// What of an event decides whether it is wanted.
#[derive(Debug, Clone, Default)]
pub(crate) struct About {
    kind: String,
    subject: String,
    order: Option<String>,
    actor: String,
    at: Timestamp,
}

impl About {
    /// Its type without prefix and version: `order.hold_placed`.
    pub(crate) fn kind(&self) -> &str {
        &self.kind
    }

    /// Events that have this in common are told in their order: those of an order, or of whatever else it is about.
    pub(crate) fn ordered_by(&self) -> &str {
        self.order.as_deref().unwrap_or(&self.subject)
    }

    pub(crate) fn of(event: &CloudEvent, at: Timestamp) -> Self {
        Self {
            kind: event.plain_kind().to_owned(),
            subject: event.subject.clone(),
            order: event.correlationid.clone(),
            actor: event.actor.clone(),
            at,
        }
    }
}

impl Filter {
    /// Whether every event is wanted.
    pub(crate) fn is_open(&self) -> bool {
        *self == Self::default()
    }

    /// Whether an event is wanted.
    pub(crate) fn takes(&self, event: &About) -> bool {
        let is = |wanted: &Option<String>, fits: &dyn Fn(&str) -> bool| wanted.as_deref().is_none_or(fits);
        is(&self.subject, &|wanted| event.is_about(wanted))
            && is(&self.kind, &|wanted| event.is_a(wanted))
            && self.takes_entry(&event.actor, event.at)
    }

    /// Whether an event of an entry may be wanted that this one asked for, at that time.
    pub(crate) fn takes_entry(&self, actor: &str, at: Timestamp) -> bool {
        self.actor.as_deref().is_none_or(|wanted| actor.eq_ignore_ascii_case(wanted))
            && self.from.is_none_or(|from| at >= from)
            && self.to.is_none_or(|to| at <= to)
    }

    /// Whether nothing that happens at that time or later is wanted.
    pub(crate) fn is_over(&self, at: Timestamp) -> bool {
        self.to.is_some_and(|to| at > to)
    }
}

impl About {
    /// `order SO-17` is `order SO-17` and `SO-17`; what belongs to that order is about it, too.
    fn is_about(&self, wanted: &str) -> bool {
        let wanted = wanted.trim();
        let name = self.subject.split_once(' ').map_or("", |(_, name)| name);
        let order = wanted.strip_prefix("order ").unwrap_or(wanted);
        self.subject.eq_ignore_ascii_case(wanted)
            || name.eq_ignore_ascii_case(wanted)
            || self.order.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(order))
    }

    /// `order.hold_placed` is `order.hold_placed`, `com.crossdock.order.hold_placed.v1` and `order.`
    fn is_a(&self, wanted: &str) -> bool {
        let plain = wanted.strip_prefix("com.crossdock.").map_or(wanted, |rest| rest.strip_suffix(".v1").unwrap_or(rest));
        self.kind == plain || plain.ends_with('.') && self.kind.starts_with(plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> About {
        About {
            kind: "invoice.released".to_owned(),
            subject: "invoice IN-3".to_owned(),
            order: Some("SO-17".to_owned()),
            actor: "ann".to_owned(),
            at: Timestamp(1_000),
        }
    }

    fn subject(subject: &str) -> bool {
        Filter { subject: Some(subject.to_owned()), ..Filter::default() }.takes(&event())
    }

    fn kind(kind: &str) -> bool {
        Filter { kind: Some(kind.to_owned()), ..Filter::default() }.takes(&event())
    }

    #[test]
    fn a_subject_is_found_by_its_name_and_what_belongs_to_an_order_by_the_order() {
        assert!(subject("invoice IN-3") && subject("IN-3") && subject("so-17") && subject("order SO-17"));
        assert!(!subject("IN-33") && !subject("SO-1") && !subject("invoice") && !subject(""));
    }

    #[test]
    fn a_type_is_found_whole_or_by_what_it_begins_with() {
        assert!(kind("invoice.released") && kind("com.crossdock.invoice.released.v1") && kind("invoice."));
        assert!(!kind("invoice") && !kind("released") && !kind("order."));
    }

    #[test]
    fn all_that_is_given_has_to_fit() {
        let between = |from, to| Filter { from: Some(Timestamp(from)), to: Some(Timestamp(to)), ..Filter::default() };
        assert!(between(1_000, 1_000).takes(&event()));
        assert!(!between(1_001, 2_000).takes(&event()) && !between(0, 999).takes(&event()));
        let by = |actor: &str| Filter { actor: Some(actor.to_owned()), ..between(0, 2_000) };
        assert!(by("Ann").takes(&event()) && !by("bob").takes(&event()));
    }
}
