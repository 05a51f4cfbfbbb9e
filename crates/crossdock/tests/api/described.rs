//! The API with its own description, which every answer is held against.

use std::collections::{BTreeMap, BTreeSet};

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::{Value, json};

use crate::common::{Answer, Ask, Site};

/// An answer that is described: path, method, status, media type.
type Described = (String, String, u16, String);

/// The API with its description, which every answer is held against.
pub(crate) struct Api<'a> {
    pub(crate) site: &'a Site,
    pub(crate) schemas: Schemas,
    answers: BTreeMap<Described, SchemaIndex>,
    pub(crate) operations: BTreeSet<(String, String)>,
    /// Bodies of requests, by path.
    pub(crate) bodies: BTreeMap<String, SchemaIndex>,
    /// Paths of changes that heed `If-Match`.
    conditional: BTreeSet<String>,
    pub(crate) succeeded: BTreeSet<(String, String)>,
    key: u32,
}

const DOCUMENT: &str = "http://crossdock/api.json";

impl<'a> Api<'a> {
    pub(crate) fn of(site: &'a Site) -> Self {
        let description = site.get("/openapi.json").json();
        assert_eq!(description["openapi"].as_str().map(|version| &version[..3]), Some("3.1"));
        // one document of schemas: the components, and one for each answer and body
        let mut definitions = description["components"]["schemas"].as_object().unwrap().clone();
        let mut described: Vec<(Described, String)> = Vec::new();
        let mut bodies: Vec<(String, String)> = Vec::new();
        let mut conditional = BTreeSet::new();
        let mut operations = BTreeSet::new();
        for (path, item) in description["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let method = method.to_uppercase();
                operations.insert((path.clone(), method.clone()));
                let mut parameters = operation["parameters"].as_array().into_iter().flatten();
                if parameters.any(|parameter| parameter["name"] == "If-Match") {
                    conditional.insert(path.clone());
                }
                if let Some(schema) = operation["requestBody"]["content"]["application/json"].get("schema") {
                    let name = format!("body{}", definitions.len());
                    definitions.insert(name.clone(), schema.clone());
                    bodies.push((path.clone(), name));
                }
                for (status, answer) in operation["responses"].as_object().unwrap() {
                    let answer = match answer["$ref"].as_str() {
                        Some(reference) => &description["components"]["responses"][reference.rsplit('/').next().unwrap()],
                        None => answer,
                    };
                    assert!(answer["description"].as_str().is_some_and(|text| !text.is_empty()), "{method} {path} {status}");
                    let status: u16 = status.parse().unwrap();
                    for (media_type, content) in answer["content"].as_object().into_iter().flatten() {
                        let name = format!("answer{}", definitions.len());
                        definitions.insert(name.clone(), content["schema"].clone());
                        described.push(((path.clone(), method.clone(), status, media_type.clone()), name));
                    }
                }
            }
        }
        let text = json!({ "$defs": definitions }).to_string().replace("#/components/schemas/", "#/$defs/");
        let mut schemas = Schemas::new();
        let mut compiler = Compiler::new();
        compiler.add_resource(DOCUMENT, serde_json::from_str(&text).unwrap()).unwrap();
        let mut compile = |name: &str| {
            compiler
                .compile(&format!("{DOCUMENT}#/$defs/{name}"), &mut schemas)
                .unwrap_or_else(|error| panic!("{name}: {error}"))
        };
        let answers = described.into_iter().map(|(described, name)| (described, compile(&name))).collect();
        let bodies = bodies.into_iter().map(|(path, name)| (path, compile(&name))).collect();
        Self { site, schemas, answers, operations, bodies, conditional, succeeded: BTreeSet::new(), key: 0 }
    }

    /// The operation that a path belongs to.
    pub(crate) fn template(&self, method: &str, path: &str) -> String {
        let path = path.split('?').next().unwrap();
        let parts: Vec<&str> = path.split('/').collect();
        let fits = |template: &str| {
            let known: Vec<&str> = template.split('/').collect();
            known.len() == parts.len()
                && known.iter().zip(&parts).all(|(known, part)| known == part || known.starts_with('{'))
        };
        // what is written out goes before what is a parameter
        let found = self.operations.iter().filter(|(template, of)| of == method && fits(template));
        let found = found.min_by_key(|(template, _)| template.matches('{').count());
        found.unwrap_or_else(|| panic!("{method} {path} is not described")).0.clone()
    }

    /// Asks, and holds the answer against the description.
    #[track_caller]
    pub(crate) fn ask(&mut self, ask: &Ask) -> Answer {
        let answer = self.site.ask(ask.clone());
        let template = self.template(ask.method, &ask.path);
        let media_type = answer.header("content-type").unwrap_or_default().split(';').next().unwrap().to_owned();
        let described = (template.clone(), ask.method.to_owned(), answer.status, media_type.clone());
        // an original is given back as it came, whatever it is
        let as_it_came = (template.clone(), ask.method.to_owned(), answer.status, "*/*".to_owned());
        if !matches!(answer.status, 204 | 303 | 304) && !self.answers.contains_key(&as_it_came) {
            let schema =
                self.answers.get(&described).unwrap_or_else(|| panic!("{described:?} is not described: {answer:?}"));
            if media_type.ends_with("json") {
                let body = answer.json();
                if let Err(error) = self.schemas.validate(&body, *schema) {
                    panic!("{described:?} is not what is described: {error:#}\n{body:#}");
                }
            }
        }
        if answer.status < 304 {
            self.succeeded.insert((template, ask.method.to_owned()));
        }
        answer
    }

    #[track_caller]
    pub(crate) fn get(&mut self, path: &str) -> Answer {
        let answer = self.ask(&Ask::new("GET", path));
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer
    }

    /// A change: carried out once, answered the same again, and refused without key, under a key of something else, and by If-Match.
    #[track_caller]
    pub(crate) fn change(&mut self, ask: Ask, body: &[u8]) -> Value {
        self.key += 1;
        let key = format!("change-{}", self.key);
        let keyed = ask.clone().header("idempotency-key", &key).body(body);
        self.ask(&ask.clone().body(body)).problem(400, "idempotency_key_missing");
        let answer = self.ask(&keyed);
        assert!(matches!(answer.status, 200 | 201), "{}: {answer:?}", ask.path);
        let again = self.ask(&keyed);
        assert_eq!((again.status, again.json()), (answer.status, answer.json()), "{}: another answer to the same", ask.path);
        let other = [body, b" "].concat();
        self.ask(&keyed.clone().body(&other)).problem(422, "idempotency_key_reused");
        let stale =
            self.ask(&keyed.header("idempotency-key", &format!("{key}-stale")).header("if-match", "\"0000000000000000\""));
        let refused = if self.conditional.contains(&self.template(ask.method, &ask.path)) { 412 } else { 400 };
        assert_eq!(stale.status, refused, "{}: {stale:?}", ask.path);
        answer.json()
    }

    #[track_caller]
    pub(crate) fn post(&mut self, path: &str, body: &Value) -> Value {
        let template = self.template("POST", path);
        let schema = self.bodies.get(&template).unwrap_or_else(|| panic!("{template} has no described body"));
        if let Err(error) = self.schemas.validate(body, *schema) {
            panic!("{template}: {error:#}\n{body:#}");
        }
        self.ask(&Ask::new("POST", path).header("idempotency-key", "form").header("content-type", "text/plain").body(b"{}"))
            .problem(415, "unsupported_media_type");
        self.change(Ask::new("POST", path).header("content-type", "application/json"), body.to_string().as_bytes())
    }

    #[track_caller]
    pub(crate) fn file(&mut self, path: &str, body: &[u8]) -> Value {
        self.ask(
            &Ask::new("POST", path)
                .header("idempotency-key", "form")
                .header("content-type", "multipart/form-data; boundary=x")
                .body(b"--x--"),
        )
        .problem(415, "unsupported_media_type");
        self.ask(&Ask::new("POST", path).header("idempotency-key", "gzip").header("content-encoding", "gzip").body(b"x"))
            .problem(415, "unsupported_media_type");
        self.change(Ask::new("POST", path), body)
    }

    /// A list: pages of one follow each other by cursor and by `Link`, and make up the whole.
    #[track_caller]
    pub(crate) fn list(&mut self, path: &str) -> Vec<Value> {
        let all = self.get(&format!("{path}?limit=500")).json()["items"].as_array().unwrap().clone();
        let (mut paged, mut next) = (Vec::new(), Some(format!("{path}?limit=3")));
        while let Some(address) = next {
            let page = self.get(&address);
            paged.extend(page.json()["items"].as_array().unwrap().iter().cloned());
            let link = page.header("link").map(|link| link.trim_start_matches('<').split_once('>').unwrap().0.to_owned());
            let cursor = page.json()["next"].as_str().map(|cursor| format!("{path}?limit=3&after={cursor}"));
            assert_eq!(link, cursor);
            next = link;
        }
        // lists that are counted say so on their first page, and no more than a thousand
        let first = self.get(&format!("{path}?limit=3")).json();
        if let Some(total) = first.get("total") {
            assert_eq!(total, &json!({ "count": all.len(), "is_capped": false }), "{path}");
        }
        let ids = |items: &[Value]| items.iter().map(|item| item["id"].clone()).collect::<Vec<_>>();
        assert_eq!(ids(&paged), ids(&all), "{path}");
        for wrong in ["limit=0", "limit=501", "after=zz", "limit=x", "no_such_filter=1"] {
            let status = self.ask(&Ask::new("GET", &format!("{path}?{wrong}"))).status;
            assert!(matches!(status, 400 | 422), "{path}?{wrong}: {status}");
        }
        all
    }

    /// Something that is shown: with a version, and not sent again to whoever has it.
    #[track_caller]
    pub(crate) fn show(&mut self, path: &str) -> Value {
        let shown = self.get(path);
        let tag = shown.header("etag").unwrap_or_else(|| panic!("{path} has no version: {shown:?}")).to_owned();
        let known = self.ask(&Ask::new("GET", path).header("if-none-match", &tag));
        assert!(
            known.body.is_empty() && (known.status, known.header("etag")) == (304, Some(tag.as_str())),
            "{path}: {known:?}"
        );
        assert_eq!(self.ask(&Ask::new("GET", path).header("if-none-match", "\"0000000000000000\"")).status, 200);
        shown.json()
    }
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}
