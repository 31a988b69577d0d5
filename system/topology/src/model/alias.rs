//! How a new version of a function goes live.

/// The name under which the callers of a function know its current version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    pub name: String,
    pub arn: String,
    /// `None` moves all callers to a new version at once.
    pub deployment: Option<GradualDeployment>,
}

/// CodeDeploy moves the callers little by little, and back again when an alarm goes off meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GradualDeployment {
    /// Name of the configuration of CodeDeploy, such as `CodeDeployDefault.LambdaCanary10Percent5Minutes`.
    pub configuration: String,
    /// Names of the alarms.
    pub alarms: Vec<String>,
}
