//! What is printed once everything is there: where it is, and who can sign in.

use comfy_table::Table;
use comfy_table::presets::NOTHING;
use serde::Serialize;

use super::doors::Doors;
use super::system::{NTFY_TOPIC, PASSWORD, USERS};
use super::{FunctionsName, ServeArgs};

/// Everything that somebody needs to know to use the system.
#[derive(Serialize)]
pub struct Announcement {
    api: String,
    sign_in: String,
    ntfy: String,
    aws: String,
    region: &'static str,
    profile: &'static str,
    functions: &'static str,
    ntfy_topic: &'static str,
    users: [&'static str; 3],
    password: &'static str,
    pid: u32,
}

impl Announcement {
    pub fn of(arguments: &ServeArgs, doors: &Doors) -> Self {
        Self {
            api: doors.api.url(),
            sign_in: doors.sign_in.url(),
            ntfy: doors.ntfy.url(),
            aws: doors.aws.url(),
            region: rez_cloud::services::names::REGION,
            profile: arguments.profile.name(),
            functions: match arguments.functions {
                FunctionsName::InProcess => "in-process",
                FunctionsName::Process => "process",
            },
            ntfy_topic: NTFY_TOPIC,
            users: USERS.map(|(user, _)| user),
            password: PASSWORD,
            pid: std::process::id(),
        }
    }

    /// A table, or a line of JSON.
    pub fn text(&self, json: bool) -> String {
        if json {
            return serde_json::to_string(self).expect("texts become JSON") + "\n";
        }
        let mut table = Table::new();
        table.load_style(NOTHING).force_no_tty();
        table.add_row(["REST API", &self.api, "try GET /api/health"]);
        table.add_row(["sign-in", &self.sign_in, &format!("{}, password {}", self.users.join(", "), self.password)]);
        table.add_row(["ntfy", &self.ntfy, &format!("GET /{}/json?poll=1 shows what arrived", self.ntfy_topic)]);
        table.add_row(["AWS", &self.aws, "AWS_ENDPOINT_URL, or aws --endpoint-url, with any credentials"]);
        format!("{}\nprofile {}, functions {}; Ctrl-C stops\n", table.trim_fmt(), self.profile, self.functions)
    }
}
