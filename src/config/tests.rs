use super::Settings;
use super::show::SCHEMA;

/// `UPDATE=1` writes the file again.
#[test]
fn the_schema_is_that_of_the_settings() {
    let schema = format!("{}\n", serde_json::to_string_pretty(&schemars::schema_for!(Settings)).unwrap());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/src/config/schema.json"), schema).unwrap();
    } else {
        assert_eq!(schema, SCHEMA);
    }
}
