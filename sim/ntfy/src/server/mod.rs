//! The model on a real port, with faults: `wiremock`'s server has the model as its responder, our own listener stands
//! before it, and an admin port sets faults and reads back what arrived.

mod admin;
mod arguments;
mod exchange;
mod faults;
mod front;
mod model;
mod state;

use std::io::{ErrorKind, Write};
use std::sync::Arc;

use anyhow::{Context, anyhow};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

pub use self::arguments::Arguments;

use self::admin::Admin;
use self::exchange::Exchange;
use self::front::Door;
use self::model::Model;
use self::state::State;

/// Serves until Ctrl-C or SIGTERM.
///
/// # Errors
/// What kept it from starting: a port that is taken, a token file that cannot be read.
pub async fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for Ctrl-C")?;
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let state = Arc::new(State::new(arguments.settings()?, arguments.seed));
    let ntfy = bind(arguments, "--port", arguments.port).await?;
    let control = bind(arguments, "--admin-port", arguments.admin_port).await?;
    let model = Arc::new(Model::start(state.clone()).await?);
    announce(arguments.json, &ntfy, &control)?;

    let (shut, wanted_shut) = watch::channel(false);
    let (is_shut, told_shut) = watch::channel(false);
    let exchange = Arc::new(Exchange { state: state.clone(), model });
    let admin = Arc::new(Admin { state, shut, is_shut: told_shut });
    tokio::select! {
        ended = front::serve(ntfy, Door { wanted_shut, is_shut }, exchange) => ended.context("ntfy's port is lost"),
        ended = admin::serve(control, admin) => ended.context("the admin port is lost"),
        _ = interrupt.recv() => Ok(()),
        _ = terminate.recv() => Ok(()),
    }
}

async fn bind(arguments: &Arguments, flag: &str, port: u16) -> anyhow::Result<TcpListener> {
    TcpListener::bind((arguments.bind, port)).await.map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => {
            anyhow!("port {port} is taken (choose another with `{flag}`; 0 takes any that is free)")
        }
        _ => anyhow!("cannot listen at {}:{port}: {error} (see `{flag}` and `--bind`)", arguments.bind),
    })
}

fn announce(json: bool, ntfy: &TcpListener, admin: &TcpListener) -> anyhow::Result<()> {
    let (ntfy, admin) = (format!("http://{}", ntfy.local_addr()?), format!("http://{}", admin.local_addr()?));
    let text = if json {
        json!({ "ntfy": ntfy, "admin": admin }).to_string()
    } else {
        format!("ntfy   {ntfy}\nadmin  {admin}")
    };
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    Ok(out.flush()?)
}
