//! Concrete facts of `system/template.yaml`, as the simulator will see them.

use std::collections::BTreeMap;
use std::time::Duration;

use rez_topology::{Options, Projection, Topology};

use crate::{deployed, own_path};

#[test]
fn functions() {
    let topology = deployed("dev");
    let seen: Vec<_> = topology
        .functions
        .iter()
        .map(|(id, function)| (id.as_str(), function.name.as_str(), function.timeout.as_secs(), function.memory_mb))
        .collect();
    assert_eq!(
        seen,
        [
            ("JwtAuthorizer", "rez-agent-dev-jwt-authorizer", 10, 256),
            ("MessageProcessor", "rez-agent-dev-message-processor", 50, 256),
            ("NotificationService", "rez-agent-dev-notification-service", 45, 256),
            ("Scheduler", "rez-agent-dev-scheduler", 50, 256),
            ("WebApi", "rez-agent-dev-web-api", 28, 256),
        ]
    );
    for function in topology.functions.values() {
        assert_eq!((function.architecture.as_str(), function.runtime.as_str()), ("arm64", "provided.al2023"));
        assert!(function.tracing_active);
        assert_eq!(function.environment["STAGE"], "dev");
    }
}

#[test]
fn names_reach_the_functions() {
    let topology = deployed("prod");
    let expected = [
        ("COUNTERS_TABLE", "rez-agent-prod-counters"),
        ("DEAD_LETTER_QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/123456789012/rez-agent-prod-messages-dlq"),
        ("MESSAGES_TABLE", "rez-agent-prod-messages"),
        (
            "NOTIFICATION_FUNCTION",
            "arn:aws:lambda:us-east-1:123456789012:function:rez-agent-prod-notification-service:live",
        ),
        ("STAGE", "prod"),
    ];
    let expected: BTreeMap<String, String> = expected.map(|(name, value)| (name.into(), value.into())).into();
    assert_eq!(topology.functions["MessageProcessor"].environment, expected);
}

#[test]
fn functions_that_read_parameters_have_the_extension() {
    let topology = deployed("dev");
    for (id, function) in &topology.functions {
        let reads = topology.role_of(id).is_some_and(|role| {
            role.statements.iter().any(|statement| statement.actions.contains(&"ssm:GetParameter".to_owned()))
        });
        assert_eq!(reads, function.layers.iter().any(|layer| layer.contains("Lambda-Extension-Arm64")), "{id}");
    }
}

#[test]
fn queues() {
    let topology = deployed("dev");
    let queue = &topology.queues["MessagesQueue"];
    assert_eq!(queue.visibility_timeout, Duration::from_secs(300));
    let redrive = queue.redrive.as_ref().expect("a dead-letter queue");
    let dead_letters = topology.queue_by_arn(&redrive.target_arn).expect("in this template");
    assert_eq!((dead_letters.name.as_str(), redrive.max_receive_count), ("rez-agent-dev-messages-dlq", 3));
    assert_eq!(dead_letters.retention, Duration::from_secs(14 * 24 * 3600));
    assert_eq!(topology.queue_by_url(&queue.url), topology.queue_by_name("rez-agent-dev-messages"));
}

#[test]
fn the_topic_may_write_to_the_queue_and_nobody_else_may() {
    let topology = deployed("dev");
    let topic = &topology.topics["MessagesTopic"];
    let subscriptions: Vec<_> = topology.subscriptions_of(&topic.arn).collect();
    let queue = topology.queue_by_arn(&subscriptions[0].endpoint).expect("subscribed");
    assert_eq!((subscriptions.len(), subscriptions[0].raw_message_delivery), (1, false));

    let statements: Vec<_> = topology.queue_statements(queue).collect();
    assert_eq!(statements.len(), 1);
    assert_eq!(statements[0].principals, ["sns.amazonaws.com"]);
    assert_eq!(statements[0].source_arns, [topic.arn.as_str()]);
    assert_eq!(statements[0].actions, ["sqs:SendMessage"]);
}

#[test]
fn the_queue_feeds_the_processor() {
    let topology = deployed("dev");
    let queue = &topology.queues["MessagesQueue"];
    let sources: Vec<_> = topology.event_sources_of(&queue.arn).collect();
    assert_eq!(sources.len(), 1);
    assert_eq!((sources[0].function.as_str(), sources[0].batch_size), ("MessageProcessor", 10));
    assert_eq!(sources[0].maximum_concurrency, Some(5));
    assert!(sources[0].report_batch_item_failures);
}

