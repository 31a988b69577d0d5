"""DynamoDB served by moto inside LocalStack's process; chosen by ``PROVIDER_OVERRIDE_DYNAMODB=moto``.

LocalStack's own provider forwards to AWS's DynamoDB Local, whose licence is not an open-source one and asks every
user for an AWS account. moto is a dependency of LocalStack already, under the Apache License.
"""

import threading

from localstack.aws.api import RequestContext
from localstack.aws.api.dynamodb import DynamodbApi
from localstack.aws.forwarder import ForwardingFallbackDispatcher
from localstack.services.moto import call_moto
from localstack.services.plugins import Service, aws_provider

# moto checks a condition and writes in two steps, and the gateway has many threads: without the lock two conditional
# writes could both succeed.
ONE_AT_A_TIME = threading.RLock()


def ask_moto(context: RequestContext, request):
    with ONE_AT_A_TIME:
        return call_moto(context)


@aws_provider(api="dynamodb", name="moto")
def dynamodb() -> Service:
    # Implements nothing itself, so each operation falls through to moto.
    def dispatch_table(provider):
        return ForwardingFallbackDispatcher(provider, ask_moto)

    return Service.for_provider(DynamodbApi(), dispatch_table_factory=dispatch_table)
