//! Runs TCK.
use std::path::Path;
fn main() {
    let folder = std::env::args().nth(1).unwrap();
    let environment = feel::Environment::at(units::Timestamp(1_700_000_000_000));
    for level in ["compliance-level-2", "compliance-level-3"] {
        let mut t = [0; 4];
        let mut dirs: Vec<_> =
            std::fs::read_dir(Path::new(&folder).join(level)).unwrap().map(|e| e.unwrap().path()).collect();
        dirs.sort();
        for dir in dirs {
            let mut files: Vec<_> = std::fs::read_dir(&dir).unwrap().map(|e| e.unwrap().path()).collect();
            files.sort();
            for f in files.iter().filter(|f| f.extension().is_some_and(|e| e == "xml")) {
                let cases = dmn::tck::Cases::parse(&std::fs::read_to_string(f).unwrap());
                let cases = match cases {
                    Ok(c) => c,
                    Err(e) => {
                        println!("{} UNREADABLE {e}", f.display());
                        continue;
                    }
                };
                let model = std::fs::read_to_string(dir.join(cases.model.as_str())).unwrap();
                let v = match dmn::Model::parse(&model) {
                    Ok((m, _)) => cases.held_against(&m, &environment),
                    Err(e) => {
                        for e in e.iter().filter(|f| f.severity == dmn::Severity::Error).take(4) {
                            println!("{} REFUSED {e}", dir.file_name().unwrap().display());
                        }
                        cases.all_failed(&"refused".into())
                    }
                };
                for v in v {
                    let i = if v.expected.is_null() { 2 } else { 0 };
                    t[i + 1] += 1;
                    if v.passed {
                        t[i] += 1
                    } else if v.reasons.first().is_none_or(|r| r != "refused") {
                        println!(
                            "{} {} {}: expected {} got {} {:?}",
                            dir.file_name().unwrap().display(),
                            v.case,
                            v.node,
                            v.expected,
                            v.actual,
                            v.reasons.first()
                        );
                    }
                }
            }
        }
        println!("{level}: {}/{} null {}/{}", t[0], t[1], t[2], t[3]);
    }
}
