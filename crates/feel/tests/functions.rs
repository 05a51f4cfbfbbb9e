//! The built-in functions, call by call: what each gives, and why it gives null.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use feel::{Budget, Context, Environment, Evaluation, Expression, Mode, Value};
use units::Timestamp;

fn environment() -> Environment {
    Environment::at(Timestamp(1_795_428_000_000))
}

fn evaluated(expression: &str, mode: Mode) -> Evaluation {
    let parsed = Expression::parse(expression, mode).unwrap_or_else(|error| panic!("{expression}: {error}"));
    parsed.evaluate(&Context::EMPTY, &environment())
}

#[track_caller]
fn gives(expression: &str, expected: &str) {
    let evaluation = evaluated(expression, Mode::Camunda);
    assert_eq!(evaluation.value.to_string(), expected, "{expression}: {:?}", evaluation.warnings);
}

/// It gives null in both modes, and the first warning says why.
#[track_caller]
fn is_null(expression: &str, why: &str) {
    let evaluation = evaluated(expression, Mode::Standard);
    assert_eq!(evaluation.value, Value::Null, "{expression}");
    let first = evaluation.warnings.first().map(|warning| warning.reason.to_string()).unwrap_or_default();
    assert!(first.contains(why), "{expression}: {first}");
}

#[test]
fn parts_of_strings_are_counted_in_characters() {
    gives("substring(\"foobar\", 3)", "\"obar\"");
    gives("substring(\"foobar\", 3, 3.8)", "\"oba\"");
    gives("substring(\"foobar\", -2, 1)", "\"a\"");
    gives("substring(\"foobar\", -9)", "\"foobar\"");
    gives("substring(\"foobar\", 3, 100)", "\"obar\"");
    gives("substring(\"foobar\", 7)", "\"\"");
    gives("substring(\"\\U01F40Eab\", 2)", "\"ab\"");
    gives("string length(\"\\U01F40Eab\")", "3");
    gives("substring before(\"foobar\", \"bar\")", "\"foo\"");
    gives("substring before(\"foobar\", \"xyz\")", "\"\"");
    gives("substring after(\"foobar\", \"ob\")", "\"ar\"");
    gives("substring after(\"foobar\", \"\")", "\"foobar\"");
    gives("upper case(\"aBc4ß\") + lower case(\"ÄB\")", "\"ABC4SSäb\"");
    gives("contains(\"foobar\", \"of\")", "false");
    gives("starts with(string: \"foobar\", match: \"fo\")", "true");
    gives("ends with(\"foobar\", \"r\")", "true");
    is_null("substring(\"foobar\", 0)", "positions begin at 1");
    is_null("substring(\"foobar\", \"1\")", "substring: `start position` has to be a number, and is a string");
    is_null("contains(null, \"a\")", "contains: `string` has to be a string, and is null");
}

#[test]
fn strings_are_trimmed_joined_and_encoded() {
    gives("trim(\"  hello   world  \")", "\"hello   world\"");
    gives("is blank(\" \\t\")", "true");
    gives("is blank(\"x\")", "false");
    gives("to base64(\"FEEL\")", "\"RkVFTA==\"");
    gives("string join([\"a\", null, \"c\"], \", \", \"[\", \"]\")", "\"[a, c]\"");
    gives("string join([])", "\"\"");
    gives("string join([\"a\"], null)", "\"a\"");
    is_null("string join([\"a\", 1])", "every item has to be a string, and one is a number");
}

