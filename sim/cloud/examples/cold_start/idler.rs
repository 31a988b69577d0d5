//! A function that does nothing, in process and as a binary: this example itself.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use bytes::Bytes;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use rez_cloud::program::{Ambient, BoxFuture, FunctionError, Handler, InvocationContext, Program};
use rez_topology::{Options, Topology};
use serde_json::Value;

pub const ID: &str = "Idler";

const TEMPLATE: &str = "
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Resources:
  Idler:
    Type: AWS::Serverless::Function
    Properties: { FunctionName: idler, Runtime: provided.al2023 }
";

pub fn topology() -> Result<Topology> {
    Ok(Topology::from_yaml(TEMPLATE, "idler.yaml", &Options::default())?)
}

/// The binary's `main`.
pub async fn run() -> ExitCode {
    let nothing = |_: LambdaEvent<Value>| async { Ok::<_, Error>(Value::Null) };
    match lambda_runtime::run(service_fn(nothing)).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

pub struct Idler;

impl Program for Idler {
    fn start(&self, _: Ambient) -> BoxFuture<'static, Result<Arc<dyn Handler>, String>> {
        Box::pin(async { Ok(Arc::new(Self) as Arc<dyn Handler>) })
    }
}

impl Handler for Idler {
    fn handle(&self, _: Bytes, _: InvocationContext) -> BoxFuture<'_, Result<Bytes, FunctionError>> {
        Box::pin(async { Ok(Bytes::from_static(b"null")) })
    }
}
