//! Lists the files of the built console, so that they become a part of the binary.
//!
//! A console that was not built is no error: the binary then says on its pages how to build it.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let dist = here.join("../../console/dist");
    // Cargo watches only what exists; where nothing can be written there is no console to wait for
    let _ = fs::create_dir_all(&dist);
    println!("cargo::rerun-if-changed={}", dist.display());
    let mut files = Vec::new();
    collect(&dist, "", &mut files)?;
    files.sort();
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let mut code = String::from("&[\n");
    for (index, (name, path)) in files.iter().enumerate() {
        // a copy, so that a build of the console meanwhile takes nothing away from the compiler
        let copy = out.join(format!("console-{index}"));
        fs::copy(path, &copy)?;
        // writing to memory does not fail
        let _ = writeln!(code, "    ({name:?}, include_bytes!({:?})),", copy.display().to_string());
    }
    code.push_str("]\n");
    fs::write(out.join("console.rs"), code)
}

/// The files below a folder with their paths as they are asked for; hidden ones are for the build alone.
fn collect(folder: &Path, prefix: &str, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let name = format!("{prefix}/{name}");
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &name, files)?;
        } else {
            files.push((name, entry.path()));
        }
    }
    Ok(())
}
