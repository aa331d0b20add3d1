//! Parameters against the JSON Schema of a manifest.
//!
//! A schema is a stranger's: it is never fetched from anywhere, and its patterns are matched in
//! linear time.

use bindery_core::{
    code::{Code, Failure},
    json, limit,
    text::shown,
};
use jsonschema::{PatternOptions, ValidationError, Validator};
use serde_json::Value;

/// The most violations that a message lists.
const LISTED: usize = 50;

/// Whether `schema` is a JSON Schema that can be used: `InvalidManifest` says where it is not.
pub fn check_parameters_schema(schema: &Value) -> Result<(), Failure> {
    compile(schema).map(drop)
}

/// Whether each `default` of `schema`, a usable one, fits it: else no job could leave the parameter
/// out. `InvalidManifest` names those that do not.
pub fn check_defaults(schema: &Value) -> Result<(), Failure> {
    let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    let defaults =
        properties.filter_map(|(name, it)| Some((name.clone(), it.get("default")?.clone())));
    let defaults = Value::Object(defaults.collect());
    let validator = compile(schema)?;
    // What must be given is not there, and no fault of a default.
    let errors =
        validator.iter_errors(&defaults).filter(|it| !it.instance_path.as_str().is_empty());
    let wrong: Vec<_> = errors.take(LISTED).map(|error| described(&error)).collect();
    if wrong.is_empty() {
        return Ok(());
    }
    let text =
        format!("a `default` of the parameters does not fit their schema: {}", wrong.join("; "));
    Err(Failure::new(Code::InvalidManifest, text))
}

/// The parameters of a job for which these were `given`: with the `default` of every property of
/// `schema` that was left out. Fails as [`validate_parameters`] does.
pub fn job_parameters(schema: Option<&Value>, given: &Value) -> Result<Value, Failure> {
    let mut parameters = given.clone();
    let properties = schema.and_then(|schema| schema.get("properties")?.as_object());
    if let Some(object) = parameters.as_object_mut() {
        for (name, property) in properties.into_iter().flatten() {
            if let Some(value) = property.get("default")
                && !object.contains_key(name)
            {
                object.insert(name.clone(), value.clone());
            }
        }
    }
    validate_parameters(schema, &parameters)?;
    Ok(parameters)
}

/// Whether `parameters` are an object within the limits that fits `schema`; without one any object
/// does.
///
/// `TooLarge` names the limit; `InvalidParameters` lists every violation with its path;
/// `InvalidManifest` is the schema's own fault.
pub fn validate_parameters(schema: Option<&Value>, parameters: &Value) -> Result<(), Failure> {
    let Some(object) = parameters.as_object() else {
        return Err(invalid("the parameters must be a JSON object".to_owned()));
    };
    json::check_depth(parameters)
        .map_err(|reason| invalid(format!("the parameters object {reason}")))?;
    let bytes = parameters.to_string().len();
    for (found, max, unit, name) in [
        (object.len(), limit::PARAMETERS, "entries", "PARAMETERS"),
        (bytes, limit::PARAMETERS_BYTES, "bytes of JSON", "PARAMETERS_BYTES"),
    ] {
        if found > max {
            return Err(Failure::new(
                Code::TooLarge,
                format!("the parameters have {found} {unit}; at most {max} are allowed ({name})"),
            ));
        }
    }
    let Some(schema) = schema else { return Ok(()) };
    let validator = compile(schema)?;
    let mut errors = validator.iter_errors(parameters);
    let mut violations: Vec<_> = errors.by_ref().take(LISTED).map(|e| described(&e)).collect();
    if violations.is_empty() {
        return Ok(());
    }
    match errors.count() {
        0 => {}
        more => violations.push(format!("and {more} more")),
    }
    Err(invalid(format!("the parameters do not fit: {}", violations.join("; "))))
}

fn compile(schema: &Value) -> Result<Validator, Failure> {
    let options = jsonschema::options().with_pattern_options(PatternOptions::regex());
    options.build(schema).map_err(|error| {
        Failure::new(
            Code::InvalidManifest,
            format!("`parameters` of the manifest is not a JSON Schema: {}", described(&error)),
        )
    })
}

fn described(error: &ValidationError<'_>) -> String {
    let reason = shown(&error.to_string());
    match error.instance_path.as_str() {
        "" => reason,
        path => format!("`{}`: {reason}", shown(path)),
    }
}

