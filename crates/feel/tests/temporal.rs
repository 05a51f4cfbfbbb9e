//! Dates, times and durations: literals, properties, arithmetic, and the functions that make them.

mod support;

use feel::{Mode, Value};
use support::{evaluate, nulls, refusals, table};

#[test]
fn literals_of_every_temporal_type_are_read() {
    table(&[
        (r#"@"2026-11-23""#, "2026-11-23"),
        (r#"@"-0044-03-15""#, "-0044-03-15"),
        (r#"@"999999999-12-31""#, "999999999-12-31"),
        (r#"@"10:30:00""#, "10:30:00"),
        (r#"@"10:30:00.125+05:30""#, "10:30:00.125+05:30"),
        (r#"@"10:30:00@Europe/Paris""#, "10:30:00@Europe/Paris"),
        (r#"@"10:30:00@Etc/UTC""#, "10:30:00@Etc/UTC"),
        (r#"@"2026-11-23T10:30:00""#, "2026-11-23T10:30:00"),
        (r#"@"2026-11-23T10:30:00Z""#, "2026-11-23T10:30:00Z"),
        (r#"@"2026-11-23T10:30:00@Australia/Melbourne""#, "2026-11-23T10:30:00@Australia/Melbourne"),
        (r#"@"P1DT2H3M4.5S""#, "P1DT2H3M4.5S"),
        (r#"@"-P1Y2M""#, "-P1Y2M"),
        (r#"@"P14M""#, "P1Y2M"),
    ]);
}

#[test]
fn a_date_or_time_of_a_literal_is_a_constant() {
    for (text, is_constant) in [
        (r#"date("2025-01-01")"#, true),
        (r#"time(from: "10:00:00")"#, true),
        (r#"date and time("2025-01-01T00:00:00Z")"#, true),
        (r#"duration("P1D")"#, true),
        (r#"[date("2025-01-01")..date("2025-01-02")]"#, true),
        (r#"date("tomorrow")"#, false),
        (r#"date(x)"#, false),
        (r#"upper case("a")"#, false),
    ] {
        let parsed = feel::Expression::parse(text, Mode::Camunda).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(parsed.constant().is_some(), is_constant, "{text}");
    }
}

#[test]
fn the_hour_that_comes_twice_in_autumn_is_added_and_converted_through() {
    let first = r#"@"2025-10-26T02:30:00@Europe/Berlin""#;
    table(&[
        (&format!("{first} + @\"PT1H\" = {first}"), "false"),
        (&format!("{first} + @\"PT1H\" > {first}"), "true"),
        (&format!("({first} + @\"PT1H\") - {first}"), "PT1H"),
        (&format!("{first} + @\"PT1H\" + @\"PT1H\""), "2025-10-26T03:30:00@Europe/Berlin"),
        (&format!("{first} + @\"PT1H\" - @\"PT1H\" = {first}"), "true"),
        (&format!("({first} + @\"PT1H\").time offset"), "PT1H"),
        (r#"(@"2025-10-26T01:30:00@Europe/Berlin" + @"PT2H") - @"2025-10-26T01:30:00@Europe/Berlin""#, "PT2H"),
        (r#"date and time(@"2025-10-26T01:30:00Z", "Europe/Berlin") = @"2025-10-26T01:30:00Z""#, "true"),
        (r#"date and time(@"2025-10-26T00:30:00Z", "Europe/Berlin") = @"2025-10-26T00:30:00Z""#, "true"),
        (
            r#"string(date and time(@"2025-10-26T01:30:00Z", "Europe/Berlin"))"#,
            r#""2025-10-26T02:30:00+01:00[Europe/Berlin]""#,
        ),
    ]);
}

#[test]
fn a_region_in_brackets_is_read_and_the_offset_before_it_tells_the_moment() {
    table(&[
        (r#"date and time("2018-04-29T09:30:00+02:00[Europe/Berlin]")"#, "2018-04-29T09:30:00@Europe/Berlin"),
        (r#"@"2018-04-29T09:30:00+02:00[Europe/Berlin]""#, "2018-04-29T09:30:00@Europe/Berlin"),
        (r#"@"2018-04-29T07:30:00Z[Europe/Berlin]""#, "2018-04-29T09:30:00@Europe/Berlin"),
        (r#"@"2018-04-29T09:30:00[Europe/Berlin]""#, "2018-04-29T09:30:00@Europe/Berlin"),
        (r#"@"2025-10-26T02:30:00+02:00[Europe/Berlin]" = @"2025-10-26T00:30:00Z""#, "true"),
        (r#"@"2025-10-26T02:30:00+01:00[Europe/Berlin]" = @"2025-10-26T01:30:00Z""#, "true"),
        (r#"time("10:00:00+01:00[Europe/Berlin]")"#, "10:00:00@Europe/Berlin"),
        (r#"@"10:00:00Z[Etc/UTC]""#, "10:00:00@Etc/UTC"),
    ]);
    nulls(&[
        (r#"date and time("2018-04-29T09:30:00+02:00[Nowhere]")"#, "is not a date and time"),
        (r#"date and time("2018-04-29T09:30:00+02:00[Europe/Berlin")"#, "is not a date and time"),
        (r#"date and time("2018-04-29T09:30:00@Europe/Paris[Europe/Berlin]")"#, "is not a date and time"),
        (r#"date and time("2018-04-29T09:30:00[+02:00]")"#, "is not a date and time"),
    ]);
}

#[test]
fn what_is_no_date_is_refused_by_camunda_and_null_in_the_standard() {
    let expected = "line 1, column 2: expected a date, time or duration as ISO 8601 writes it, found the text \"foo\"";
    refusals(Mode::Camunda, &[(r#"@"foo""#, expected)]);
    let evaluation = evaluate(r#"@"foo""#, Mode::Standard);
    assert_eq!(evaluation.value, Value::Null);
    assert!(evaluation.warnings[0].reason.contains("`foo` is no date, time or duration"));
}

#[test]
fn properties_tell_the_parts() {
    table(&[
        (r#"date("2018-12-10").year"#, "2018"),
        (r#"date("2018-12-10").weekday"#, "1"),
        (r#"date("2018-12-09").weekday"#, "7"),
        (r#"date and time("2018-12-10T10:30:01.5").second"#, "1.5"),
        (r#"date and time("2018-12-10").hour"#, "0"),
        (r#"@"2018-12-10T10:30:00+05:00".time offset"#, "PT5H"),
        (r#"@"2018-12-10T10:30:00".time offset"#, "null"),
        (r#"@"2018-07-10T10:30:00@Europe/Paris".time offset"#, "PT2H"),
        (r#"@"2018-12-10T10:30:00@Europe/Paris".time offset"#, "PT1H"),
        (r#"@"2018-12-10T10:30:00@Etc/UTC".timezone"#, "\"Etc/UTC\""),
        (r#"@"10:30:00".timezone"#, "null"),
        (r#"duration("P1Y2M").months"#, "2"),
        (r#"duration("P2DT3H4M5S").hours"#, "3"),
        (r#"duration("-PT90S").seconds"#, "-30"),
        (r#"duration("PT1H30M").value"#, "5400"),
        (r#"duration("P1Y2M").value"#, "14"),
        (r#"@"1970-01-02".value"#, "86400"),
        (r#"@"01:00:00+01:00".value"#, "0"),
        (r#"@"1970-01-01T00:00:01Z".value"#, "1"),
    ]);
    nulls(&[
        (r#"duration("P1Y").days"#, "a years and months duration has no property `days`"),
        (r#"date("2018-12-10").hour"#, "a date has no property `hour`"),
    ]);
}

#[test]
fn functions_make_temporal_values_from_text_and_from_parts() {
    table(&[
        (r#"date(2017, 12, 31)"#, "2017-12-31"),
        (r#"date(year: 2017, month: 12, day: 31)"#, "2017-12-31"),
        (r#"date(@"2017-12-31T11:00:00Z")"#, "2017-12-31"),
        (r#"time(10, 30, 0)"#, "10:30:00"),
        (r#"time(10, 30, 0.5, @"-PT2H30M")"#, "10:30:00.5-02:30"),
        (r#"time(@"2017-12-31T11:00:00Z")"#, "11:00:00Z"),
        (r#"time(@"2017-12-31")"#, "00:00:00Z"),
        (r#"date and time(@"2017-12-31", @"10:00:00@Europe/Paris")"#, "2017-12-31T10:00:00@Europe/Paris"),
        (r#"date and time(@"2017-12-31T23:00:00Z", @"10:00:00")"#, "2017-12-31T10:00:00"),
        (r#"date and time(@"2017-12-31")"#, "2017-12-31T00:00:00Z"),
        (r#"years and months duration(@"2011-12-22", @"2013-08-24")"#, "P1Y8M"),
        (r#"years and months duration(@"2013-08-24", @"2011-12-22")"#, "-P1Y8M"),
        (r#"years and months duration(@"2017-12-31T13:00:00", @"2019-10-01T12:32:59")"#, "P1Y9M"),
    ]);
    nulls(&[
        (r#"date("2017-13-01")"#, "`2017-13-01` is not a date such as 2026-11-23"),
        (r#"date("02017-12-01")"#, "is not a date"),
        (r#"date("998-12-31")"#, "is not a date"),
        (r#"date(1000000000, 1, 1)"#, "there is no such day"),
        (r#"date(2026, 2, 29)"#, "there is no such day"),
        (r#"time("25:00:00")"#, "is not a time such as 10:30:00Z"),
        (r#"time(10, 60, 0)"#, "there is no such time"),
        (r#"time(10, 0, 0, @"PT19H")"#, "of at most 18 hours"),
        (r#"date and time("2011-12-03T10:15:30+01:00@Europe/Paris")"#, "is not a date and time"),
        (r#"date and time("2017-12-31T13:20:00@xyz/abc")"#, "is not a date and time"),
        (r#"duration("P1Y1D")"#, "is not a duration such as P1DT2H or P1Y6M"),
        (r#"date(null)"#, "a date cannot be made from null"),
    ]);
}

#[test]
fn a_moment_is_moved_to_the_clocks_of_another_zone() {
    table(&[
        (
            r#"date and time(@"2020-07-31T14:27:30@Europe/Berlin", "America/Los_Angeles")"#,
            "2020-07-31T05:27:30@America/Los_Angeles",
        ),
        (r#"date and time(@"2020-07-31T14:27:30", "Z")"#, "2020-07-31T14:27:30Z"),
        (r#"date and time(date: @"2020-07-31T12:00:00Z", timezone: "+02:00")"#, "2020-07-31T14:00:00+02:00"),
        // the clocks of Paris leave out half past two on that day
        (r#"date and time(@"2026-03-29T02:30:00", "Europe/Paris")"#, "2026-03-29T03:30:00@Europe/Paris"),
    ]);
    nulls(&[(r#"date and time(@"2020-07-31T14:27:30Z", "Mars")"#, "`Mars` is not a time zone such as Europe/Paris")]);
}

#[test]
fn arithmetic_keeps_to_the_types_of_the_standard() {
    table(&[
        (r#"@"2021-01-31" + @"P1M""#, "2021-02-28"),
        (r#"@"P1D" + @"2021-12-31""#, "2022-01-01"),
        (r#"@"2021-03-01" - @"P1D""#, "2021-02-28"),
        (r#"@"2021-03-31" - @"P1M""#, "2021-02-28"),
        (r#"@"2021-01-01" - @"2020-01-01""#, "P366D"),
        (r#"@"2021-01-01T10:00:00Z" - @"2021-01-01T10:00:00+01:00""#, "PT1H"),
        (r#"@"2021-01-01T10:00:00Z" - @"2021-01-01""#, "PT10H"),
        (r#"@"2021-01-01T23:00:00" + @"PT2H""#, "2021-01-02T01:00:00"),
        (r#"@"23:00:00Z" + @"PT2H""#, "01:00:00Z"),
        (r#"@"10:00:00" - @"09:00:00""#, "PT1H"),
        (r#"@"10:00:00+01:00" - @"10:00:00Z""#, "-PT1H"),
        (r#"@"P1Y" - @"P1M""#, "P11M"),
        (r#"@"P1D" / 2"#, "PT12H"),
        (r#"0.5 * @"P1Y""#, "P6M"),
        (r#"@"P1D" / @"PT6H""#, "4"),
        (r#"@"P1Y" / @"P5M""#, "2.4"),
        (r#"-@"P1D""#, "-P1D"),
        (r#"@"2026-03-28T22:00:00@Europe/Paris" + @"P1D""#, "2026-03-29T23:00:00@Europe/Paris"),
    ]);
    nulls(&[
        (r#"@"P1Y" + @"P1D""#, "cannot be added"),
        (r#"@"2021-01-01" + 1"#, "a date and a number cannot be added"),
        (r#"@"2021-01-01T10:00:00" - @"2021-01-01T10:00:00Z""#, "of which only one has an offset"),
        (r#"@"P1D" / 0"#, "division by zero"),
        (r#"@"P1D" * @"P1D""#, "cannot be multiplied"),
        (r#"@"999999999-12-31" + @"P1D""#, "the result lies outside the calendar"),
        (r#"@"999999999-12-31" + @"P99999999999999999Y""#, "the result lies outside the calendar"),
    ]);
}

#[test]
fn the_calendar_is_asked() {
    table(&[
        (r#"day of week(@"2019-09-17")"#, "\"Tuesday\""),
        (r#"day of year(@"2020-12-31")"#, "366"),
        (r#"week of year(@"2005-01-01")"#, "53"),
        (r#"week of year(@"2003-12-29")"#, "1"),
        (r#"month of year(@"2019-09-17T10:00:00Z")"#, "\"September\""),
        (r#"last day of month(@"2024-02-01")"#, "2024-02-29"),
        ("today()", "2026-11-23"),
        ("now()", "2026-11-23T10:00:00Z"),
        ("now() - now()", "PT0S"),
        (r#"is(@"23:00:50Z", @"23:00:50")"#, "false"),
        (r#"is(@"2012-12-25", @"2012-12-25T00:00:00")"#, "false"),
        (r#"is(@"10:00:00Z", @"10:00:00+00:00")"#, "true"),
        (r#"abs(@"-P1DT1H")"#, "P1DT1H"),
        (r#"max(@"P1D", @"PT25H")"#, "P1DT1H"),
        (r#"min([@"2021-01-01", @"2020-01-01"])"#, "2020-01-01"),
    ]);
    nulls(&[("day of week(1)", "has to be a date")]);
}

#[test]
fn equality_is_by_moment_and_to_the_second_in_the_standard() {
    table(&[
        (r#"@"2002-04-02T12:00:00-01:00" = @"2002-04-02T17:00:00+04:00""#, "true"),
        (r#"@"2018-10-08T00:00:00+02:00" = @"2018-10-08T00:00:00@Europe/Paris""#, "true"),
        (r#"@"2018-12-08T00:00:00@Europe/Paris" = @"2018-12-08T00:00:00@Asia/Dhaka""#, "false"),
        (r#"@"10:30:00Z" = @"10:30:00+00:00""#, "true"),
        (r#"@"P1Y" = @"P12M""#, "true"),
        (r#"@"P1D" = @"PT24H""#, "true"),
    ]);
    nulls(&[
        (r#"@"P1Y" = @"P365D""#, "cannot be compared with"),
        (r#"@"2021-01-01" = @"2021-01-01T00:00:00""#, "convert one of them"),
        (r#"@"10:00:00" < @"10:00:00Z""#, "give both an offset"),
    ]);
    let fractions = r#"@"10:30:00.0001" = @"10:30:00.0002""#;
    assert_eq!(evaluate(fractions, Mode::Standard).value, Value::Bool(true));
    assert_eq!(evaluate(fractions, Mode::Camunda).value, Value::Bool(false));
}
