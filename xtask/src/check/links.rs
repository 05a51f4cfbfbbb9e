//! Links between Markdown files lead somewhere, and every page of the book is in its table of contents.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use anyhow::Context;

use crate::workspace::{Workspace, files_below};

pub(super) fn check(workspace: &Workspace) -> anyhow::Result<Vec<String>> {
    let root = &workspace.root;
    let book = root.join("docs").join("src");
    let summary = book.join("SUMMARY.md");
    let mut findings = Vec::new();
    let mut listed = BTreeSet::new();
    for path in files_below(root, ".md")? {
        let text = std::fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
        let place = path.strip_prefix(root).unwrap_or(&path).display();
        let folder = path.parent().unwrap_or(root);
        for (line, link) in links(&text) {
            let target = tidy(&folder.join(&link));
            if !target.exists() {
                findings.push(format!("{place}:{line}: {link} leads nowhere"));
            }
            if path == summary {
                listed.insert(target);
            }
        }
    }
    for page in files_below(&book, ".md")?.into_iter().filter(|page| *page != summary && !listed.contains(page)) {
        let page = page.strip_prefix(root).unwrap_or(&page).display();
        findings.push(format!("{page}: is not in docs/src/SUMMARY.md, so nobody finds it"));
    }
    Ok(findings)
}

/// Relative links with the lines that they stand on; code is left out, and so is the part after `#`.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut in_code = false;
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        let prose: String = line.split('`').step_by(2).collect();
        for part in prose.split("](").skip(1) {
            let link = part.split([')', ' ', '#']).next().unwrap_or_default();
            if !link.is_empty() && !link.contains("://") && !link.starts_with("mailto:") {
                found.push((number + 1, link.to_owned()));
            }
        }
    }
    found
}

/// The path without `.` and `..`, by its words alone.
fn tidy(path: &Path) -> PathBuf {
    let mut tidy = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                tidy.pop();
            }
            other => tidy.push(other),
        }
    }
    tidy
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_to_files_are_found_with_their_lines() {
        let text = "see [a](a.md#part)\nand [`b`](../b.md \"title\"), [c](https://example.com), [d](#here)";
        assert_eq!(links(text), [(1, "a.md".to_owned()), (2, "../b.md".to_owned())]);
    }

    #[test]
    fn code_is_not_prose() {
        assert!(links("```\n[a](a.md)\n```\n`x[0](y)`").is_empty());
    }

    #[test]
    fn a_path_is_tidied_by_its_words() {
        assert_eq!(tidy(Path::new("docs/src/./../decisions/1.md")), Path::new("docs/decisions/1.md"));
    }
}
