//! Prints the JSON Schema of the parameters, for `bindery runbook build`.

fn main() -> serde_json::Result<()> {
    let schema = schemars::schema_for!({{package}}::Parameters);
    println!("{}", serde_json::to_string(&schema)?);
    Ok(())
}