#[test]
fn regular_expressions_match_as_xpath_has_it() {
    gives("matches(\"foobar\", \"^fo*bar\")", "true");
    gives("matches(\"FooBar\", \"foo\", \"i\")", "true");
    gives("matches(\"foobar\", \"foo\", null)", "true");
    gives("matches(\"O\", \"[A-Z-[OI]]\", \"i\")", "false");
    gives("matches(\"x\", \"[A-Z-[OI]]\", \"i\")", "true");
    gives("matches(\"q\", \"[^Q]\", \"i\")", "false");
    gives("matches(\"hello world\", \"hello\\ sworld\", \"x\")", "true");
    gives("matches(\"hello world\", \" he ll o[ ]worl d\", \"x\")", "true");
    gives("matches(\"hello world\", \"\\p{ I s B a s i c L a t i n }+\", \"x\")", "true");
    gives("matches(\"a\\rb\", \"a.b\")", "false");
    gives("matches(\"a\\nb\", \"a.b\", \"s\")", "true");
    gives("matches(\"a\\nb\", \"^b$\", \"m\")", "true");
    gives("matches(\"a.b\", \"a.b\", \"q\")", "true");
    gives("matches(\"axb\", \"a.b\", \"q\")", "false");
    is_null("matches(\"hello world\", \"\\p{ IsBasicLatin}+\")", "is no regular expression");
    is_null("matches(\"abc\", \"b\", \"X\")", "`flags` may hold");
    is_null("matches(\"aa\", \"(a)\\1\")", "back-references");
    is_null("matches(\"ab\", \"a(?=b)\")", "look-ahead");
    is_null("matches(\"ab\", \"[a\")", "not closed");
    is_null("matches(\"ab\", \"(a\")", "`(a` is no regular expression: unclosed group");
    is_null("matches(\"a\", \"(((\\w{1000}){1000}){1000})\")", "too large");
    is_null("matches(\"input\", \"pattern\", [])", "`flags` has to be a string, and is a list");
}

#[test]
fn matches_are_replaced_split_and_extracted() {
    gives("replace(\"abcd\", \"(ab)|(a)\", \"[1=$1][2=$2]\")", "\"[1=ab][2=]cd\"");
    gives("replace(\"0123456789\", \"(\\d{3})(\\d{3})(\\d{4})\", \"($1) $2-$3\")", "\"(012) 345-6789\"");
    gives("replace(\"facetiously\", \"[iouy]\", \"[$0]\")", "\"facet[i][o][u]sl[y]\"");
    gives("replace(\"abracadabra\", \"a.*?a\", \"*\")", "\"*c*bra\"");
    gives("replace(\"abc\", \"[A-Z]\", \"#\", \"i\")", "\"###\"");
    gives("replace(\"a.b\", \".\", \"$\", \"q\")", "\"a$b\"");
    gives("replace(\"abc\", \".^[d-z]*\", \"#\", \"smix\")", "\"abc\"");
    gives("replace(\"  ab \", \"^\\s*|\\s*$\", \"\")", "\"ab\"");
    gives("split(\"John Doe\", \"\\s\")", "[\"John\", \"Doe\"]");
    gives("split(\"a;b;c;;\", \";\")", "[\"a\", \"b\", \"c\", \"\", \"\"]");
    gives("extract(\"references are 1234, 1256, 1378\", \"12[0-9]*\")", "[\"1234\", \"1256\"]");
    gives("extract(\"abc\", \"x\")", "[]");
    gives("for p in [\"a\", \"b\"] return replace(\"ab\", p, \"-\")", "[\"-b\", \"a-\"]");
    is_null("replace(\"abc\", \"b\", \"5 $\")", "has to name a group");
}

#[test]
fn numbers_are_rounded_as_they_say() {
    gives("decimal(1/3, 2)", "0.33");
    gives("[decimal(1.5, 0), decimal(2.5, 0), decimal(2.5, 0, \"half_up\")]", "[2, 2, 3]");
    gives("[floor(1.5), floor(-1.5), floor(-1.56, 1)]", "[1, -2, -1.6]");
    gives("[ceiling(1.5), ceiling(-1.5), ceiling(-1.56, 1)]", "[2, -1, -1.5]");
    gives("[round up(5.5), round up(-5.5, 0), round up(1.121, 2)]", "[6, -6, 1.13]");
    gives("[round down(5.5), round down(-1.126, 2)]", "[5, -1.12]");
    gives("[round half up(5.5, 0), round half up(-5.5, 0), round half up(-1.126, 2)]", "[6, -6, -1.13]");
    gives("[round half down(5.5, 0), round half down(-5.5, 0), round half down(-1.126, 2)]", "[5, -5, -1.13]");
    gives("round half up(1250, -2)", "1300");
    gives("[abs(-10), abs(@\"-P3D\"), abs(number: -1)]", "[10, P3D, 1]");
    gives("[modulo(12, 5), modulo(-12, 5), modulo(12, -5), modulo(-12, -5)]", "[2, 3, -3, -2]");
    gives("[sqrt(16), odd(5), odd(-2), even(2), even(1e20)]", "[4, true, false, true, true]");
    gives("decimal(log(10), 8)", "2.30258509");
    gives("decimal(exp(5), 6)", "148.413159");
    is_null("decimal(2.5, 0, \"sideways\")", "`mode` has to be one of");
    is_null("modulo(1, 0)", "division by zero");
    is_null("sqrt(-1)", "no square root");
    is_null("log(0)", "logarithm");
    is_null("odd(1.5)", "`number` has to be a whole number");
    is_null("decimal(1, 10000)", "`scale` has to lie between");
}

