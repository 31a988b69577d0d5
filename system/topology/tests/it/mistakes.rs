//! Every kind of mistake: what is said of it, and on which line.

mod front_door;
mod watching;

use rez_topology::{Mistake, Options, Topology, TopologyError};

/// The mistakes found in `template`, as lines of `line: message`.
fn mistakes_with(template: &str, options: &Options) -> Vec<String> {
    match Topology::from_yaml(template, "template.yaml", options) {
        Ok(_) => Vec::new(),
        Err(TopologyError::Invalid(mistakes)) => {
            mistakes.iter().map(|Mistake { line, message, .. }| format!("{line}: {message}")).collect()
        }
        Err(error) => panic!("{error}"),
    }
}

#[track_caller]
fn check(template: &str, expected: &[&str]) {
    assert_eq!(mistakes_with(template, &Options::default()), expected, "{template}");
}

/// A resource `R` of `kind`; `properties` begin in line 5.
fn resource(kind: &str, properties: &str) -> String {
    let indented: String = properties.lines().map(|line| format!("      {line}\n")).collect();
    format!("Resources:\n  R:\n    Type: {kind}\n    Properties:\n{indented}")
}

#[track_caller]
fn check_resource(kind: &str, properties: &str, expected: &[&str]) {
    check(&resource(kind, properties), expected);
}

#[track_caller]
fn check_queue(properties: &str, expected: &[&str]) {
    check_resource("AWS::SQS::Queue", properties, expected);
}

#[test]
fn a_mistake_names_file_line_and_what_was_expected() {
    let template = resource("AWS::SNS::Topic", "TopicName: t\nFifoTopic: true");
    let error = Topology::from_yaml(&template, "system/template.yaml", &Options::default()).expect_err("FIFO");
    assert_eq!(
        error.to_string(),
        "system/template.yaml:6: unknown property `FifoTopic` of `AWS::SNS::Topic` \
         (expected one of `DisplayName`, `KmsMasterKeyId`, `Tags` or `TopicName`)"
    );
}

#[test]
fn all_mistakes_are_told_at_once_in_order() {
    check_queue(
        "DelaySeconds: 901\nQueueName: !Ref Nobody\nRedrivePolicy:\n  maxReceiveCount: 0",
        &[
            "5: `DelaySeconds` of `AWS::SQS::Queue` is `901` (expected a number from 0 to 900)",
            "6: `Nobody` is neither a parameter nor a resource of this template",
            "8: `maxReceiveCount` of `RedrivePolicy` of `AWS::SQS::Queue` is `0` (expected a number from 1 to 1000)",
            "8: missing property `deadLetterTargetArn` of `RedrivePolicy` of `AWS::SQS::Queue`",
        ],
    );
}

#[test]
fn text_that_is_no_template() {
    check("Resources: [", &["2: while parsing a node, did not find expected node content"]);
    check("", &["1: the template is empty (expected a mapping)"]);
    check("Resources: 7", &["1: `Resources` is `7` (expected a mapping)"]);
    check("Resources: {}\nParameters: [Stage]", &["2: `Parameters` is a list (expected a mapping)"]);
    check("Resources: {}\nResources: {}", &["2: `Resources` appears twice (first in line 1)"]);
    check("a: &x 1\nb: *x", &["2: YAML aliases are not supported (CloudFormation refuses them)"]);
    let deep = format!("Resources: {}", "[".repeat(70));
    check(&deep, &["1: nested deeper than 64 levels"]);
}

#[test]
fn unknown_names_at_the_top() {
    let sections = "`AWSTemplateFormatVersion`, `Conditions`, `Description`, `Globals`, `Mappings`, `Metadata`, \
                    `Outputs`, `Parameters`, `Resources` or `Transform`";
    let expected = format!("2: unknown property `Rules` of the template (expected one of {sections})");
    check("Resources: {}\nRules: {}", &[&expected]);
    check("Globals: {}", &["1: missing property `Resources` of the template"]);
    check(
        "Globals:\n  Api: {}\nResources: {}",
        &["2: unknown property `Api` of `Globals` (expected one of `Function`)"],
    );
    check(
        "Transform: AWS::LanguageExtensions\nResources: {}",
        &["1: `Transform` of the template is `AWS::LanguageExtensions` (expected `AWS::Serverless-2016-10-31`)"],
    );
}

