//! Where the repository is, what cargo knows about it, and how programs are run in it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use serde_json::Value;

/// The repository.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// Its folder.
    pub(crate) root: PathBuf,
}

/// A package of the repository, as `cargo metadata` tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Package {
    /// Its name.
    pub(crate) name: String,
    /// Packages of any origin that it depends on, without those that only its tests need.
    pub(crate) uses: Vec<String>,
    /// Packages that only its tests, examples and benchmarks need.
    pub(crate) uses_in_tests: Vec<String>,
}

impl Workspace {
    /// The repository that this program was built from, wherever it is called.
    pub(crate) fn find() -> anyhow::Result<Self> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = here.parent().context("find the folder above xtask")?;
        Ok(Self { root: root.to_owned() })
    }

    /// A cargo command in the root, with the cargo that runs us.
    pub(crate) fn cargo(&self) -> Command {
        self.program(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
    }

    /// A command in the root.
    pub(crate) fn program(&self, name: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(name);
        command.current_dir(&self.root);
        command
    }

    /// What cargo knows, without packages of others.
    pub(crate) fn metadata(&self) -> anyhow::Result<Value> {
        let output =
            self.cargo().args(["metadata", "--no-deps", "--format-version", "1"]).output().context("run cargo metadata")?;
        if !output.status.success() {
            bail!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        serde_json::from_slice(&output.stdout).context("read the answer of cargo metadata")
    }

    /// Where cargo builds.
    pub(crate) fn target(&self) -> anyhow::Result<PathBuf> {
        let metadata = self.metadata()?;
        let folder = metadata["target_directory"].as_str().context("cargo metadata names no target folder")?;
        Ok(PathBuf::from(folder))
    }

    /// The packages of the repository, by name.
    pub(crate) fn packages(&self) -> anyhow::Result<Vec<Package>> {
        let metadata = self.metadata()?;
        let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
        let mut packages: Vec<Package> = packages.iter().map(package).collect();
        packages.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(packages)
    }
}

fn package(metadata: &Value) -> Package {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut package = Package { name: text(&metadata["name"]), ..Package::default() };
    for dependency in metadata["dependencies"].as_array().into_iter().flatten() {
        let list = if dependency["kind"] == "dev" { &mut package.uses_in_tests } else { &mut package.uses };
        list.push(text(&dependency["name"]));
    }
    for list in [&mut package.uses, &mut package.uses_in_tests] {
        list.sort();
        list.dedup();
    }
    package
}

/// Runs a command that prints for itself; whether it succeeded.
pub(crate) fn succeeds(command: &mut Command) -> anyhow::Result<bool> {
    let status = command.status().with_context(|| format!("start {}", command.get_program().to_string_lossy()))?;
    Ok(status.success())
}

/// Whether a program can be started: it is asked for its version, quietly.
pub(crate) fn is_installed(command: &mut Command) -> bool {
    command.arg("--version").output().is_ok_and(|output| output.status.success())
}

/// Files below a folder whose names end so, sorted; built and downloaded folders are left out.
pub(crate) fn files_below(folder: &Path, ending: &str) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).with_context(|| format!("list {}", folder.display()))? {
            let entry = entry.with_context(|| format!("list {}", folder.display()))?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if entry.file_type()?.is_dir() {
                if !matches!(&*name, "target" | "node_modules" | ".git" | "data" | "book") {
                    folders.push(entry.path());
                }
            } else if name.ends_with(ending) {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_of_tests_are_kept_apart() {
        let metadata = serde_json::json!({"name": "store", "dependencies": [
            {"name": "units", "kind": null}, {"name": "tempfile", "kind": "dev"}, {"name": "cc", "kind": "build"},
            {"name": "units", "kind": null},
        ]});
        let package = package(&metadata);
        assert_eq!(package.uses, ["cc", "units"]);
        assert_eq!(package.uses_in_tests, ["tempfile"]);
    }
}
