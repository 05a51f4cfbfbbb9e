//! Pages of lists: opaque cursors, stable order.

use axum::http::{HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use partition::row::Column;
use partition::{AnyState, Row, RowKey, Table};
use serde::Serialize;
use store::{Reader, RowQuery};

use crate::problem::Problem;
use crate::readers::decode;

/// How many entries a page has unless the caller says otherwise.
const DEFAULT_LIMIT: usize = 50;
/// Rows that are looked at together where many may be left out.
pub(crate) const CHUNK: usize = 500;
/// Rows that are looked at for a page: one on which little is shown ends early rather than keep others from reading.
pub(crate) const LOOKED_AT: usize = 5_000;
/// How many it may have at most.
const MAX_LIMIT: usize = 500;

/// A page of a list.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Page<T> {
    /// The entries.
    pub(crate) items: Vec<T>,
    /// Where the next page starts: give it as `after`. Absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
    /// How many entries there are on all pages; on the first page of lists that are counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) total: Option<Total>,
}

/// How many entries a list has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(crate) struct Total {
    /// So many, or at least so many.
    count: u64,
    /// There are more: counting ends at 1,000.
    is_capped: bool,
}

impl Total {
    /// Where counting ends.
    const MOST: usize = 1_000;

    pub(crate) fn of(reader: &mut dyn Reader, query: &RowQuery) -> Result<Self, Problem> {
        let found = reader.count_up_to(query, Self::MOST + 1)?;
        let most = Self::MOST as u64;
        Ok(Self { count: found.min(most), is_capped: found > most })
    }
}

impl<T> Page<T> {
    pub(crate) fn of(items: Vec<T>, next: Option<String>) -> Self {
        Self { items, next, total: None }
    }
}

/// Where the next page starts.
#[derive(Debug, Clone)]
struct Next(String);

/// A list with a place where it goes on.
pub(crate) trait Continued: Serialize {
    /// The cursor of the next page.
    fn next(&self) -> Option<&str>;
}

impl<T: Serialize> Continued for Page<T> {
    fn next(&self) -> Option<&str> {
        self.next.as_deref()
    }
}

/// A page as it is sent; [`link`] puts the address of the next one on it. Writing a long one takes a while, which is not to be spent where
/// requests are taken: see [`Readers::list`](crate::readers::Readers::list).
pub(crate) struct Listed {
    next: Option<Next>,
    json: Result<Vec<u8>, serde_json::Error>,
}

impl Listed {
    pub(crate) fn of(page: &impl Continued) -> Self {
        Self { next: page.next().map(|next| Next(next.to_owned())), json: serde_json::to_vec(page) }
    }
}

impl IntoResponse for Listed {
    fn into_response(self) -> Response {
        let json = match self.json {
            Ok(json) => json,
            Err(error) => {
                return Problem::new("internal", format!("the page could not be written: {error}")).into_response();
            }
        };
        let mut response = ([(header::CONTENT_TYPE, "application/json")], json).into_response();
        if let Some(next) = self.next {
            response.extensions_mut().insert(next);
        }
        response
    }
}

/// Tells the address of the next page in a `Link` header (RFC 8288): that of this one with another `after`.
pub(crate) fn link(uri: &Uri, response: &mut Response) {
    let Some(Next(next)) = response.extensions_mut().remove::<Next>() else { return };
    let kept = uri.query().unwrap_or_default().split('&').filter(|part| !part.is_empty() && !part.starts_with("after="));
    let query: Vec<&str> = kept.collect();
    let and = if query.is_empty() { "" } else { "&" };
    let link = format!("<{}?{}{and}after={next}>; rel=\"next\"", uri.path(), query.join("&"));
    if let Ok(link) = HeaderValue::from_str(&link) {
        response.headers_mut().append(header::LINK, link);
    }
}

/// Refuses a status that nothing can have: an empty list would be taken for the truth.
pub(crate) fn check_status(status: Option<&str>, known: &[&str]) -> Result<(), Problem> {
    check_word("status", status, known)
}

/// Refuses a filter for a word that nothing can have.
pub(crate) fn check_word(name: &str, given: Option<&str>, known: &[&str]) -> Result<(), Problem> {
    match given {
        Some(given) if !known.contains(&given) => {
            Err(Problem::new("invalid", format!("{name} is `{given}`: use one of {}", known.join(", "))))
        }
        _ => Ok(()),
    }
}

