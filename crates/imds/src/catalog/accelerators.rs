//! `elastic-gpus/` and `elastic-inference/`: only where such a thing is attached.

use super::text;
use crate::instance::Instance;
use crate::json;
use crate::tree::Row;

pub(super) fn rows(instance: &Instance) -> Vec<Row> {
    let gpus = instance.elastic_gpus.iter().map(|(id, kind)| {
        let document = document("version_2016_11_30", "elastic-gpu", id, kind);
        text(format!("meta-data/elastic-gpus/associations/{id}"), "2016-11-30", document)
    });
    let inference = instance.elastic_inference.iter().map(|(id, kind)| {
        let document = document("version_2018_04_12", "elastic-inference-accelerator", id, kind);
        text(format!("meta-data/elastic-inference/associations/{id}"), "2018-11-29", document)
    });
    gpus.chain(inference).collect()
}

/// One object in one, under the version of its form.
fn document(version: &str, what: &str, id: &str, kind: &str) -> String {
    let (id_name, kind_name) = (format!("{what}-id"), format!("{what}-type"));
    let inner = json::object(&[(&id_name, Some(id)), (&kind_name, Some(kind))]);
    format!("{{\n  \"{version}\" : {}\n}}", inner.replace('\n', "\n  "))
}
