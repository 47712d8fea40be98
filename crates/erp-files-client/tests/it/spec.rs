//! `specs/erp-files.yaml` is true to itself.

use specs::Document;

fn document() -> Document {
    Document::read("erp-files")
}

#[test]
fn every_example_fits_its_schema() {
    assert_eq!(document().misfits_of_examples(), [""; 0]);
}

#[test]
fn every_fact_names_its_source() {
    assert_eq!(document().facts_without_a_source(), [""; 0]);
}