/// How many entries a page is to have.
pub(crate) fn limit_of(asked: Option<usize>) -> Result<usize, Problem> {
    let limit = asked.unwrap_or(DEFAULT_LIMIT);
    if limit == 0 || limit > MAX_LIMIT {
        return Err(Problem::new("invalid", format!("limit is {limit}: a page has 1 to {MAX_LIMIT} entries")));
    }
    Ok(limit)
}

/// Reads a page of a table as [`read`] does, of which every row is shown, and on the first page says how many there are.
pub(crate) fn counted<T>(
    reader: &mut dyn Reader,
    table: Table,
    filters: &[(Column, Option<&str>)],
    after: Option<&str>,
    limit: Option<usize>,
    show: impl FnMut(&RowKey, &Row, AnyState) -> Option<T>,
) -> Result<Page<T>, Problem> {
    counted_rows(reader, filtered(table, filters), after, limit, show)
}

/// The same for rows that a query describes.
pub(crate) fn counted_rows<T>(
    reader: &mut dyn Reader,
    query: RowQuery,
    after: Option<&str>,
    limit: Option<usize>,
    show: impl FnMut(&RowKey, &Row, AnyState) -> Option<T>,
) -> Result<Page<T>, Problem> {
    let total = if after.is_none() { Some(Total::of(reader, &query)?) } else { None };
    let page = rows(reader, query, after, limit, show)?;
    Ok(Page { total, ..page })
}

/// All rows of a table that fit what is given of the filters.
pub(crate) fn filtered(table: Table, filters: &[(Column, Option<&str>)]) -> RowQuery {
    let given = filters.iter().filter_map(|(column, value)| Some((*column, (*value)?)));
    given.fold(RowQuery::table(table), |query, (column, value)| query.is(column, value))
}

/// Reads a page of a table, the newest first for what we number. What is not shown takes no place on it.
pub(crate) fn read<T>(
    reader: &mut dyn Reader,
    table: Table,
    filters: &[(Column, Option<&str>)],
    after: Option<&str>,
    limit: Option<usize>,
    show: impl FnMut(&RowKey, &Row, AnyState) -> Option<T>,
) -> Result<Page<T>, Problem> {
    rows(reader, filtered(table, filters), after, limit, show)
}

/// Reads a page of what a query describes, as [`read`] does.
pub(crate) fn rows<T>(
    reader: &mut dyn Reader,
    query: RowQuery,
    after: Option<&str>,
    limit: Option<usize>,
    mut show: impl FnMut(&RowKey, &Row, AnyState) -> Option<T>,
) -> Result<Page<T>, Problem> {
    let table = query.table;
    let limit = limit_of(limit)?;
    // one more than is shown tells whether there is another page
    let mut asked = limit + 1;
    let newest_first = table.is_chronological();
    let mut query = if newest_first { query.limit(asked).descending() } else { query.limit(asked) };
    if let Some(after) = after {
        let key = parse_cursor(table, after)?;
        query = match (newest_first, &query.before, &query.after) {
            (true, Some(before), _) if *before <= key => query,
            (false, _, Some(after)) if *after >= key => query,
            (true, ..) => query.before(key),
            (false, ..) => query.after(key),
        };
    }
    let mut items = Vec::with_capacity(limit);
    let mut last_shown = None;
    let mut looked_at = 0;
    loop {
        let rows = reader.rows(&query)?;
        looked_at += rows.len();
        for (key, row) in &rows {
            let Some(item) = show(key, row, decode(table, key, &row.data)?) else { continue };
            if items.len() == limit {
                return Ok(Page::of(items, last_shown));
            }
            items.push(item);
            last_shown = Some(cursor(table, key));
        }
        let Some((last, _)) = rows.last().filter(|_| rows.len() == asked) else { return Ok(Page::of(items, None)) };
        if looked_at >= LOOKED_AT {
            return Ok(Page::of(items, Some(cursor(table, last))));
        }
        // where much is left out, small steps would take long
        asked = asked.max(CHUNK);
        query = if newest_first { query.before(last.clone()) } else { query.after(last.clone()) }.limit(asked);
    }
}