#[test]
fn resources() {
    let found = mistakes_with("Resources:\n  R:\n    Type: AWS::EC2::Instance", &Options::default());
    assert!(
        found[0].starts_with("3: unknown resource type `AWS::EC2::Instance` (expected one of `AWS::ApiGatewayV2::Api`")
    );
    check("Resources:\n  R: {}", &["2: missing property `Type` of resource `R`"]);
    check(
        "Resources:\n  R:\n    Type: AWS::SQS::Queue\n    DependsOn: Q",
        &["2: `R` depends on `Q`, which is no resource"],
    );
    check(
        "Resources:\n  R:\n    Type: AWS::SQS::Queue\n    CreationPolicy: {}",
        &["4: unknown property `CreationPolicy` of resource `R` (expected one of `Condition`, `DeletionPolicy`, \
           `DependsOn`, `Metadata`, `Properties`, `Type` or `UpdateReplacePolicy`)"],
    );
}

#[test]
fn values_of_the_wrong_kind() {
    check_queue("QueueName: [a]", &["5: `QueueName` of `AWS::SQS::Queue` is a list (expected text)"]);
    check_queue("QueueName:", &["5: `QueueName` of `AWS::SQS::Queue` is empty (expected a value)"]);
    check_queue("RedrivePolicy: no", &["5: `RedrivePolicy` of `AWS::SQS::Queue` is `no` (expected a mapping)"]);
    check_queue(
        "VisibilityTimeout: 5m",
        &["5: `VisibilityTimeout` of `AWS::SQS::Queue` is `5m` (expected a number from 0 to 43200)"],
    );
    check_resource(
        "AWS::SNS::Subscription",
        "{ TopicArn: t, Protocol: pigeon, Endpoint: e, RawMessageDelivery: yes }",
        &[
            "5: `Protocol` of `AWS::SNS::Subscription` is `pigeon` (expected `email`, `email-json`, `http`, `https`, \
             `lambda`, `sms` or `sqs`)",
            "5: `RawMessageDelivery` of `AWS::SNS::Subscription` is `yes` (expected `true` or `false`)",
        ],
    );
    check_resource(
        "AWS::SSM::Parameter",
        "{ Name: n, Type: SecureString, Value: v }",
        &["5: `Type` of `AWS::SSM::Parameter` is `SecureString` (expected `String` or `StringList`)"],
    );
    check_resource(
        "AWS::Logs::LogGroup",
        "RetentionInDays: 8",
        &[
            "5: `RetentionInDays` of `AWS::Logs::LogGroup` is `8` (expected `1`, `3`, `5`, `7`, `14`, `30`, `60`, `90`, \
           `120`, `150`, `180`, `365`, `400`, `545`, `731`, `1096`, `1827`, `2192`, `2557`, `2922`, `3288` or `3653`)",
        ],
    );
}

