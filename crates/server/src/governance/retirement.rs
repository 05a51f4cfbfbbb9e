//! Operations that go: since when they are deprecated (RFC 9745), until when they answer (RFC 8594), and what to use instead.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use units::Timestamp;

use super::operation::Operation;

/// That an operation goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Retirement {
    /// The HTTP method.
    pub(crate) method: &'static str,
    /// The path as a template.
    pub(crate) path: &'static str,
    /// Since when nobody should begin to use it; may be to come.
    pub(crate) deprecated: Timestamp,
    /// From when on it may no longer answer; `None` while that is open.
    pub(crate) sunset: Option<Timestamp>,
    /// The page that tells how to get along without it.
    pub(crate) guide: &'static str,
    /// The operation that takes its place, if it is one: its path.
    pub(crate) successor: Option<&'static str>,
}

/// All operations that go. Whoever takes an operation's place with another one adds a line here, and removes both after the sunset.
pub(crate) const RETIREMENTS: &[Retirement] = &[];

impl Retirement {
    /// What there is to say of an operation among these.
    pub(crate) fn find(all: &'static [Self], operation: &Operation) -> Option<&'static Self> {
        all.iter().find(|one| one.method == operation.method && one.path == operation.path)
    }

    /// Says it on an answer, whatever that is: whoever is refused should know as well.
    pub(crate) fn tell(&self, headers: &mut HeaderMap) {
        let deprecated = format!("@{}", self.deprecated.0.div_euclid(1_000));
        add(headers, HeaderName::from_static("deprecation"), &deprecated);
        if let Some(sunset) = self.sunset {
            add(headers, HeaderName::from_static("sunset"), &http_date(sunset));
            add(headers, header::LINK, &format!("<{}>; rel=\"sunset\"; type=\"text/html\"", self.guide));
        }
        add(headers, header::LINK, &format!("<{}>; rel=\"deprecation\"; type=\"text/html\"", self.guide));
        if let Some(successor) = self.successor {
            add(headers, header::LINK, &format!("<{successor}>; rel=\"successor-version\""));
        }
    }
}

fn add(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    // what the table says is visible ASCII
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.append(name, value);
    }
}

/// An instant as headers have it, such as `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).
fn http_date(at: Timestamp) -> String {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let day = at.day();
    let date = day.to_string();
    let mut parts = date.split('-');
    let (year, month, date) = (parts.next(), parts.next(), parts.next());
    let month = month.and_then(|month| month.parse::<usize>().ok()).and_then(|month| MONTHS.get(month.wrapping_sub(1)));
    let seconds = at.millis_since(day.start()).div_euclid(1_000);
    format!(
        "{}, {} {} {} {:02}:{:02}:{:02} GMT",
        DAYS[usize::from(day.weekday() % 7)],
        date.unwrap_or_default(),
        month.copied().unwrap_or_default(),
        year.unwrap_or_default(),
        seconds / 3_600,
        seconds / 60 % 60,
        seconds % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOING: &[Retirement] = &[Retirement {
        method: "GET",
        path: "/v1/orders",
        deprecated: Timestamp(1_688_169_599_000),
        sunset: Some(Timestamp(784_111_777_000)),
        guide: "/docs/guides/orders",
        successor: Some("/v2/orders"),
    }];

    #[test]
    fn an_operation_that_goes_says_since_and_until_when_and_where_to_read_on() {
        let operation = Operation::find("HEAD", "/v1/orders").unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(header::LINK, "</v1/orders?after=n1>; rel=\"next\"".parse().unwrap());
        Retirement::find(GOING, operation).unwrap().tell(&mut headers);
        // the examples of RFC 9745 §2.1 and RFC 9110 §5.6.7
        assert_eq!(headers["deprecation"], "@1688169599");
        assert_eq!(headers["sunset"], "Sun, 06 Nov 1994 08:49:37 GMT");
        let links: Vec<&str> = headers.get_all(header::LINK).iter().map(|link| link.to_str().unwrap()).collect();
        assert_eq!(
            links,
            [
                "</v1/orders?after=n1>; rel=\"next\"",
                "</docs/guides/orders>; rel=\"sunset\"; type=\"text/html\"",
                "</docs/guides/orders>; rel=\"deprecation\"; type=\"text/html\"",
                "</v2/orders>; rel=\"successor-version\"",
            ]
        );
    }

    #[test]
    fn what_stays_says_nothing_and_the_same_path_under_another_method_stays() {
        let other = Operation::find("POST", "/v1/orders").unwrap();
        assert_eq!(Retirement::find(GOING, other), None);
    }

    #[test]
    fn what_goes_is_an_operation_that_goes_after_it_was_deprecated() {
        for one in RETIREMENTS.iter().chain(GOING) {
            assert!(Operation::find(one.method, one.path).is_some(), "{one:?} is no operation");
        }
        for one in RETIREMENTS {
            assert!(one.sunset.is_none_or(|sunset| sunset > one.deprecated), "{one:?} ends before it is deprecated");
        }
    }
}
