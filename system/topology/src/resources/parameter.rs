//! `AWS::SSM::Parameter`. CloudFormation cannot create a SecureString.

use super::Reading;
use crate::model::{StoreParameter, Topology};

pub(crate) fn read(reading: &Reading<'_>, topology: &mut Topology) {
    let properties = reading.properties();
    properties.deployment_only(&["AllowedPattern", "Description", "Tags", "Tier"]);
    properties.require("Type");
    let parameter = StoreParameter {
        name: reading.name(),
        kind: properties.one_of("Type", &["String", "StringList"]).unwrap_or_default(),
        value: properties.required_text("Value"),
    };
    topology.store_parameters.insert(reading.id(), parameter);
}
