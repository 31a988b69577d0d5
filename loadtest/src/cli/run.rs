//! One load test from its arguments to its verdict.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rez_reports::{Colours, LoadResult, OutputDir, Verdict};

use super::{Arguments, Mode};
use crate::closed;
use crate::journeys::Visitor;
use crate::open::{self, Found, Record, Row, SoFar, ToApi};
use crate::result::{self, About};
use crate::session::Session;
use crate::target::Target;
use crate::thresholds::Thresholds;

const INTERRUPTED: &str = "interrupted, so there is no verdict";

/// Everything is read and everybody signed in before the first request of the load.
pub async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let target = Target::parse(&arguments.host, arguments.i_own_this_host)?;
    arguments.pattern.check()?;
    if arguments.abort_early && arguments.mode == Mode::Closed {
        bail!("`--abort-early` stops the open model, and `--mode closed` has none (expected `open` or `both`)");
    }
    let thresholds = arguments.thresholds.as_deref().map(Thresholds::from_file).transpose()?.unwrap_or_default();
    let credentials = arguments.sources().credentials(&target)?;
    let out = arguments.out.as_ref().map(|out| {
        OutputDir::open(out)
            .with_context(|| format!("cannot write to `{}` (expected a writable folder)", out.display()))
    });
    let out = out.transpose()?;
    let session = Session::open(&target, &credentials, &arguments.origin).await;
    let session =
        session.with_context(|| format!("cannot sign in at {target} (is it running? `rez serve` serves one)"))?;
    session
        .check(&target)
        .await
        .with_context(|| format!("cannot use {target} (is it running? `rez serve` serves one)"))?;

    let (started, begun) = (SystemTime::now(), Instant::now());
    let visitor = Visitor { target: target.clone(), credentials, origin: arguments.origin.clone() };
    let closed = closed(arguments, visitor).await?;
    // From here on Ctrl-C would go unheard: goose has a handler, which does not end the process.
    let found = tokio::select! {
        found = open(arguments, &target, session, &thresholds) => found,
        _ = tokio::signal::ctrl_c() => bail!(INTERRUPTED),
    };
    let about = About {
        target: target.to_string(),
        started: humantime::format_rfc3339_seconds(started).to_string(),
        wall: begun.elapsed(),
        load: load(arguments),
        command: command(),
    };
    let result = result::judge(about, found.as_ref(), &closed, &thresholds);
    print(arguments, &result)?;
    if let Some(out) = out {
        let page = out.write_load("loadtest", &result)?;
        eprintln!("report: {}", page.display());
    }
    Ok(if result.verdict == Verdict::Pass { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn closed(arguments: &Arguments, visitor: Visitor) -> anyhow::Result<BTreeMap<String, Row>> {
    if arguments.mode == Mode::Open {
        return Ok(BTreeMap::new());
    }
    let plan = closed::Plan { users: arguments.users.into(), length: arguments.duration, mix: arguments.mix() };
    let bar = bar("closed model", arguments.duration);
    let ticking = tokio::spawn(tick(bar.clone()));
    let rows = closed::run(plan, visitor).await.context("goose cannot run");
    ticking.abort();
    bar.finish_and_clear();
    if closed::was_interrupted() {
        bail!(INTERRUPTED);
    }
    rows
}

async fn open(arguments: &Arguments, target: &Target, session: Arc<Session>, thresholds: &Thresholds) -> Option<Found> {
    if arguments.mode == Mode::Closed {
        return None;
    }
    let plan = open::Plan {
        pattern: arguments.pattern.pattern(arguments.duration),
        in_flight_max: arguments.max_in_flight as usize,
        settle_within: arguments.settle,
    };
    let bar = bar("open model", arguments.duration);
    let watch = |record: &Record, deliveries: SoFar| {
        show(&bar, record);
        !(arguments.abort_early && result::is_broken(record, deliveries, thresholds))
    };
    let early = arguments.abort_early.then_some(thresholds.end_to_end.p95);
    let api = ToApi::new(target, session, arguments.mix());
    let found = open::run(&plan, api, early, watch).await;
    bar.finish_and_clear();
    Some(found)
}

fn show(bar: &ProgressBar, record: &Record) {
    if bar.is_hidden() {
        return;
    }
    let total = record.total();
    let p99 = total.quantile(0.99).as_secs_f64() * 1_000.0;
    bar.set_message(format!("{} answered, {} failed, p99 {p99:.1} ms", total.count(), total.failed));
    bar.set_position(record.elapsed().as_secs());
}

async fn tick(bar: ProgressBar) {
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        bar.inc(1);
    }
}

fn bar(name: &str, length: Duration) -> ProgressBar {
    let terminal = io::stderr().is_terminal();
    let target = if terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let style = ProgressStyle::with_template("{prefix:.bold} [{bar:30}] {percent}% {msg}");
    let bar = ProgressBar::with_draw_target(Some(length.as_secs()), target);
    bar.set_style(style.expect("a constant template is valid").progress_chars("━━ "));
    bar.set_prefix(name.to_owned());
    bar
}

fn print(arguments: &Arguments, result: &LoadResult) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if arguments.json {
        return out.write_all(rez_reports::load_json(result).as_bytes());
    }
    let no_color = std::env::var("NO_COLOR").ok();
    let colours = Colours::choose(out.is_terminal(), no_color.as_deref());
    out.write_all(rez_reports::render_load(result, colours).as_bytes())
}

fn load(arguments: &Arguments) -> String {
    let length = humantime::format_duration(arguments.duration);
    let open = format!("open model, {} for {length}", arguments.pattern);
    let closed = format!("closed model, {} users for {length}", arguments.users);
    let load = match arguments.mode {
        Mode::Open => open,
        Mode::Closed => closed,
        Mode::Both => format!("{closed}; {open}"),
    };
    let only: Vec<&str> = arguments.only.iter().map(|request| request.name()).collect();
    if only.is_empty() { load } else { format!("{load}; only {}", only.join(", ")) }
}

/// As it was called. Nothing secret can be among the arguments.
fn command() -> String {
    let arguments: Vec<String> = std::env::args().skip(1).map(quoted).collect();
    let by_cargo = std::env::var_os("CARGO").is_some();
    let program = if by_cargo { "cargo run --release -p rez-loadtest --" } else { "rez-loadtest" };
    format!("{program} {}", arguments.join(" ")).trim_end().to_owned()
}

/// As a shell takes it for one word.
fn quoted(argument: String) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:=,@+".contains(letter);
    if !argument.is_empty() && argument.chars().all(plain) {
        return argument;
    }
    format!("'{}'", argument.replace('\'', r"'\''"))
}
