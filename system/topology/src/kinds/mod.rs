//! The resource types that are understood, and what `!Ref` and `!GetAtt` give for each (AWS's "return values").

mod table;

pub(crate) use table::KINDS;

use crate::model::Topology;
use crate::resources::Reading;
use crate::shape::Shape;

pub(crate) const AUTHORIZER: &str = "AWS::ApiGatewayV2::Authorizer";
pub(crate) const FUNCTION: &str = "AWS::Serverless::Function";
pub(crate) const HTTP_API: &str = "AWS::ApiGatewayV2::Api";
pub(crate) const INTEGRATION: &str = "AWS::ApiGatewayV2::Integration";
pub(crate) const KEY: &str = "AWS::KMS::Key";
pub(crate) const ROLE: &str = "AWS::IAM::Role";
pub(crate) const ROUTE: &str = "AWS::ApiGatewayV2::Route";
pub(crate) const STAGE: &str = "AWS::ApiGatewayV2::Stage";
pub(crate) const USER_POOL: &str = "AWS::Cognito::UserPool";

type Read = fn(&Reading<'_>, &mut Topology);

pub(crate) struct Kind {
    pub name: &'static str,
    /// The property that names the resource, if it may be named.
    pub name_property: Option<&'static str>,
    /// What `!Ref` gives; `None` where nobody needed it yet.
    pub reference: Option<Shape>,
    pub attributes: &'static [(&'static str, Shape)],
    pub read: Read,
}

impl Kind {
    const fn new(name: &'static str, read: Read) -> Self {
        Self { name, name_property: None, reference: None, attributes: &[], read }
    }

    const fn named(self, property: &'static str) -> Self {
        Self { name_property: Some(property), ..self }
    }

    const fn referred(self, reference: Shape) -> Self {
        Self { reference: Some(reference), ..self }
    }

    const fn with(self, attributes: &'static [(&'static str, Shape)]) -> Self {
        Self { attributes, ..self }
    }
}
