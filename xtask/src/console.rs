//! The console: what is done with it, by `npm` in its folder.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

use crate::workspace::{Workspace, is_installed, succeeds};

/// Where Debian has it; another one is named in `CHROMIUM`.
const CHROMIUM: &str = "/usr/bin/chromium";
/// The oldest Node that the console's tools run with.
const NODE: u32 = 20;

/// Formatting, lints, types, the types of the API and the licences of packages.
pub(crate) fn check(workspace: &Workspace) -> anyhow::Result<bool> {
    npm_run(workspace, "check")
}

/// The tests of its logic.
pub(crate) fn test(workspace: &Workspace) -> anyhow::Result<bool> {
    npm_run(workspace, "test")
}

/// Builds it into `console/dist`, from where it becomes a part of the server; too heavy a page fails.
pub(crate) fn build(workspace: &Workspace) -> anyhow::Result<bool> {
    npm_run(workspace, "build")
}

/// The journeys of people, in a real browser with the real product, with the console as it was built last.
pub(crate) fn end_to_end(workspace: &Workspace) -> anyhow::Result<bool> {
    node(workspace)?;
    let chromium = chromium(workspace)?;
    // a build that changes nothing would still have the server compiled again
    if !folder(workspace).join("dist").join("index.html").exists() && !build(workspace)? {
        return Ok(false);
    }
    // as the tests of the workspace are built, so that nothing is compiled twice: alone, its dependencies would have other features
    if !succeeds(workspace.cargo().args(["test", "--locked", "--workspace", "--lib", "--bins", "--tests", "--no-run"]))? {
        bail!("crossdock does not build");
    }
    let product = workspace.target()?.join("debug").join(format!("crossdock{}", std::env::consts::EXE_SUFFIX));
    if !install(workspace)? {
        return Ok(false);
    }
    let mut journeys = npm(workspace);
    journeys.args(["run", "--silent", "e2e"]).env("CROSSDOCK_BIN", product).env("CHROMIUM", chromium);
    succeeds(&mut journeys)
}

/// Builds it if that is possible here; the product runs without it, and says on its pages what is missing.
pub(crate) fn build_if_possible(workspace: &Workspace) -> anyhow::Result<()> {
    if let Err(error) = node(workspace) {
        eprintln!("{error:#}; going on without the console");
        return Ok(());
    }
    if !build(workspace)? {
        bail!("the console does not build; `npm run build` in the folder console tells more");
    }
    Ok(())
}

fn npm_run(workspace: &Workspace, script: &str) -> anyhow::Result<bool> {
    node(workspace)?;
    Ok(install(workspace)? && succeeds(npm(workspace).args(["run", "--silent", script]))?)
}

/// Installs its packages if those that are there are not those of the lock file. No package runs a script of its own.
fn install(workspace: &Workspace) -> anyhow::Result<bool> {
    let folder = folder(workspace);
    let installed = folder.join("node_modules").join(".package-lock.json");
    if is_newer(&installed, &folder.join("package-lock.json")) {
        return Ok(true);
    }
    eprintln!("installing the packages of the console");
    succeeds(npm(workspace).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]))
}

fn is_newer(file: &Path, than: &Path) -> bool {
    let changed = |path: &Path| std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    matches!((changed(file), changed(than)), (Some(file), Some(than)) if file >= than)
}

fn folder(workspace: &Workspace) -> PathBuf {
    workspace.root.join("console")
}

fn npm(workspace: &Workspace) -> Command {
    let mut npm = workspace.program(if cfg!(windows) { "npm.cmd" } else { "npm" });
    // standard output belongs to the product: `demo --json` writes its report there
    npm.current_dir(folder(workspace)).stdout(std::io::stderr());
    npm
}

/// Fails, with what to do, where there is no Node or too old a one.
fn node(workspace: &Workspace) -> anyhow::Result<()> {
    let missing = || format!("the console needs Node {NODE} or later with npm: install nodejs and npm");
    let output = workspace.program("node").arg("--version").output().with_context(missing)?;
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if major(&version).is_none_or(|major| major < NODE) {
        bail!("{}; this is {version}", missing());
    }
    if !is_installed(&mut npm(workspace)) {
        bail!("{}; node is there, npm is not", missing());
    }
    Ok(())
}

fn major(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

/// The browser; on Debian as root it is installed if it is missing.
fn chromium(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    let path = std::env::var_os("CHROMIUM").map_or_else(|| PathBuf::from(CHROMIUM), PathBuf::from);
    if path.exists() {
        return Ok(path);
    }
    let may_install = path == Path::new(CHROMIUM) && Path::new("/etc/debian_version").exists() && is_root(workspace);
    if may_install {
        eprintln!("chromium is missing; installing it");
        let mut install = workspace.program("apt-get");
        install.args(["install", "--yes", "--no-install-recommends", "chromium"]).env("DEBIAN_FRONTEND", "noninteractive");
        if succeeds(workspace.program("apt-get").arg("update"))? && succeeds(&mut install)? && path.exists() {
            return Ok(path);
        }
    }
    bail!("{} is not there: install Chromium (`apt-get install chromium`), or name another one in CHROMIUM", path.display())
}

fn is_root(workspace: &Workspace) -> bool {
    workspace.program("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_node_is_read_as_it_is_printed() {
        assert_eq!(major("v20.20.2"), Some(20));
        assert_eq!(major("20.20.2"), None);
        assert_eq!(major(""), None);
    }

    #[test]
    fn packages_are_installed_again_when_the_lock_file_is_newer_or_nothing_is_there() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        assert!(is_newer(&here, &here));
        assert!(!is_newer(Path::new("nothing"), &here));
    }
}