#[test]
fn lists_are_asked() {
    gives("[list contains([1, 2, null], null), list contains([1], 2)]", "[true, false]");
    gives("[count([1, 2, 3]), count([]), is empty([])]", "[3, 0, true]");
    gives("[min([1, 2, 3]), min(1, 2), max(\"a\", \"b\")]", "[1, 1, \"b\"]");
    gives("[sum(1, 2, 3), product([2, 3, 4]), mean(1, 2, 3)]", "[6, 24, 2]");
    gives("[median(8, 2, 5, 3, 4), median([6, 1, 2, 3])]", "[4, 2.5]");
    gives("decimal(stddev(2, 4, 7, 5), 10)", "2.0816659995");
    gives("[mode(6, 3, 9, 6, 6), mode([6, 1, 9, 6, 1]), mode([])]", "[[6], [1, 6], []]");
    gives("[all([true, false]), and(false, null, true), all([]), all([true, null])]", "[false, false, true, null]");
    gives("[any([false, true]), or(false, null, true), any([]), any([false, null])]", "[true, true, false, null]");
    gives("index of([1, 2, 3, 2, null], 2)", "[2, 4]");
    is_null("sum([])", "the list is empty");
    is_null("sum([1, \"a\"])", "every item has to be a number");
    is_null("max([1, \"a\"])", "cannot be compared");
    is_null("max([true])", "cannot be compared");
    is_null("stddev([1])", "fewer than two");
    is_null("any([false, 1])", "every item has to be true or false");
    is_null("count(null)", "`list` has to be a list, and is null");
}

#[test]
fn lists_are_made_from_lists() {
    gives("[sublist([1, 2, 3], 2), sublist([1, 2, 3], -2, 1)]", "[[2, 3], [2]]");
    gives("append([1], 2, 3)", "[1, 2, 3]");
    gives("append(list: [1], item: 2)", "[1, 2]");
    gives("concatenate([1, 2], [3], [])", "[1, 2, 3]");
    gives("insert before([1, 3], 2, 2)", "[1, 2, 3]");
    gives("[remove([1, 2, 3], 2), remove([1, 2, 3], -1)]", "[[1, 3], [1, 2]]");
    gives("list replace([2, 4, 7, 8], 3, 6)", "[2, 4, 6, 8]");
    gives("list replace([2, 4, 7, 8], function(item, newItem) item < newItem, 5)", "[5, 5, 7, 8]");
    gives("reverse([1, 2, 3])", "[3, 2, 1]");
    gives("union([1, 2], [2, 3])", "[1, 2, 3]");
    gives("distinct values([1, 2.0, 3, 2, 1, \"1\", null, null, {a: 1}, {a: 1.0}])", "[1, 2, 3, \"1\", null, {a: 1}]");
    gives("duplicate values([1, 2, 3, 3, 4, 5, 5, 5])", "[3, 5]");
    gives("flatten([[1, 2], [[3]], 4])", "[1, 2, 3, 4]");
    gives("sort(list: [3, 1, 4, 5, 2], precedes: function(x, y) x < y)", "[1, 2, 3, 4, 5]");
    gives("sort([\"b\", \"a\"])", "[\"a\", \"b\"]");
    gives("partition([1, 2, 3, 4, 5], 2)", "[[1, 2], [3, 4], [5]]");
    gives("count(distinct values(for i in 1..20000 return modulo(i, 15000)))", "15000");
    is_null("sublist([1, 2, 3], 2, 5)", "there are 2 items from that position on, not 5");
    is_null("remove([1], 0)", "no item 0 in a list of 1");
    is_null("partition([1], 0)", "`size` has to be at least 1");
    is_null("sort([1, \"a\"])", "cannot be compared");
    // from some twenty items on, the standard library ends a sort by an order with holes by a panic
    let one_is_missing = "sort([87,90,20,null,53,5,79,60,50,59,7,13,61,20,3,5,77,80,17,81,42])";
    is_null(one_is_missing, "cannot be compared");
    is_null("sort(for n in 1..200 return if odd(n) then n else string(n))", "cannot be compared");
    is_null("sort([2, 1], function(x, y) 5)", "`precedes` has to give true or false, and gave 5");
    is_null("list replace([1], function(item, newItem) null, 2)", "`match` has to give true or false");
}

