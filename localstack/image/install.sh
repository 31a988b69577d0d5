#!/bin/sh
# Runs inside the container that becomes the image: LocalStack and its DynamoDB, into /opt/localstack.
set -eu
here=$(dirname "$0")

export PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_CONSTRAINT="$here/constraints.txt"
python3 -m venv /opt/localstack
pip=/opt/localstack/bin/pip
$pip install --quiet setuptools wheel
$pip install --quiet --no-build-isolation "localstack-core[runtime]==$LOCALSTACK_VERSION" service_identity
cp -r "$here/moto-dynamodb" /tmp/moto-dynamodb
$pip install --quiet --no-build-isolation --no-deps /tmp/moto-dynamodb
rm -rf /tmp/moto-dynamodb
