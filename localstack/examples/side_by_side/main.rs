//! The embedded AWS of `rez serve` and LocalStack, side by side in one run: the same light client, the same requests, one
//! after the other, each at a real port.
//!
//! ```text
//! cargo build --release && cargo run --release --example side_by_side
//! ```

mod light;
mod memory;
mod sides;
mod work;

use std::process::ExitCode;

use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{CellAlignment, Table};

use self::sides::Side;
use self::work::Measured;

fn main() -> ExitCode {
    // On a thread of its own, as `rez serve` is.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let outcome = runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(compare()));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

async fn compare() -> Result<(), Box<dyn std::error::Error>> {
    let mut all = Vec::new();
    for side in [Side::embedded, Side::localstack] as [fn() -> sides::Starting; 2] {
        let side = side().await?;
        eprintln!("{}: ready after {:.2?}", side.name, side.ready_after);
        let measured = work::measure(&side).await?;
        all.push((side.name, side.ready_after, measured));
    }
    println!("{}", table(&all));
    Ok(())
}

fn table(sides: &[(&str, std::time::Duration, Measured)]) -> Table {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN);
    let [(left, left_ready, left_measured), (right, right_ready, right_measured)] = sides else { return table };
    table.set_header(["what", left, right, "ratio"]);
    let mut row = |what: &str, left: String, right: String, ratio: f64| {
        table.add_row([what.to_owned(), left, right, format!("{ratio:.1}")]);
    };
    let seconds = |time: &std::time::Duration| format!("{:.0} ms", time.as_secs_f64() * 1e3);
    let ready = right_ready.as_secs_f64() / left_ready.as_secs_f64();
    row("ready after start", seconds(left_ready), seconds(right_ready), ready);
    for ((operation, left), (_, right)) in left_measured.rates.iter().zip(&right_measured.rates) {
        row(&format!("{operation}, a second"), format!("{left:.0}"), format!("{right:.0}"), left / right);
    }
    let (left, right) = (left_measured.memory_mib, right_measured.memory_mib);
    let what = format!("memory after {} messages", work::MESSAGES);
    row(&what, format!("{left:.0} MiB"), format!("{right:.0} MiB"), right / left);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}