#[test]
fn a_named_parameter_for_any_number_of_arguments_takes_their_list() {
    gives("concatenate(lists: [[1], [2]])", "[1, 2]");
    gives("concatenate(lists: for i in 1..2 return [i])", "[1, 2]");
    gives("union(lists: [[1], [1, 2]])", "[1, 2]");
    gives("append(list: [1], items: [2, 3])", "[1, 2, 3]");
    gives("append(items: [2, [3]], list: [1])", "[1, 2, [3]]");
    gives("append(list: [1], items: 2)", "[1, 2]");
    gives("append(list: [1], item: [2])", "[1, [2]]");
    gives("concatenate(list: [1])", "[1]");
    is_null("concatenate(lists: null)", "concatenate: `list` has to be a list, and is null");
}

#[test]
fn a_value_whose_type_fits_is_shown_where_it_is_refused() {
    is_null("date(2025, 1, 1.5)", "`day` has to be a whole number, and is 1.5");
    is_null("odd(5.5)", "`number` has to be a whole number, and is 5.5");
    is_null("partition([1], 1e30)", "`size` has to be a whole number, and is 1000000000000000000000000000000");
    is_null("cycle(1, \"x\")", "`interval` has to be a duration, and is \"x\"");
    is_null("sum([1, \"a\"])", "every item has to be a number, and one is a string");
    is_null("day of week(\"x\")", "`date` has to be a date, and is a string");
    is_null("date and time(@\"2025-01-01\", 5)", "`time` has to be a time, and is a number");
    is_null("time(1, 2, 3, 4)", "`offset` has to be a days and time duration, and is a number");
    is_null("date(null)", "a date cannot be made from null");
    is_null("if 1 then 2 else null", "the condition is a number, not true or false");
}

#[test]
fn contexts_are_read_and_changed() {
    gives("get value({foo: 123}, \"foo\")", "123");
    gives("get value(key: \"a\", m: {a: \"foo\"})", "\"foo\"");
    gives("get value({x: 1, y: {z: 0}}, [\"y\", \"z\"])", "0");
    gives("get entries({foo: 123})", "[{key: \"foo\", value: 123}]");
    gives("context put({x: 1}, \"y\", 2)", "{x: 1, y: 2}");
    gives("context put({x: 1, y: {z: 0}}, [\"y\", \"z\"], 2)", "{x: 1, y: {z: 2}}");
    gives("context put({x: 1}, [\"y\", \"z\"], 2)", "{x: 1, y: {z: 2}}");
    gives("context put(context: {}, keys: [\"a\"], value: null)", "{a: null}");
    gives("context merge([{x: 1, y: 0}, {y: 2}])", "{x: 1, y: 2}");
    gives("context([{key: \"a\", value: 1}, {key: \"b\", value: 2}])", "{a: 1, b: 2}");
    gives("put all({x: 1}, {y: 2}) = put({x: 1}, \"y\", 2)", "true");
    is_null("get value({a: {b: 3}}, [\"b\"])", "no entry `b`");
    is_null("get value({a: 1}, [])", "there is no key");
    is_null("context put({x: 1, y: {a: 0}}, [\"y\", \"a\", \"b\"], 2)", "`a` is a number and has no entries");
    is_null("context put(context: {x: 1}, key: [\"y\", \"a\"], value: 2)", "`key` has to be a string, and is a list");
    is_null("context put({}, null, 1)", "a key has to be a string");
    is_null("context([{key: \"a\", value: 1}, {key: \"a\", value: 2}])", "two entries `a`");
    is_null("context merge([{a: 1}, 2])", "every item has to be a context");
}

