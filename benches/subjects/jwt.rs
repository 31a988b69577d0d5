//! The check of an access token, with the key at hand: the signature and every claim.

use std::hint::black_box;

use bytes::Bytes;
use criterion::Criterion;
use http::Request;
use jwt_authorizer::{Expectations, KeySet, verify};
use rez::world::names::USER_POOL;

use super::system::System;

pub fn bench(criterion: &mut Criterion) {
    let system = System::at_rest();
    let token = system.token();
    let pool = &system.cloud.topology().user_pools[USER_POOL];
    let client = pool.clients.values().next().expect("the pool has a client");
    let expected = Expectations::new(&pool.issuer, &client.id, &client.scopes[0]);
    let (keys, now) = system.runtime.block_on(async {
        let path = format!("/{}/.well-known/jwks.json", pool.id);
        let request = Request::get(path).body(Bytes::new()).expect("a path is a URI");
        let document = system.cloud.user_pool(USER_POOL).expect("the template has one").handle(&request);
        (KeySet::parse(document.body()).expect("the keys are published"), system.cloud.clock().now().into())
    });
    assert!(verify(token.as_bytes(), &keys, &expected, now).is_ok(), "the token is good");
    criterion.bench_function("jwt/verify", |bencher| {
        bencher.iter(|| verify(black_box(token.as_bytes()), &keys, &expected, now));
    });
    let mut forged = token.into_bytes();
    let last = forged.len() - 2;
    forged[last] = if forged[last] == b'A' { b'B' } else { b'A' };
    assert!(verify(&forged, &keys, &expected, now).is_err(), "another signature");
    criterion.bench_function("jwt/refuse a signature", |bencher| {
        bencher.iter(|| verify(black_box(&forged), &keys, &expected, now).is_err());
    });
}
