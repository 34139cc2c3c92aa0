//! What the service answers, request by request, through its only door.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use imds::{
    Credentials, ErrorBodies, Instance, Method, Name, Request, Response, RoleDocuments, Service, TokenPolicy,
    Tokens, Tree, Value,
};

/// 2027-01-15T08:00:00Z
const NOW: u64 = 1_800_000_000;

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn instance() -> Instance {
    Instance {
        account_id: "123456789012".into(),
        ami_id: "ami-0fake".into(),
        ami_launch_index: 0,
        architecture: "x86_64".into(),
        availability_zone: "us-east-1a".into(),
        instance_id: "i-0fake".into(),
        instance_profile_id: "AIPAFAKE".into(),
        instance_type: "t3.micro".into(),
        launch_time: at(NOW - 3600),
        local_ipv4: [10, 0, 0, 5].into(),
        local_hostname: None,
        mac: "02:00:00:00:00:05".into(),
        public_hostname: None,
        public_ipv4: Some([203, 0, 113, 10].into()),
        region: "us-east-1".into(),
        reservation_id: "r-0fake".into(),
        role: "BaseIAMRole".into(),
        security_groups: vec!["default".into(), "web".into()],
        tags: BTreeMap::from([("Name".into(), "vagrant".into())]),
        user_data: Some(b"\x00bytes\n".to_vec()),
    }
}

fn service() -> Service {
    let instance = instance();
    let credentials = Credentials {
        access_key_id: "ASIAFAKE".into(),
        secret_access_key: "FAKESECRET".into(),
        token: "FAKETOKEN".into(),
        last_updated: at(NOW - 60),
        expiration: at(NOW + 3600),
    };
    let paths = BTreeMap::from([("meta-data/my-team/secret-name".to_owned(), "value".to_owned())]);
    Service {
        tokens: Arc::new(Tokens::new(&[7; 64])),
        access: Arc::default(),
        policy: TokenPolicy::Optional,
        hop_limit: 1,
        errors: ErrorBodies::Ec2,
        tree: Arc::new(Tree::of(&instance, None, &paths).unwrap()),
        role: RoleDocuments::new(&instance, &credentials),
        launch_time: instance.launch_time,
    }
}

fn ask(service: &Service, request: &Request<'_>) -> Response {
    service.handle(request, at(NOW))
}

fn get(path: &str) -> Response {
    ask(&service(), &Request::new(Method::Get, path))
}

fn text(response: &Response) -> String {
    String::from_utf8(response.body.to_vec()).unwrap()
}

/// The status line and headers in the order they are sent; times as seconds.
fn head(response: &Response) -> String {
    let (code, phrase) = response.status.line();
    let mut head = format!("{code} {phrase}");
    for (name, value) in response.headers() {
        let value = match value {
            Value::Text(text) => text.to_owned(),
            Value::Number(number) => number.to_string(),
            Value::Time(time) => {
                format!("@{}", time.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs())
            }
        };
        head.push_str(&format!("\n{}: {value}", name.text()));
    }
    head
}

#[track_caller]
fn check(path: &str, body: &str) {
    let response = get(path);
    assert_eq!(response.status.line().0, 200, "{path}");
    assert_eq!(text(&response), body, "{path}");
}

#[track_caller]
fn check_status(response: &Response, status: u16, phrase: &str) {
    assert_eq!(response.status.line(), (status, phrase));
}

#[test]
fn listings() {
    assert!(text(&get("/")).starts_with("1.0\n2007-01-19\n"));
    assert!(text(&get("/")).ends_with("\n2024-04-11\nlatest"));
    check("/latest/", "dynamic\nmeta-data\nuser-data");
    check("/latest", "dynamic\nmeta-data\nuser-data");
    check(
        "/latest/meta-data/",
        "ami-id\nami-launch-index\nhostname\niam/\ninstance-id\ninstance-type\nlocal-hostname\nlocal-ipv4\n\
         mac\nmy-team/\nplacement/\npublic-hostname\npublic-ipv4\nreservation-id\nsecurity-groups\nservices/\n\
         tags/",
    );
    check("/latest/meta-data/iam", "info\nsecurity-credentials/");
    check("/latest/meta-data/iam/security-credentials/", "BaseIAMRole");
    check("/latest/meta-data/placement/", "availability-zone\nregion");
    check("/latest/meta-data/services/", "domain\npartition");
    check("/latest/meta-data/tags/instance", "Name");
    check("/latest/dynamic/", "instance-identity/");
    check("/latest/dynamic/instance-identity", "document");
}