#[test]
fn intrinsic_functions() {
    let known = "`!And`, `!Condition`, `!Equals`, `!FindInMap`, `!GetAtt`, `!If`, `!Join`, `!Not`, `!Or`, `!Ref`, \
                 `!Select`, `!Split` or `!Sub`";
    let expected = format!("5: unknown intrinsic `!ImportValue` (expected one of {known})");
    check_queue("QueueName: !ImportValue other", &[&expected]);
    let long = known.replace('!', "Fn::").replace("Fn::Ref", "Ref").replace("Fn::Condition", "Condition");
    let expected = format!("5: unknown intrinsic `Fn::GetAZs` (expected one of {long})");
    check_queue("QueueName: { 'Fn::GetAZs': '' }", &[&expected]);

    let cases = [
        (
            "!Ref AWS::Regin",
            "unknown pseudo parameter `AWS::Regin` (expected one of `AWS::AccountId`, `AWS::NoValue`, \
                             `AWS::Partition`, `AWS::Region`, `AWS::StackName` or `AWS::URLSuffix`)",
        ),
        ("!Ref [a]", "`!Ref` of a list (expected a name)"),
        ("!Ref R", "the name of `R` refers to itself"),
        ("!GetAtt Nobody.Arn", "`Nobody` is not a resource of this template"),
        ("!GetAtt R.Size", "unknown attribute `Size` of `AWS::SQS::Queue` (expected `Arn`, `QueueName` or `QueueUrl`)"),
        ("!GetAtt R", "wrong arguments of `!GetAtt` (expected Resource.Attribute)"),
        ("!Sub '${Nobody}-x'", "`Nobody` is neither a parameter nor a resource of this template"),
        ("!Sub 'x-${y'", "`${` without `}` in `x-${y`"),
        ("!Sub [a]", "wrong arguments of `!Sub` (expected text, or [text, {name: value, …}])"),
        ("!Sub ['${x}', { x: [1] }]", "`${x}` is a list (expected text)"),
        ("!Join [a]", "wrong arguments of `!Join` (expected [delimiter, [text, …]])"),
        ("!Select [2, [a, b]]", "`!Select` of 2 from a list of 2"),
        ("!Select [x, [a, b]]", "wrong arguments of `!Select` (expected [index, [value, …]])"),
        ("!Split ['', a]", "wrong arguments of `!Split` (expected [delimiter, text])"),
        ("!FindInMap [M, a, b]", "no `M` in `Mappings` (expected nothing)"),
        ("!If [C, a, b]", "unknown condition `C` (expected nothing)"),
        ("!If [C, a]", "wrong arguments of `!If` (expected [condition, then, else])"),
        ("!Equals [a, b]", "`!Equals` outside of `Conditions` (expected `!If`)"),
    ];
    for (value, message) in cases {
        check_queue(&format!("QueueName: {value}"), &[&format!("5: {message}")]);
    }
}

#[test]
fn mappings() {
    let template = |key| {
        format!(
            "Mappings:\n  M:\n    a: {{ b: name }}\nResources:\n  R:\n    Type: AWS::SQS::Queue\n    Properties:\n      \
             QueueName: !FindInMap [M, {key}]"
        )
    };
    check(&template("a, b"), &[]);
    check(&template("x, b"), &["8: no `x` in `M` (expected `a`)"]);
    check(&template("a, x"), &["8: no `x` in `M.a` (expected `b`)"]);
}

#[test]
fn conditions() {
    let template = |condition: &str| {
        format!("Conditions:\n  C: {condition}\n  T: !Equals [a, a]\nResources:\n  R:\n    Type: AWS::SQS::Queue")
    };
    check(&template("!And [!Condition T, !Not [!Equals [a, b]], {Condition: T}]"), &[]);
    check(&template("!Not [!Condition C]"), &["2: condition `C` depends on itself"]);
    check(&template("!Condition D"), &["2: unknown condition `D` (expected `C` or `T`)"]);
    check(&template("!Equals [a]"), &["2: wrong arguments of `!Equals` (expected [value, value])"]);
    check(&template("!Or [!Condition T]"), &["2: wrong arguments of `!Or` (expected a list of 2 to 10)"]);
    check(&template("yes"), &["2: `yes` is no condition (expected `!Equals`, `!Not`, `!And`, `!Or` or `!Condition`)"]);
}

#[test]
fn what_is_not_deployed_is_read_all_the_same() {
    let template = "Conditions:\n  Never: !Equals [a, b]\nResources:\n  R:\n    Type: AWS::SQS::Queue\n    \
                    Condition: Never\n    Properties:\n      DelaySeconds: soon\n      KmsMasterKeyId: !If [Never, \
                    !Ref Nobody, x]";
    check(
        template,
        &[
            "8: `DelaySeconds` of `AWS::SQS::Queue` is `soon` (expected a number from 0 to 900)",
            "9: `Nobody` is neither a parameter nor a resource of this template",
        ],
    );
}

