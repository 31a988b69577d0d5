//! The binary, on ports of its own, gone when its test is over.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::client::{Answer, ask};

pub fn rez_ntfy(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rez-ntfy"));
    command.args(arguments).env_remove("NTFY_TOKEN").stdin(Stdio::null());
    command
}

pub struct Program {
    pub child: Child,
    pub ntfy: String,
    pub admin: String,
}

impl Program {
    pub fn start(arguments: &[&str]) -> Self {
        Self::of(rez_ntfy(arguments))
    }

    pub fn of(mut command: Command) -> Self {
        let ports = ["--port", "0", "--admin-port", "0", "--json"];
        let mut child = command.args(ports).stdout(Stdio::piped()).spawn().expect("the binary starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
        let ready: Value = serde_json::from_str(&line).expect("one line of JSON");
        let url = |key: &str| ready[key].as_str().expect("a URL").to_owned();
        Self { ntfy: url("ntfy"), admin: url("admin"), child }
    }

    pub fn publish(&self, body: &str) -> std::io::Result<Answer> {
        ask(&self.ntfy, "POST /alerts", &[], body.as_bytes())
    }

    pub fn admin(&self, line: &str, body: &str) -> Answer {
        ask(&self.admin, line, &[], body.as_bytes()).expect("the admin port answers")
    }

    pub fn set(&self, fault: Value) {
        let answer = self.admin("POST /faults", &fault.to_string());
        assert_eq!(answer.status, 201, "{}", answer.body);
    }

    /// What arrived: the texts, in order.
    pub fn arrived(&self) -> Value {
        let received = self.admin("GET /received", "").json();
        let messages = received["messages"].as_array().expect("messages");
        json!(messages.iter().map(|it| &it["message"]["message"]).collect::<Vec<_>>())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