/// Reads a page of rows of a numbered table whose keys are known, the newest first, as [`read`] would; it ends early where little is shown.
pub(crate) fn of_keys<T>(
    table: Table,
    newest_first: impl Iterator<Item = RowKey>,
    after: Option<&str>,
    limit: Option<usize>,
    mut show: impl FnMut(&RowKey) -> Result<Option<T>, Problem>,
) -> Result<Page<T>, Problem> {
    let limit = limit_of(limit)?;
    let before = after.map(|after| parse_cursor(table, after)).transpose()?;
    let mut items = Vec::new();
    let (mut last_shown, mut last_looked_at) = (None, None);
    let behind = newest_first.filter(|key| before.as_ref().is_none_or(|before| key < before));
    for (looked_at, key) in behind.enumerate() {
        if looked_at >= LOOKED_AT {
            return Ok(Page::of(items, last_looked_at));
        }
        last_looked_at = Some(cursor(table, &key));
        let Some(item) = show(&key)? else { continue };
        if items.len() == limit {
            return Ok(Page::of(items, last_shown));
        }
        items.push(item);
        last_shown = Some(cursor(table, &key));
    }
    Ok(Page::of(items, None))
}

fn cursor(table: Table, key: &RowKey) -> String {
    crate::cursor::sealed(&format!("{table:?}"), &place(key))
}

/// A key as a cursor has it.
pub(crate) fn place(key: &RowKey) -> String {
    match key {
        RowKey::Number(number) => format!("n{number}"),
        RowKey::Text(text) => text.bytes().fold(String::from("t"), |hex, byte| hex + &format!("{byte:02x}")),
    }
}

fn parse_cursor(table: Table, cursor: &str) -> Result<RowKey, Problem> {
    parse_place(table, crate::cursor::opened(&format!("{table:?}"), cursor)?)
}

/// The key that a cursor has.
pub(crate) fn parse_place(table: Table, cursor: &str) -> Result<RowKey, Problem> {
    let wrong = || Problem::new("invalid", "after is not a cursor of this list: take `next` of the page before");
    let key = if table.is_numbered() {
        let number = cursor.strip_prefix('n').and_then(|number| number.parse().ok());
        number.filter(|number| *number <= crate::resource::MAX_NUMBER).map(RowKey::Number)
    } else {
        cursor.strip_prefix('t').filter(|hex| hex.is_ascii() && hex.len() % 2 == 0).and_then(|hex| {
            let bytes = (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[at * 2..at * 2 + 2], 16).ok());
            String::from_utf8(bytes.collect::<Option<Vec<u8>>>()?).ok().map(RowKey::Text)
        })
    };
    key.ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use trade::Kind;

    #[test]
    fn known_keys_are_paged_like_a_table() {
        let table = Table::Trade(Kind::Invoice);
        let keys = || [9, 7, 4, 2].map(RowKey::Number).into_iter();
        let page = |after: Option<&str>| {
            let shown = |key: &RowKey| Ok((*key != RowKey::Number(7)).then(|| key.clone()));
            of_keys(table, keys(), after, Some(2), shown).unwrap()
        };
        let first = page(None);
        assert_eq!(first.items, vec![RowKey::Number(9), RowKey::Number(4)]);
        let second = page(first.next.as_deref());
        assert_eq!((second.items, second.next), (vec![RowKey::Number(2)], None));
        assert!(of_keys(table, keys(), Some("x"), None, |_| Ok(Some(()))).is_err());
        assert!(of_keys(table, keys(), None, Some(0), |_| Ok(Some(()))).is_err());
    }

    #[test]
    fn a_cursor_reads_back_and_rubbish_is_refused() {
        for (table, key) in [
            (Table::Trade(Kind::Order), RowKey::Number(17)),
            (Table::Trade(Kind::Stock), RowKey::Text("A\u{1f}EAST".to_owned())),
        ] {
            assert_eq!(parse_cursor(table, &cursor(table, &key)).unwrap(), key);
            for rubbish in ["", "x", "n", "n18446744073709551615", "t1", "tzz", "té"] {
                assert!(parse_cursor(table, rubbish).is_err(), "{rubbish}");
            }
        }
    }
}