#[test]
fn what_is_deployed_refers_to_what_is_deployed() {
    let template = |condition: &str| {
        format!(
            "Conditions:\n  Never: !Equals [a, b]\nResources:\n  Q:\n    Type: AWS::SQS::Queue\n    Condition: Never\n  \
             T:\n    Type: AWS::SNS::Topic\n{condition}    Properties:\n      DisplayName: !GetAtt Q.QueueName"
        )
    };
    check(&template("    # always\n"), &["11: `Q` is not deployed under this condition"]);
    check(&template("    Condition: Never\n"), &[]);
    let chosen = template("    # always\n").replace("!GetAtt Q.QueueName", "!If [Never, !GetAtt Q.QueueName, none]");
    check(&chosen, &[]);
}

#[test]
fn parameters() {
    let template = "Parameters:\n  Stage: { Type: String, AllowedValues: [dev, prod] }\n  N: { Type: Number, Default: 1 \
                    }\nResources: {}";
    let with = |name: &str, value: &str| mistakes_with(template, &Options::default().parameter(name, value));
    assert_eq!(with("Stage", "prod"), Vec::<String>::new());
    assert_eq!(with("Stage", "test"), ["2: parameter `Stage` is `test` (expected `dev` or `prod`)"]);
    assert_eq!(
        with("Stag", "prod"),
        [
            "2: parameter `Stage` has no default, and was given no value",
            "2: unknown parameter `Stag` (expected one of `Stage` or `N`)"
        ]
    );
    let options = Options::default().parameter("Stage", "dev").parameter("N", "many");
    assert_eq!(mistakes_with(template, &options), ["3: parameter `N` is `many` (expected a number)"]);
}

#[test]
fn tables() {
    let table = |rest: &str| format!("BillingMode: PAY_PER_REQUEST\n{rest}");
    let kind = "AWS::DynamoDB::Table";
    check_resource(
        kind,
        &table(
            "AttributeDefinitions: [{ AttributeName: a, AttributeType: S }, { AttributeName: b, AttributeType: S }]\n\
                KeySchema: [{ AttributeName: a, KeyType: HASH }]",
        ),
        &["6: `AttributeDefinitions` of `AWS::DynamoDB::Table` is `b` (expected only attributes that are keys)"],
    );
    check_resource(
        kind,
        &table("AttributeDefinitions: []\nKeySchema: [{ AttributeName: a, KeyType: HASH }]"),
        &["7: `AttributeName` of `KeySchema` of `AWS::DynamoDB::Table` is `a` (expected an attribute of \
           `AttributeDefinitions`)"],
    );
    check_resource(
        kind,
        "BillingMode: PROVISIONED\nAttributeDefinitions: []\nKeySchema: []",
        &[
            "5: `BillingMode` of `AWS::DynamoDB::Table` is `PROVISIONED` (expected `PAY_PER_REQUEST`)",
            "7: `KeySchema` of `AWS::DynamoDB::Table` is a list (expected an element whose `KeyType` is `HASH`)",
        ],
    );
}

#[test]
fn roles() {
    let trust = "AssumeRolePolicyDocument:\n  Statement: [{ Effect: Allow, Action: sts:AssumeRole, Principal: { Service: \
                 lambda.amazonaws.com } }]\n";
    let statement = |text: &str| {
        format!("{trust}Policies:\n  - PolicyName: p\n    PolicyDocument:\n      Statement:\n        - {text}")
    };
    let what = "`Statement` of `PolicyDocument` of `Policies` of `AWS::IAM::Role`";
    check_resource("AWS::IAM::Role", &statement("{ Effect: Allow, Action: s3:Get, Resource: r }"), &[]);
    let expected = format!("11: missing property `Resource` of {what}");
    check_resource("AWS::IAM::Role", &statement("{ Effect: Allow, Action: s3:Get }"), &[&expected]);
    let expected = format!(
        "11: unknown property `NotAction` of {what} (expected one of `Action`, `Condition`, `Effect`, `Resource` or `Sid`)"
    );
    let missing = format!("11: missing property `Action` of {what}");
    check_resource(
        "AWS::IAM::Role",
        &statement("{ Effect: Allow, NotAction: x, Resource: r }"),
        &[&missing, &expected],
    );
    let expected = format!(
        "11: unknown property `Bool` of `Condition` of {what} (expected one of `ArnEquals`, `ArnLike`, `StringEquals` or \
         `StringLike`)"
    );
    let conditional = "{ Effect: Deny, Action: x, Resource: r, Condition: { Bool: { 'aws:SecureTransport': false } } }";
    check_resource("AWS::IAM::Role", &statement(conditional), &[&expected]);
}

