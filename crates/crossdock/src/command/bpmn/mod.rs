//! `crossdock bpmn`: look at, play and test process models without a server.

mod lint;
mod run;
mod test;

use std::path::{Path, PathBuf};

use bpmn::Binding;
use clap::Subcommand;
use engine::{Decided, Decisions};
use feel::{Context, Environment};
use units::Timestamp;

use crate::output::{Finding, WrongUse};

/// What to do with a model.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Report everything that is wrong with models, without running them
    Lint(lint::Arguments),
    /// Play a model without a server; a script answers what it waits for
    Run(run::Arguments),
    /// Run test cases (given, when, then) beside a model
    Test(test::Arguments),
}

/// Carries it out.
pub(crate) fn run(command: &Command) -> anyhow::Result<Finding> {
    match command {
        Command::Lint(arguments) => lint::run(arguments),
        Command::Run(arguments) => run::run(arguments),
        Command::Test(arguments) => test::run(arguments),
    }
}

fn bytes(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).map_err(|error| WrongUse(format!("read {}: {error}", path.display())).into())
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).map_err(|error| WrongUse(format!("read {}: {error}", path.display())).into())
}

/// The processes of a model file, or what is wrong with it.
fn processes(path: &Path) -> anyhow::Result<Vec<bpmn::Process>> {
    let parsed = bpmn::parse(&read(path)?).map_err(|findings| {
        let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
        WrongUse(format!("{} cannot run:\n{}", path.display(), lines.join("\n")))
    })?;
    Ok(parsed.processes)
}

/// Decision models from files.
struct Models(Vec<dmn::Model>);

impl Models {
    fn read(paths: &[PathBuf]) -> anyhow::Result<Self> {
        let texts = paths.iter().map(|path| read(path)).collect::<anyhow::Result<Vec<_>>>()?;
        let others: Vec<&str> = texts.iter().map(String::as_str).collect();
        let mut models = Vec::new();
        for (path, text) in paths.iter().zip(&texts) {
            // one may import another
            let (model, _) = dmn::Model::parse_with(text, &others).map_err(|findings| {
                let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
                WrongUse(format!("{} cannot decide:\n{}", path.display(), lines.join("\n")))
            })?;
            models.push(model);
        }
        Ok(Self(models))
    }
}

impl Decisions for Models {
    fn form_version(&self, _form: &str, _binding: &Binding) -> Result<Option<u32>, String> {
        // no forms are given: whoever plays looks at none
        Ok(None)
    }

    fn evaluate(
        &self,
        decision: &str,
        binding: &Binding,
        variables: &Context,
        environment: &Environment,
    ) -> Result<Decided, String> {
        let is_meant = |model: &&dmn::Model| match binding {
            Binding::Latest | Binding::Deployment => model.has_decision(decision),
            Binding::VersionTag(tag) => model.has_decision(decision) && model.version_tag(decision) == Some(tag),
        };
        let Some(model) = self.0.iter().find(is_meant) else { return Err(format!("no decision {decision} is given")) };
        let outcome = model.explain(decision, variables, environment);
        Ok(partition::definition::decided(outcome.map_err(|error| error.to_string())?)?)
    }
}

/// A moment such as 2026-11-23T10:00:00Z.
fn moment(text: &str) -> anyhow::Result<Timestamp> {
    text.parse().map_err(|_| WrongUse(format!("`{text}` is no moment such as 2026-11-23T10:00:00Z")).into())
}

/// When models are played, unless somebody says otherwise: always the same, so that results are too.
const PLAYED_AT: &str = "2026-01-05T08:00:00Z";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decision_models_import_one_another_in_whatever_order_they_are_given() {
        const DMN: &str = "https://www.omg.org/spec/DMN/20191111/MODEL/";
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, inside: &str| {
            let path = folder.path().join(name);
            let namespace = format!("urn:{name}");
            let xml = format!(
                r#"<definitions xmlns="{DMN}" id="{name}" name="{name}" namespace="{namespace}">{inside}</definitions>"#
            );
            std::fs::write(&path, xml).unwrap();
            path
        };
        let rate = r#"<decision id="rate" name="rate"><variable name="rate"/><literalExpression><text>0.1</text></literalExpression></decision>"#;
        let fee = r#"<import name="b" namespace="urn:base" importType="DMN"/><decision id="fee" name="fee"><variable name="fee"/>
            <informationRequirement><requiredDecision href="urn:base#rate"/></informationRequirement>
            <literalExpression><text>b.rate * 2</text></literalExpression></decision>"#;
        let (base, top) = (file("base", rate), file("top", &fee.replace("\"DMN\"", &format!("\"{DMN}\""))));
        for paths in [[top.clone(), base.clone()], [base, top]] {
            let models = Models::read(&paths).unwrap();
            let environment = Environment::at(Timestamp(0));
            let decided = models.evaluate("fee", &Binding::Latest, &Context::default(), &environment).unwrap();
            assert_eq!(decided.value.to_string(), "0.2");
        }
    }
}