#[test]
fn leaves() {
    for (name, value) in [
        ("ami-id", "ami-0fake"),
        ("ami-launch-index", "0"),
        ("hostname", "ip-10-0-0-5.ec2.internal"),
        ("instance-id", "i-0fake"),
        ("instance-type", "t3.micro"),
        ("local-hostname", "ip-10-0-0-5.ec2.internal"),
        ("local-ipv4", "10.0.0.5"),
        ("mac", "02:00:00:00:00:05"),
        ("my-team/secret-name", "value"),
        ("placement/availability-zone", "us-east-1a"),
        ("placement/availability-zone/", "us-east-1a"),
        ("placement/region", "us-east-1"),
        ("public-hostname", "ec2-203-0-113-10.compute-1.amazonaws.com"),
        ("public-ipv4", "203.0.113.10"),
        ("reservation-id", "r-0fake"),
        ("security-groups", "default\nweb"),
        ("services/domain", "amazonaws.com"),
        ("services/partition", "aws"),
        ("tags/instance/Name", "vagrant"),
    ] {
        check(&format!("/latest/meta-data/{name}"), value);
    }
    let user_data = get("/latest/user-data");
    assert_eq!(&user_data.body[..], b"\x00bytes\n");
    assert!(head(&user_data).contains("\nContent-Type: application/octet-stream\n"));
}

#[test]
fn documents() {
    check(
        "/latest/meta-data/iam/security-credentials/BaseIAMRole",
        "{\n  \"Code\" : \"Success\",\n  \"LastUpdated\" : \"2027-01-15T07:59:00Z\",\n  \"Type\" : \"AWS-HMAC\",\n  \
         \"AccessKeyId\" : \"ASIAFAKE\",\n  \"SecretAccessKey\" : \"FAKESECRET\",\n  \"Token\" : \"FAKETOKEN\",\n  \
         \"Expiration\" : \"2027-01-15T09:00:00Z\"\n}",
    );
    check(
        "/latest/meta-data/iam/info",
        "{\n  \"Code\" : \"Success\",\n  \"LastUpdated\" : \"2027-01-15T07:59:00Z\",\n  \
         \"InstanceProfileArn\" : \"arn:aws:iam::123456789012:instance-profile/BaseIAMRole\",\n  \
         \"InstanceProfileId\" : \"AIPAFAKE\"\n}",
    );
    check(
        "/latest/dynamic/instance-identity/document",
        "{\n  \"accountId\" : \"123456789012\",\n  \"architecture\" : \"x86_64\",\n  \
         \"availabilityZone\" : \"us-east-1a\",\n  \"billingProducts\" : null,\n  \
         \"devpayProductCodes\" : null,\n  \"marketplaceProductCodes\" : null,\n  \
         \"imageId\" : \"ami-0fake\",\n  \"instanceId\" : \"i-0fake\",\n  \"instanceType\" : \"t3.micro\",\n  \
         \"kernelId\" : null,\n  \"pendingTime\" : \"2027-01-15T07:00:00Z\",\n  \"privateIp\" : \"10.0.0.5\",\n  \
         \"ramdiskId\" : null,\n  \"region\" : \"us-east-1\",\n  \"version\" : \"2017-09-30\"\n}",
    );
}

#[test]
fn dated_versions_have_what_had_appeared() {
    let early = text(&get("/2007-01-19/meta-data/"));
    assert!(early.contains("ami-id") && early.contains("local-hostname"), "{early}");
    assert!(!early.contains("mac") && !early.contains("iam/"), "{early}");
    for missing in ["/2007-01-19/meta-data/mac", "/2009-04-04/meta-data/iam/", "/1.0/meta-data/services"] {
        check_status(&get(missing), 404, "Not Found");
    }
    check("/2021-03-23/meta-data/tags/instance/Name", "vagrant");
}