#[test]
fn functions() {
    let kind = "AWS::Serverless::Function";
    check_resource(
        kind,
        "Runtime: provided.al2023\nTimeout: 901\nArchitectures: [arm]\nRole: arn:aws:iam::1:role/elsewhere",
        &[
            "6: `Timeout` of `AWS::Serverless::Function` is `901` (expected a number from 1 to 900)",
            "7: `Architectures` of `AWS::Serverless::Function` is `arm` (expected `arm64` or `x86_64`)",
            "8: `Role` of `AWS::Serverless::Function` is `arn:aws:iam::1:role/elsewhere` (expected the ARN of a role of \
             this template)",
        ],
    );
    check_resource(
        kind,
        "Runtime: provided.al2023\nEvents:\n  E: { Type: Kafka, Properties: { Topic: t } }\n  \
         S: { Type: Schedule, Properties: { Schedule: at(noon) } }",
        &[
            "7: `Type` of event `E` is `Kafka` (expected `SQS` or `Schedule`)",
            "8: `Schedule` of `Properties` of event `S` is `at(noon)` (expected `rate(…)` or `cron(…)`)",
        ],
    );
    check_resource(
        kind,
        "Runtime: provided.al2023\nPolicies: [AWSLambdaBasicExecutionRole]",
        &["6: `Policies` of `AWS::Serverless::Function` is `AWSLambdaBasicExecutionRole` (expected a mapping)"],
    );
}

#[test]
fn runtimes() {
    let kind = "AWS::Serverless::Function";
    check_resource(kind, "Runtime: provided.al2", &[]);
    check_resource(kind, "Timeout: 3", &["5: missing property `Runtime` of `AWS::Serverless::Function`"]);
    check_resource(
        kind,
        "Runtime: python3.13",
        &["5: `Runtime` of `AWS::Serverless::Function` is `python3.13` (expected `provided.al2023` or `provided.al2`)"],
    );
}

#[test]
fn rules_and_permissions() {
    check_resource(
        "AWS::Events::Rule",
        "ScheduleExpression: rate(1 day)\nTargets: [{ Id: a, Arn: arn:aws:sqs:q }]",
        &["6: `Arn` of `Targets` of `AWS::Events::Rule` is `arn:aws:sqs:q` (expected a function of this template)"],
    );
    check_resource(
        "AWS::Events::Rule",
        "ScheduleExpression: rate(1 day)\nTargets: []",
        &["6: `Targets` of `AWS::Events::Rule` is a list (expected a list of exactly one)"],
    );
    check_resource(
        "AWS::Lambda::Permission",
        "{ FunctionName: nobody, Action: lambda:InvokeFunction, Principal: events.amazonaws.com }",
        &["5: `FunctionName` of `AWS::Lambda::Permission` is `nobody` (expected a function of this template)"],
    );
}

#[test]
fn alarms() {
    let alarm =
        "Namespace: n\nMetricName: m\nComparisonOperator: LessThanThreshold\nThreshold: 1\nEvaluationPeriods: 2\n";
    check_resource(
        "AWS::CloudWatch::Alarm",
        &format!("{alarm}Period: 61\nDatapointsToAlarm: 3"),
        &[
            "5: missing property `Statistic` of `AWS::CloudWatch::Alarm`",
            "10: `Period` of `AWS::CloudWatch::Alarm` is `61` (expected 10, 20, 30 or a multiple of 60 seconds)",
            "11: `DatapointsToAlarm` of `AWS::CloudWatch::Alarm` is `3` (expected a number from 1 to 2)",
        ],
    );
}

