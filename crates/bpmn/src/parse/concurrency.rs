//! Which places can hold tokens at the same time, as far as the shape of the model tells; joins for which that cannot be
//! are found before anything runs.
//!
//! The answer errs on the side of yes: conditions are not looked at. So what is called impossible is impossible.

use super::{Draft, Reader};
use crate::{Element, Flow, Kind};

/// Models with more places than this are not looked at: the relation grows with the square.
const MAX_PLACES: usize = 3_000;

/// Pairs of places (flows, then elements) that can hold tokens at the same time.
struct Concurrency {
    places: usize,
    together: Vec<bool>,
    open: Vec<(usize, usize)>,
}

impl Concurrency {
    fn add(&mut self, one: usize, other: usize) {
        let at = one * self.places + other;
        if let Some(flag @ false) = self.together.get_mut(at) {
            *flag = true;
            self.open.push((one, other));
            self.add(other, one);
        }
    }

    fn holds(&self, one: usize, other: usize) -> bool {
        self.together.get(one * self.places + other) == Some(&true)
    }
}

impl<'a, 'x> Reader<'a, 'x> {
    /// Refuses parallel gateways that wait for tokens which can never be there together.
    pub(super) fn joins(&mut self, draft: &Draft<'a, 'x>, flows: &[Flow]) {
        let joins = |element: &Element| matches!(element.kind, Kind::Parallel) && element.incoming.len() > 1;
        let places = flows.len() + draft.elements.len();
        if places > MAX_PLACES || !draft.elements.iter().any(joins) {
            return;
        }
        let relation = concurrency(draft, flows, places);
        for (element, node) in draft.elements.iter().zip(&draft.nodes).filter(|(element, _)| joins(element)) {
            let pairs = element.incoming.iter().enumerate().flat_map(|(place, one)| {
                element.incoming.iter().skip(place + 1).map(move |other| (usize::from(one.0), usize::from(other.0)))
            });
            let never = pairs.into_iter().find(|(one, other)| !relation.holds(*one, *other));
            if let Some((Some(one), Some(other))) = never.map(|(one, other)| (flows.get(one), flows.get(other))) {
                let cause = format!(
                    "the join can never fire: no two tokens come by `{}` and `{}` of the same split",
                    one.id, other.id
                );
                self.forbid(*node, cause, "join with an exclusive gateway, or split with a parallel one");
            }
        }
    }
}

fn concurrency(draft: &Draft<'_, '_>, flows: &[Flow], places: usize) -> Concurrency {
    let element_place = |index: usize| flows.len() + index;
    let mut relation = Concurrency { places, together: vec![false; places * places], open: Vec::new() };
    // where a token goes from a place
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); places];
    for (index, flow) in flows.iter().enumerate() {
        next[index].push(element_place(usize::from(flow.target.0)));
    }
    let ad_hoc = |element: &Element| {
        draft.elements.get(usize::from(element.scope.0)).is_some_and(|scope| matches!(scope.kind, Kind::AdHoc(_)))
    };
    for (index, element) in draft.elements.iter().enumerate() {
        let here = element_place(index);
        let outgoing: Vec<usize> = element.outgoing.iter().map(|flow| usize::from(flow.0)).collect();
        next[here].extend(&outgoing);
        if let Kind::LinkThrow(target) = element.kind {
            next[here].push(element_place(usize::from(target.0)));
        }
        if !matches!(element.kind, Kind::Exclusive(_) | Kind::EventBased) {
            for (place, one) in outgoing.iter().enumerate() {
                outgoing.iter().skip(place + 1).for_each(|other| relation.add(*one, *other));
            }
        }
        for boundary in &element.boundaries {
            let boundary = usize::from(boundary.0);
            next[here].push(element_place(boundary));
            let beside = draft.elements.get(boundary).map(|boundary| &boundary.kind);
            if matches!(beside, Some(Kind::Boundary { interrupting: false, .. })) {
                relation.add(here, element_place(boundary));
                // it may go off more than once
                relation.add(element_place(boundary), element_place(boundary));
            }
        }
        // inside of an ad-hoc sub-process anything may run beside anything, and more than once
        if ad_hoc(element) {
            for (other, _) in draft.elements.iter().enumerate().filter(|(_, other)| other.scope == element.scope) {
                relation.add(here, element_place(other));
            }
        }
    }
    while let Some((one, other)) = relation.open.pop() {
        for target in next.get(one).into_iter().flatten() {
            relation.add(*target, other);
        }
    }
    relation
}
