//! What transcripts cannot show: time that passes, sizes, and what never appears.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use imds::{Method, Name, Request, Service, Spot, Tree, Value};
use testkit::{World, now};

#[test]
fn a_token_runs_out() {
    let service = World::named("required").unwrap().service(7);
    let put = Request { token_ttl: Some(b"60"), ..Request::new(Method::Put, "/latest/api/token") };
    let token = service.handle(&put, now()).body;
    let get = Request { token: Some(&token), ..Request::new(Method::Get, "/latest/meta-data/mac") };
    let status = |seconds| service.handle(&get, now() + Duration::from_secs(seconds)).status.line().0;
    assert_eq!([status(0), status(59), status(60), status(61)], [200, 200, 401, 401]);
}

#[test]
fn a_long_path_is_refused() {
    let service = World::named("private").unwrap().service(7);
    let path = format!("/latest/{}", "a".repeat(5000));
    let refused = service.handle(&Request::new(Method::Get, &path), now());
    assert_eq!(refused.status.line(), (414, "URI Too Long"));
}

/// Documents with keys are as old as the keys, everything else as old as the instance.
#[test]
fn last_modified() {
    let service = World::named("private").unwrap().service(7);
    let age = |path| {
        let response = service.handle(&Request::new(Method::Get, path), now());
        let modified = response.headers().find(|(name, _)| *name == Name::LastModified).unwrap().1;
        let Value::Time(time) = modified else { panic!("{modified:?}") };
        now().duration_since(time).unwrap().as_secs()
    };
    for path in ["/", "/latest/", "/latest/meta-data/mac", "/latest/meta-data/iam/security-credentials/"] {
        assert_eq!(age(path), 3600, "{path}");
    }
    for path in [
        "/latest/meta-data/iam/info",
        "/latest/meta-data/iam/security-credentials/BaseIAMRole",
        "/latest/meta-data/identity-credentials/ec2/security-credentials/ec2-instance",
    ] {
        assert_eq!(age(path), 60, "{path}");
    }
}

/// An instance that is only stopped or hibernated has no time of termination.
#[test]
fn spot_actions() {
    let mut instance = World::named("marked").unwrap().instance();
    for (action, listing) in [
        ("terminate", "instance-action\ntermination-time"),
        ("stop", "instance-action"),
        ("hibernate", "instance-action"),
    ] {
        instance.spot = Some(Spot { action: action.into(), time: now() });
        let tree = Arc::new(Tree::of(&instance, None, &BTreeMap::new()).unwrap());
        let service = Service { tree, ..World::named("marked").unwrap().service(7) };
        let spot = service.handle(&Request::new(Method::Get, "/latest/meta-data/spot/"), now());
        assert_eq!(&spot.body[..], listing.as_bytes());
    }
}

#[test]
fn secrets_stay_out_of_debug_output() {
    let shown = format!("{:?}", World::named("private").unwrap().service(7));
    assert!(!shown.contains("FAKESECRET") && !shown.contains("FAKETOKEN"), "{shown}");
}

/// Where zones are plain letters of a region, and where they are not.
#[test]
fn zone_ids() {
    let mut instance = World::named("private").unwrap().instance();
    for (region, zone, id) in [
        ("us-east-1", "us-east-1a", Some("use1-az1")),
        ("us-west-2", "us-west-2d", Some("usw2-az4")),
        ("eu-central-1", "eu-central-1b", Some("euc1-az2")),
        ("ap-southeast-2", "ap-southeast-2c", Some("apse2-az3")),
        ("us-gov-west-1", "us-gov-west-1a", Some("usgw1-az1")),
        ("us-west-2", "us-west-2-lax-1a", None),
    ] {
        (instance.region, instance.availability_zone) = (region.into(), zone.into());
        assert_eq!(instance.availability_zone_id().as_deref(), id, "{zone}");
    }
}
