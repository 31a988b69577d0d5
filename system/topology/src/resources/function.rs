//! `AWS::Serverless::Function`.

use std::time::Duration;

use super::{Reading, alias, event, role};
use crate::model::{AsynchronousInvoke, Function, Topology};
use crate::section::Section;

/// SAM's defaults are Lambda's own.
const TIMEOUT_DEFAULT: Duration = Duration::from_secs(3);
const MEMORY_MB_DEFAULT: u32 = 128;
const EVENT_AGE_DEFAULT: Duration = Duration::from_secs(6 * 3600);
/// Those that run the bootstrap of a package. Nothing else is modelled.
const RUNTIMES: [&str; 2] = ["provided.al2023", "provided.al2"];

pub(crate) fn read(reading: &Reading<'_>, topology: &mut Topology) {
    let properties = reading.properties();
    properties.deployment_only(&["CodeUri", "Description", "Handler", "PackageType", "Tags"]);
    properties.require("Runtime");
    let name = reading.name();
    let environment = properties.section("Environment").map(|section| section.text_map("Variables"));
    let logging = properties.section("LoggingConfig").and_then(|logging| logging.text("LogGroup"));
    let architecture = properties.only_one_of("Architectures", &["arm64", "x86_64"]);
    let function = Function {
        arn: reading.attribute("Arn"),
        timeout: properties.seconds("Timeout", 1..=900).unwrap_or(TIMEOUT_DEFAULT),
        memory_mb: properties.number("MemorySize", 128..=10_240).unwrap_or(MEMORY_MB_DEFAULT),
        reserved_concurrency: properties.number("ReservedConcurrentExecutions", 0..=100_000),
        architecture: architecture.unwrap_or_else(|| "x86_64".to_owned()),
        runtime: properties.one_of("Runtime", &RUNTIMES).unwrap_or_default(),
        environment: environment.unwrap_or_default(),
        role: role_of(reading, &properties, &name, topology),
        tracing_active: properties.one_of("Tracing", &["Active", "PassThrough"]).as_deref() == Some("Active"),
        layers: properties.texts("Layers"),
        log_group: logging.unwrap_or_else(|| format!("/aws/lambda/{name}")),
        asynchronous: asynchronous(&properties),
        alias: alias::read(reading, &properties),
        name,
    };
    topology.functions.insert(reading.id(), function);
    event::read_all(reading, &properties, topology);
}

/// The logical id of its role: the one it names, or the one that SAM makes for it.
fn role_of(reading: &Reading<'_>, properties: &Section<'_>, name: &str, topology: &mut Topology) -> String {
    let Some(given) = properties.find("Role") else {
        return implicit_role(reading, properties, name, topology);
    };
    if let Some(unused) = properties.find("Policies") {
        properties.wrong("Policies", unused, "nothing, because `Role` is given and SAM would ignore it");
    }
    let role = given.as_text().and_then(|arn| reading.scope.role_id(arn));
    if role.is_none() {
        properties.wrong("Role", given, "the ARN of a role of this template");
    }
    role.unwrap_or_default().to_owned()
}

fn implicit_role(reading: &Reading<'_>, properties: &Section<'_>, name: &str, topology: &mut Topology) -> String {
    let role_name = format!("{name}-role");
    let arn = reading.scope.arn("arn:aws:iam::{account}:role/{name}", &role_name);
    let policies = properties.sections("Policies");
    let traced = properties.find("Tracing").and_then(|tracing| tracing.as_text()) == Some("Active");
    let role = role::implicit(role_name, arn, &policies, traced, event::polls_queue(properties));
    let id = format!("{}Role", reading.resource.id);
    topology.roles.insert(id.clone(), role);
    id
}

fn asynchronous(properties: &Section<'_>) -> AsynchronousInvoke {
    let config = properties.section("EventInvokeConfig");
    let retries = config.as_ref().and_then(|config| config.number("MaximumRetryAttempts", 0..=2));
    let age = config.as_ref().and_then(|config| config.seconds("MaximumEventAgeInSeconds", 60..=21_600));
    AsynchronousInvoke { retry_attempts: retries.unwrap_or(2), event_age_max: age.unwrap_or(EVENT_AGE_DEFAULT) }
}