/// Whatever a directory lists resolves, and whatever resolves is listed.
#[test]
fn everything_listed_resolves() {
    let mut directories = vec!["/latest/".to_owned(), "/2009-04-04/".to_owned()];
    let mut leaves = 0;
    while let Some(directory) = directories.pop() {
        for line in text(&get(&directory)).lines() {
            let path = format!("{directory}{line}");
            check_status(&get(&path), 200, "OK");
            let is_directory = line.ends_with('/') || ["dynamic", "meta-data"].contains(&line);
            if is_directory {
                directories.push(format!("{}/", path.trim_end_matches('/')));
            } else {
                leaves += 1;
            }
        }
    }
    assert_eq!(leaves, 24 + 13, "leaves found by crawling latest and 2009-04-04");
}

#[test]
fn tokens() {
    let service = service();
    let put = Request { token_ttl: Some(b"21600"), ..Request::new(Method::Put, "/latest/api/token") };
    let issued = ask(&service, &put);
    assert_eq!(
        head(&issued),
        "200 OK\nX-Aws-Ec2-Metadata-Token-Ttl-Seconds: 21600\nContent-Length: 56\nDate: @1800000000\n\
         Server: EC2ws\nConnection: close\nContent-Type: text/plain"
    );
    let token = issued.body.clone();
    let get = Request { token: Some(&token), ..Request::new(Method::Get, "/latest/meta-data/instance-id") };
    let later = service.handle(&get, at(NOW + 17));
    assert_eq!(
        head(&later),
        "200 OK\nX-Aws-Ec2-Metadata-Token-Ttl-Seconds: 21583\nContent-Type: text/plain\nAccept-Ranges: none\n\
         Last-Modified: @1799996400\nContent-Length: 7\nDate: @1800000017\nServer: EC2ws\nConnection: close"
    );
    check_status(&service.handle(&get, at(NOW + 21_600)), 401, "Unauthorized");
    let bad = Request { token: Some(b"AQAEAnonsense"), ..get };
    check_status(&ask(&service, &bad), 401, "Unauthorized");
    let missing = Request { path: "/latest/nonsense", ..get };
    assert!(head(&ask(&service, &missing)).contains("Token-Ttl-Seconds: 21600"), "404 carries what is left");
}

#[test]
fn bad_token_requests() {
    let put = |ttl: &'static [u8]| Request {
        token_ttl: Some(ttl),
        ..Request::new(Method::Put, "/latest/api/token")
    };
    for ttl in [&b""[..], b"0", b"-1", b"21601", b"1.5", b"soon"] {
        let response = get_with(&put(ttl));
        check_status(&response, 400, "Bad Request");
        assert!(response.body.is_empty());
    }
    check_status(&get_with(&Request::new(Method::Put, "/latest/api/token")), 400, "Bad Request");
    check_status(&get_with(&Request { forwarded: true, ..put(b"60") }), 403, "Forbidden");
    check_status(&get_with(&Request { expects_continue: true, ..put(b"60") }), 417, "Expectation Failed");
    for path in ["//latest//api/token", "/latest/api%2Ftoken"] {
        check_status(&get_with(&Request { path, ..put(b"60") }), 200, "OK");
    }
    for path in ["/latest/api/token/", "/2021-03-23/api/token"] {
        check_status(&get_with(&Request { path, ..put(b"60") }), 403, "Forbidden");
    }
    for method in [Method::Get, Method::Head, Method::Other] {
        let response = get_with(&Request::new(method, "/latest/api/token"));
        assert_eq!(
            head(&response),
            "405 Not Allowed\nAllow: OPTIONS, PUT\nContent-Length: 0\nDate: @1800000000\nServer: EC2ws\n\
             Connection: close\nContent-Type: text/plain"
        );
    }
    assert!(
        head(&get_with(&Request::new(Method::Options, "/latest/api/token")))
            .starts_with("200 OK\nAllow: OPTIONS, PUT")
    );
}

fn get_with(request: &Request<'_>) -> Response {
    ask(&service(), request)
}

#[test]
fn tokens_required() {
    let service = Service { policy: TokenPolicy::Required, ..service() };
    for path in ["/", "/latest/", "/latest/meta-data/ami-id", "/nonsense"] {
        let response = ask(&service, &Request::new(Method::Get, path));
        assert_eq!(
            head(&response),
            "401 Unauthorized\nContent-Length: 0\nDate: @1800000000\nServer: EC2ws\nConnection: close\n\
             Content-Type: text/plain",
            "{path}"
        );
    }
    let put = Request { token_ttl: Some(b"60"), ..Request::new(Method::Put, "/latest/api/token") };
    let token = ask(&service, &put).body;
    let get = Request { token: Some(&token), ..Request::new(Method::Get, "/latest/meta-data/ami-id") };
    check_status(&ask(&service, &get), 200, "OK");
}