#[test]
fn presence_is_asked_and_asserted() {
    gives("[not(true), not(null)]", "[false, null]");
    gives(
        "[is defined(1), is defined(null), is defined(x), is defined(x.y), is defined({y: null}.y)]",
        "[true, false, false, false, false]",
    );
    gives("[get or else(\"this\", \"default\"), get or else(null, \"default\")]", "[\"this\", \"default\"]");
    gives("assert(4, 4 >= 0)", "4");
    gives("fromAi(value: \"A\", type: \"string\")", "\"A\"");
    is_null("assert(null, 1 = 2, \"'x' should not be null\")", "assert: 'x' should not be null");
    // an assertion that does not hold fails the whole evaluation, not only its part
    is_null("{a: 1, b: assert(1, false)}", "the condition does not hold");
    assert!(evaluated("is defined(x.y)", Mode::Camunda).warnings.is_empty());
}

#[test]
fn values_are_converted() {
    gives("string(1.10) + string(true) + string(@\"2012-12-25\")", "\"1.1true2012-12-25\"");
    gives("string([1, \"a\\\"b\", {c: @\"P1D\", \"d,\": null}])", r#""[1, \"a\\\"b\", {c: P1D, \"d,\": null}]""#);
    gives("string(\"foo\")", "\"foo\"");
    gives("string(null)", "null");
    gives("number(\"1500.5\")", "1500.5");
    gives("number(\"1.000.000,01\", \".\", \",\")", "1000000.01");
    gives("number(\"1 500.5\", \" \", \".\")", "1500.5");
    gives("number(from: \"1,5\", decimal separator: \",\")", "1.5");
    gives("number(\"1000000.01\", null, \".\")", "1000000.01");
    is_null("number(\"1,000\", \":\")", "`grouping separator` has to be");
    is_null("number(\"1,000\", \",\", \":\")", "`decimal separator` has to be");
    is_null("number(\"1,000\", \",\", \",\")", "have to differ");
    is_null("number(\"1,000.5\")", "`1,000.5` is no number");
    is_null("number(123)", "`from` has to be a string");
    is_null("number(\"1234567890123456789012345678901234567890123\")", "no number of at most 38 digits");
}

#[test]
fn json_is_read_and_written() {
    gives("from json(\"{\\\"a\\\": 1, \\\"b\\\": [true, null]}\")", "{a: 1, b: [true, null]}");
    gives("from json(\"\\\"2023-06-14\\\"\")", "\"2023-06-14\"");
    gives("to json({a: 1, b: [1.50, \"x\", null]})", r#""{\"a\":1,\"b\":[1.5,\"x\",null]}""#);
    gives("to json(@\"2023-06-14\")", r#""\"2023-06-14\"""#);
    gives("to json(@\"P3Y\")", r#""\"P3Y\"""#);
    gives("from json(to json(12345678901234567890.123456789012345678))", "12345678901234567890.123456789012345678");
    is_null("from json(\"[1\")", "`value` is no JSON");
    is_null("from json(\"12345678901234567890123456789012345678901234567890\")", "too many digits");
}

#[test]
fn randomness_comes_from_the_seed() {
    let pair = Expression::parse("[uuid(), uuid(), random number(), random number()]", Mode::Camunda).unwrap();
    let drawn = |seed| pair.evaluate(&Context::EMPTY, &Environment { seed, ..environment() }).value;
    assert_eq!(drawn(1), drawn(1), "a replay draws the same");
    assert_ne!(drawn(1), drawn(2));
    let values = drawn(7);
    let [one, two, low, high] = values.as_list().unwrap() else { panic!("{values}") };
    assert_ne!(one, two);
    assert_ne!(low, high);
    assert_eq!(one.as_str().unwrap().len(), 36);
    gives("matches(uuid(), \"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$\")", "true");
    gives("every i in 1..100 satisfies random number() >= 0 and random number() < 1", "true");
}

#[test]
fn two_expressions_at_the_same_moment_draw_different_numbers() {
    let one = Expression::parse("uuid()", Mode::Camunda).unwrap();
    let two = Expression::parse("uuid( )", Mode::Camunda).unwrap();
    let value = |expression: &Expression| expression.evaluate(&Context::EMPTY, &environment()).value;
    assert_eq!(value(&one), value(&one));
    assert_ne!(value(&one), value(&two));
}

#[test]
fn a_function_that_is_not_there_names_its_neighbour() {
    for (expression, why) in [
        ("cout([1])", "there is no function `cout`; did you mean `count`?"),
        ("toJson(1)", "there is no function `toJson`; did you mean `to json`?"),
        ("discount(1)", "there is no function `discount`"),
    ] {
        let evaluation = evaluated(expression, Mode::Camunda);
        assert_eq!((evaluation.value, evaluation.warnings[0].reason.as_str()), (Value::Null, why), "{expression}");
    }
}

#[test]
fn functions_of_other_languages_are_refused() {
    for external in [
        "function(x) external {java: {class: \"java.lang.Math\", method signature: \"abs(int)\"}}",
        "function(x) external {pmml: {document: \"m.pmml\", model: \"m\"}}",
    ] {
        let refused = Expression::parse(external, Mode::Camunda).unwrap_err().to_string();
        assert!(refused.contains("external functions are not allowed"), "{refused}");
    }
}

#[test]
fn functions_that_read_much_stay_within_the_budget() {
    let text = "x".repeat(400_000);
    let scope = Context::from_iter([("text", Value::from(text)), ("list", Value::list((0..40_000).map(Value::from)))]);
    for endless in [
        "count(for i in 1..100000 return contains(text, \"y\"))",
        "count(for i in 1..100000 return matches(text, \"y\"))",
        "count(for i in 1..100000 return string length(text))",
        "count(for i in 1..100000 return list contains(list, -1))",
        "count(for i in 1..100000 return matches(\"a\", string(i) + \"\\w{50}\"))",
        "count(for i in 1..100000 return count(index of(list, -1)))",
    ] {
        let environment = Environment { budget: Budget { steps: 300_000, ..Budget::default() }, ..environment() };
        let evaluation = Expression::parse(endless, Mode::Camunda).unwrap().evaluate(&scope, &environment);
        assert_eq!(evaluation.value, Value::Null, "{endless}");
        assert!(evaluation.warnings[0].reason.contains("given up"), "{endless}: {:?}", evaluation.warnings);
    }
}

#[test]
fn json_of_any_shape_is_a_value_or_an_error() {
    let read = |json: &str| serde_json::from_str::<Value>(json);
    assert_eq!(read(r#"{"a": 1, "a": 2}"#).unwrap(), Value::Context(Context::from_iter([("a", 2)])), "the later one counts");
    assert!(read(&"[".repeat(100_000)).is_err());
    assert!(read(&format!("{}{}", "[".repeat(100), "]".repeat(100))).is_ok());
    let wide: String = (0..100_000).map(|i| format!("\"k{i}\":{i},")).collect();
    let context: Context = serde_json::from_str(&format!("{{{wide}\"end\":1}}")).unwrap();
    assert_eq!(context.len(), 100_001);
    for number in [
        "1e999999",
        "123456789012345678901234567890123456789012345678901234567890",
        "0.00000000000000000000000000012345678901234567890123456789012345678901",
    ] {
        assert!(read(number).unwrap_err().to_string().contains("too many digits"), "{number}");
    }
    for number in ["0.1", "-1234567890123456789012345678901234", "1e-30", "99999999999999999999999999999999999999"] {
        let value = read(number).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&serde_json::to_string(&value).unwrap()).unwrap(), value, "{number}");
    }
    assert_eq!(
        read("12345678901234567890123456789012345678").unwrap().to_json().to_string(),
        "12345678901234567890123456789012345678"
    );
}