#[test]
fn outputs() {
    check(
        "Resources: {}\nOutputs:\n  A: { Value: !Ref Nobody }\n  B: { Vlaue: x }",
        &[
            "3: `Nobody` is neither a parameter nor a resource of this template",
            "4: missing property `Value` of output `B`",
            "4: unknown property `Vlaue` of output `B` (expected one of `Condition`, `Description`, `Export` or `Value`)",
        ],
    );
}

/// Mistakes that no single property shows.
#[test]
fn what_does_not_fit_together() {
    let function = |queue: &str, timeout: u32, batch: u32| {
        format!(
            "Resources:\n  Q: {{ Type: AWS::SQS::Queue }}\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      \
             Runtime: provided.al2023\n      Timeout: {timeout}\n      Events:\n        \
             E: {{ Type: SQS, Properties: {{ Queue: {queue}, BatchSize: {batch} }} }}"
        )
    };
    check(&function("!GetAtt Q.Arn", 30, 10), &[]);
    check(
        &function("!GetAtt Q.Arn", 31, 10),
        &["3: queue visibility timeout of 30 s is less than the function's 31 s"],
    );
    check(&function("!GetAtt Q.Arn", 30, 11), &["3: a batch of 11 needs `MaximumBatchingWindowInSeconds`"]);
    check(&function("arn:q", 30, 10), &["3: queue `arn:q` is not in this template"]);
    let untrusted = "Resources:\n  R:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument:\n        \
                     Statement: [{ Effect: Deny, Action: sts:AssumeRole, Principal: { Service: lambda.amazonaws.com } }]\n  \
                     F: { Type: AWS::Serverless::Function, \
                     Properties: { Runtime: provided.al2023, Role: !GetAtt R.Arn } }";
    check(untrusted, &["7: `lambda.amazonaws.com` may not assume `R`"]);
    check_queue(
        "RedrivePolicy: { deadLetterTargetArn: arn:q, maxReceiveCount: 1 }",
        &["2: dead-letter queue `arn:q` is not in this template"],
    );
    check_resource(
        "AWS::SNS::Subscription",
        "{ TopicArn: arn:t, Protocol: email, Endpoint: a@example.com }",
        &["2: topic `arn:t` is not in this template"],
    );
}

/// Z stands before A in the template.
#[test]
fn an_account_keeps_100_of_its_1000_concurrent_executions_unreserved() {
    let functions = |first: u32, second: u32| {
        let function = |reserved| {
            format!(
                "{{ Type: AWS::Serverless::Function, Properties: {{ Runtime: provided.al2023, \
                 ReservedConcurrentExecutions: {reserved} }} }}"
            )
        };
        format!("Resources:\n  Z: {}\n  A: {}", function(first), function(second))
    };
    check(&functions(890, 10), &[]);
    let over = "functions up to here reserve a concurrency of 901 (expected at most 900)";
    check(&functions(890, 11), &[&format!("3: {over}")]);
    check(&functions(901, 0), &[&format!("2: {over}")]);
}

#[test]
fn a_file_that_is_not_there() {
    let error = Topology::from_file("nowhere.yaml", &Options::default()).expect_err("not there").to_string();
    assert_eq!(error, "cannot read `nowhere.yaml`: No such file or directory (os error 2) (expected a readable file)");
}

#[test]
fn a_file_that_is_no_text() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("template.yaml");
    std::fs::write(&path, b"Resources:\n  A: \xff\n").unwrap();
    let error = Topology::from_file(&path, &Options::default()).expect_err("no text").to_string();
    assert_eq!(error, format!("{}:2: a byte that is not UTF-8 (expected a YAML file)", path.display()));
}