#[test]
fn unknown_paths_and_methods() {
    for path in
        ["/nonsense", "/latest/nonsense", "/latest/meta-data/ami-id/more", "/latest/meta-data/ami-id%20"]
    {
        let response = get(path);
        check_status(&response, 404, "Not Found");
        assert_eq!(response.body.len(), 339);
        assert!(head(&response).starts_with("404 Not Found\nContent-Type: text/html\nContent-Length: 339\n"));
    }
    for method in [Method::Put, Method::Other] {
        let response = get_with(&Request::new(method, "/latest/meta-data/ami-id"));
        check_status(&response, 405, "Not Allowed");
        assert!(head(&response).contains("Allow: GET, HEAD, OPTIONS"));
    }
    check_status(&get(&format!("/latest/{}", "a".repeat(5000))), 414, "URI Too Long");
}

#[test]
fn json_bodies_for_those_who_ask() {
    let json = |request: Request<'_>| get_with(&Request { accepts_json: true, ..request });
    let missing = json(Request::new(Method::Get, "/latest/nonsense"));
    assert_eq!(text(&missing), r#"{"error": "not found"}"#);
    assert!(head(&missing).contains("Content-Type: application/json\n"));
    let bad = json(Request { token_ttl: Some(b"x"), ..Request::new(Method::Put, "/latest/api/token") });
    assert_eq!(text(&bad), r#"{"error": "bad request"}"#);
    let always = Service { errors: ErrorBodies::Json, ..service() };
    assert_eq!(text(&ask(&always, &Request::new(Method::Get, "/nonsense"))), r#"{"error": "not found"}"#);
    let data = json(Request::new(Method::Get, "/latest/meta-data/ami-id"));
    assert!(head(&data).contains("Content-Type: text/plain"), "data stays as it is");
}

#[test]
fn connections_close_unless_asked() {
    let path = "/latest/meta-data/ami-id";
    let closing = |response: &Response| response.headers().any(|(name, _)| name == Name::Connection);
    assert!(closing(&get(path)));
    assert!(!closing(&get_with(&Request { keep_alive: true, ..Request::new(Method::Get, path) })));
}

#[test]
fn other_partitions() {
    let instance =
        Instance { region: "cn-north-1".into(), availability_zone: "cn-north-1a".into(), ..instance() };
    assert_eq!(instance.partition(), "aws-cn");
    assert_eq!(instance.local_hostname(), "ip-10-0-0-5.cn-north-1.compute.internal");
    let public = instance.public_hostname().unwrap();
    assert_eq!(public, "ec2-203-0-113-10.cn-north-1.compute.amazonaws.com.cn");
    let gov = Instance { region: "us-gov-west-1".into(), ..instance };
    assert_eq!((gov.partition(), gov.domain()), ("aws-us-gov", "amazonaws.com"));
}

/// Nothing public, no user data, no tags: then their entries are neither listed nor there.
#[test]
fn what_an_instance_has_not_is_not_listed() {
    let bare = Instance { public_ipv4: None, user_data: None, tags: BTreeMap::new(), ..instance() };
    let tree = Arc::new(Tree::of(&bare, None, &BTreeMap::new()).unwrap());
    let service = Service { tree, ..service() };
    let ask = |path| ask(&service, &Request::new(Method::Get, path));
    assert_eq!(text(&ask("/latest/")), "dynamic\nmeta-data");
    let listing = text(&ask("/latest/meta-data/"));
    assert!(!listing.contains("public") && !listing.contains("tags"), "{listing}");
    for path in ["/latest/user-data", "/latest/meta-data/public-ipv4", "/latest/meta-data/tags/instance"] {
        check_status(&ask(path), 404, "Not Found");
    }
}

#[test]
fn secrets_stay_out_of_debug_output() {
    let shown = format!("{:?}", service());
    assert!(!shown.contains("FAKESECRET") && !shown.contains("FAKETOKEN"), "{shown}");
}
