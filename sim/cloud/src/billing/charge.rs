//! The kinds of things that AWS bills here.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One line of a bill, and its name in a table of prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Charge {
    LambdaRequests,
    /// Memory times time, with init, in GB-seconds.
    #[serde(rename = "lambda-compute-arm64")]
    LambdaComputeArm64,
    #[serde(rename = "lambda-compute-x86-64")]
    LambdaComputeX86,
    /// One for each 512 KB.
    ApiRequests,
    /// Users who signed in. A run shows those that it saw, and they are no more in a month.
    CognitoUsers,
    /// To the internet, in GB: the bodies of an API's answers.
    DataTransferOut,
    /// Every request, a receive that finds nothing among them.
    SqsRequests,
    SnsPublishes,
    SnsQueueDeliveries,
    SnsHttpDeliveries,
    SnsEmailDeliveries,
    /// With what the indexes take; doubled in a transaction.
    DynamodbWrites,
    DynamodbReads,
    /// In GB, with the indexes and AWS's 100 bytes for each item.
    DynamodbStorage,
    DynamodbRecovery,
    Schedules,
    ParameterRequests,
    KmsKeys,
    KmsRequests,
    /// In GB.
    LogIngestion,
    LogStorage,
    /// In metric-months.
    CustomMetrics,
    Alarms,
    HighResolutionAlarms,
    Dashboards,
    Traces,
}

impl Charge {
    /// Every charge, in the order of a bill.
    pub const ALL: [Self; 26] = [
        Self::LambdaRequests,
        Self::LambdaComputeArm64,
        Self::LambdaComputeX86,
        Self::ApiRequests,
        Self::CognitoUsers,
        Self::DataTransferOut,
        Self::SqsRequests,
        Self::SnsPublishes,
        Self::SnsQueueDeliveries,
        Self::SnsHttpDeliveries,
        Self::SnsEmailDeliveries,
        Self::DynamodbWrites,
        Self::DynamodbReads,
        Self::DynamodbStorage,
        Self::DynamodbRecovery,
        Self::Schedules,
        Self::ParameterRequests,
        Self::KmsKeys,
        Self::KmsRequests,
        Self::LogIngestion,
        Self::LogStorage,
        Self::CustomMetrics,
        Self::Alarms,
        Self::HighResolutionAlarms,
        Self::Dashboards,
        Self::Traces,
    ];
}

/// The name in a table of prices.
impl fmt::Display for Charge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}