fn invalid(message: String) -> Failure {
    Failure::new(Code::InvalidParameters, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn schema() -> Value {
        json!({
            "type": "object",
            "properties": {
                "name": {"type": "string", "pattern": "^(a+)+$"},
                "count": {"type": "integer", "minimum": 1},
            },
            "required": ["name"],
            "additionalProperties": false,
        })
    }

    fn refusal(parameters: Value) -> Failure {
        validate_parameters(Some(&schema()), &parameters).expect_err("does not fit")
    }

    #[test]
    fn parameters_that_fit_pass_and_without_a_schema_any_object_does() {
        assert_eq!(
            validate_parameters(Some(&schema()), &json!({"name": "aa", "count": 1})),
            Ok(())
        );
        assert_eq!(validate_parameters(None, &json!({"whatever": [1]})), Ok(()));
    }

    #[test]
    fn what_is_left_out_has_its_default_and_a_default_must_fit_too() {
        let schema = json!({
            "properties": { "days": { "type": "integer", "default": 30 }, "who": {} },
            "required": ["days"],
        });
        let filled = |given: Value| job_parameters(Some(&schema), &given);
        assert_eq!(filled(json!({})), Ok(json!({ "days": 30 })));
        assert_eq!(filled(json!({ "days": 7, "who": 1 })), Ok(json!({ "days": 7, "who": 1 })));
        assert!(filled(json!({ "days": null })).is_err(), "null is a value, and not its default");
        let wrong = json!({ "properties": { "days": { "type": "integer", "default": "soon" } } });
        let failure = job_parameters(Some(&wrong), &json!({})).expect_err("it does not fit");
        assert!(failure.message.contains("`/days`"), "{failure}");
        assert_eq!(job_parameters(None, &json!({ "a": 1 })), Ok(json!({ "a": 1 })));
        assert!(job_parameters(Some(&schema), &json!([])).is_err());
    }

    #[test]
    fn a_default_that_no_job_could_have_is_found() {
        let of = |default: Value| {
            json!({
                "properties": { "days": { "$ref": "#/definitions/days", "default": default } },
                "definitions": { "days": { "type": "integer", "minimum": 1 } },
                "required": ["name"],
                "additionalProperties": false,
            })
        };
        assert_eq!(check_defaults(&of(json!(1))), Ok(()));
        assert_eq!(check_defaults(&json!({ "type": "object" })), Ok(()));
        for wrong in [json!(0), json!("soon")] {
            let failure = check_defaults(&of(wrong)).expect_err("it does not fit");
            assert_eq!(failure.code, Code::InvalidManifest);
            assert!(failure.message.contains("`/days`: "), "{failure}");
        }
    }

    #[test]
    fn every_violation_is_listed_with_its_path() {
        let failure = refusal(json!({"name": 1, "count": 0, "x\u{1b}": true}));
        assert_eq!(failure.code, Code::InvalidParameters);
        for part in ["`/name`: 1 is not of type", "`/count`: 0 is less than", "x\\u{1b}"] {
            assert!(failure.message.contains(part), "{failure} lacks {part}");
        }
        let missing = refusal(json!({}));
        assert!(missing.message.contains("\"name\" is a required property"), "{missing}");
    }

    #[test]
    fn parameters_are_an_object() {
        for other in [json!(null), json!([]), json!("text")] {
            let failure = validate_parameters(None, &other).expect_err("no object");
            assert_eq!(failure.code, Code::InvalidParameters);
        }
    }

    #[test]
    fn parameters_end_at_their_limits() {
        let nested = |depth| (1..depth).fold(json!({}), |inner, _| json!({ "a": inner }));
        assert_eq!(validate_parameters(None, &nested(limit::JSON_DEPTH)), Ok(()));
        assert!(validate_parameters(None, &nested(limit::JSON_DEPTH + 1)).is_err());
        let entries =
            |count: usize| Value::Object((0..count).map(|n| (n.to_string(), json!(0))).collect());
        assert_eq!(validate_parameters(None, &entries(limit::PARAMETERS)), Ok(()));
        let failure = validate_parameters(None, &entries(limit::PARAMETERS + 1));
        assert_eq!(failure.expect_err("one too many").code, Code::TooLarge);
        let text = |bytes: usize| json!({ "a": "x".repeat(bytes - r#"{"a":""}"#.len()) });
        assert_eq!(validate_parameters(None, &text(limit::PARAMETERS_BYTES)), Ok(()));
        let failure = validate_parameters(None, &text(limit::PARAMETERS_BYTES + 1));
        assert_eq!(failure.expect_err("one too many").code, Code::TooLarge);
    }

    #[test]
    fn schemas_that_cannot_be_used_are_refused() {
        for schema in [
            json!({"type": "objekt"}),
            json!({"properties": []}),
            json!({"properties": {"a": {"pattern": "("}}}),
            json!({"properties": {"a": {"$ref": "https://example.com/schema.json"}}}),
            json!({"properties": {"a": {"$ref": "file:///etc/passwd"}}}),
            json!({"$ref": "#/nowhere"}),
        ] {
            let failure = check_parameters_schema(&schema).expect_err("not usable");
            assert_eq!(failure.code, Code::InvalidManifest, "{schema}");
        }
    }

    #[test]
    fn a_pattern_cannot_take_exponential_time() {
        let failure = refusal(json!({ "name": format!("{}b", "a".repeat(100_000)) }));
        assert_eq!(failure.code, Code::InvalidParameters);
    }
}
