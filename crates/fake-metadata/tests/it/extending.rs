//! The examples of `docs/extending.md` do what the page says.

use crate::server::Server;

const PAGE: &str = include_str!("../../../../docs/extending.md");

/// What stands between a line and the next one that ends the block.
fn block(begin: &str) -> &'static str {
    PAGE.split_once(begin).and_then(|(_, rest)| rest.split_once("```")).unwrap().0
}

#[test]
fn a_leaf_by_configuration() {
    let server = Server::start(block("```toml\n"));
    let (_, shown) = PAGE.split_once("$ fake-metadata get ").unwrap();
    let mut lines = shown.lines().map(str::trim);
    let path = lines.next().unwrap();
    assert_eq!(server.get(&format!("/latest/{path}")), lines.next().unwrap());
    assert!(server.get("/latest/meta-data/").contains("my-team/\n"));
    assert_eq!(server.get("/latest/meta-data/placement/host-id"), "h-0fa4e0fa4e0fa4e00");
}

/// The code on the page is the catalogue's own.
#[test]
fn a_category_in_code() {
    let general = include_str!("../../../imds/src/catalog/general.rs");
    for row in [
        r#"text("meta-data/instance-type", "2007-08-29", &instance.instance_type)"#,
        r#"maybe("meta-data/kernel-id", "2008-02-01", instance.kernel_id.as_ref())"#,
    ] {
        assert!(block("```rust\n").contains(row) && general.contains(row), "{row}");
    }
    assert!(include_str!("../../../imds/src/catalog/mod.rs").contains("const CATEGORIES"));
}
