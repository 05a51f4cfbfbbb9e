//! W3C Trace Context: what a call out of here carries on.

/// The `traceparent` of a call that belongs to a trace: the same trace, with a span of its own. Without a trace it begins one, which
/// nobody has asked to be recorded.
pub fn child(parent: Option<&str>) -> String {
    let span = rand::random::<u64>() | 1;
    let parts: Option<Vec<&str>> = parent.map(|parent| parent.split('-').collect());
    match parts.as_deref() {
        Some([_, trace, _, flags]) => format!("00-{trace}-{span:016x}-{flags}"),
        _ => format!("00-{:032x}-{span:016x}-00", rand::random::<u128>() | 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_belongs_to_the_trace_of_the_request_and_is_a_span_of_its_own() {
        let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let (one, other) = (child(Some(parent)), child(Some(parent)));
        assert!(one.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-") && one.ends_with("-01") && one.len() == 55, "{one}");
        assert!(one != other && one != parent);
        let new = child(None);
        assert!(new.len() == 55 && new.ends_with("-00"), "{new}");
    }
}
