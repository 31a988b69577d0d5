//! Writes the contract as a page, to the path that is given.

use anyhow::{Context, bail};
use rez_contract::{Contract, page};

fn main() -> anyhow::Result<()> {
    let Some(path) = std::env::args_os().nth(1) else { bail!("no path is given for the page") };
    let written = std::fs::write(&path, page(Contract::load().document()));
    written.with_context(|| format!("`{}` cannot be written", path.display()))
}