#[test]
fn tables() {
    let topology = deployed("dev");
    let table = topology.table_by_name("rez-agent-dev-messages").expect("there");
    assert_eq!(table.partition_key.name, "message_id");
    assert_eq!(table.ttl_attribute.as_deref(), Some("ttl"));
    let due = table.indexes.iter().find(|index| index.name == "due").expect("there");
    assert_eq!(due.projection, Projection::KeysOnly);
    assert_eq!(due.sort_key.as_ref().map(|key| (key.name.as_str(), key.kind.as_str())), Some(("due_at", "N")));
    for list in ["stage-created_date", "status-created_date"] {
        let index = table.indexes.iter().find(|index| index.name == list).expect("there");
        let Projection::Include(attributes) = &index.projection else { panic!("{:?}", index.projection) };
        assert!(attributes.contains(&"title".to_owned()) && !attributes.contains(&"body".to_owned()));
    }
    let counters = &topology.tables["CountersTable"];
    assert_eq!(counters.sort_key.as_ref().map(|key| key.name.as_str()), Some("slot"));
    assert!(topology.tables.values().all(|table| table.point_in_time_recovery));
}

#[test]
fn schedules() {
    let topology = deployed("dev");
    let sweep = &topology.schedules["Sweep"];
    assert_eq!((sweep.expression.as_str(), sweep.function.as_str()), ("rate(1 minute)", "Scheduler"));
    assert_eq!(sweep.input.as_deref(), Some(r#"{"sweep":true}"#));
    assert_eq!((sweep.retry_attempts, sweep.event_age_max), (0, Duration::from_secs(60)));
    let daily = &topology.schedules["DailyMessage"];
    assert_eq!((daily.name.as_str(), daily.input.as_deref()), ("rez-agent-dev-daily-message", None));
    assert_eq!((daily.retry_attempts, daily.event_age_max), (185, Duration::from_secs(86_400)));
    let accepted = &topology.functions["Scheduler"].asynchronous;
    assert_eq!((accepted.retry_attempts, accepted.event_age_max), (2, Duration::from_secs(21_600)));
}

#[test]
fn parameters_of_the_template_become_settings() {
    let options = Options::default().parameter("NtfyUrl", "https://ntfy.example.com").parameter("Stage", "stage");
    let topology = Topology::from_file(own_path(), &options).expect("valid");
    let setting = &topology.store_parameters["NtfyUrlParameter"];
    assert_eq!(
        (setting.name.as_str(), setting.value.as_str()),
        ("/rez-agent/stage/ntfy-url", "https://ntfy.example.com")
    );
}

#[test]
fn what_a_condition_switches_off_is_left_out() {
    assert!(!deployed("dev").subscriptions.contains_key("AlarmEmailSubscription"));
    let options =
        Options::default().parameter("AlarmEmail", "ops@example.com").parameter("ApiDomain", "api.example.com");
    let topology = Topology::from_file(own_path(), &options).expect("valid");
    assert_eq!(topology.subscriptions["AlarmEmailSubscription"].endpoint, "ops@example.com");
    let callback = "https://api.example.com/api/auth/callback";
    assert_eq!(topology.functions["WebApi"].environment["SIGN_IN_REDIRECT_URL"], callback);
    assert_eq!(topology.user_pools["UserPool"].clients["UserPoolClient"].callbacks, [callback]);
}

#[test]
fn secrets_have_a_key_of_their_own() {
    let topology = deployed("dev");
    let key = &topology.keys["Key"];
    assert!(key.rotation);
    assert_eq!(key.aliases, ["alias/rez-agent-dev"]);
    for statement in &key.statements {
        assert_eq!(statement.principals, ["arn:aws:iam::123456789012:root"]);
        assert!(statement.actions.iter().all(|action| !action.contains('*')), "{statement:?}");
    }
    let reads_secrets = |id: &str| {
        let statements = topology.role_of(id).into_iter().flat_map(|role| &role.statements);
        statements.filter(|it| it.actions == ["kms:Decrypt"]).any(|it| it.resources == [key.arn.as_str()])
    };
    let readers: Vec<_> = topology.functions.keys().filter(|id| reads_secrets(id)).collect();
    assert_eq!(readers, ["NotificationService", "WebApi"]);
}
