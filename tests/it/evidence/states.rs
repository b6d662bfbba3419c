//! States with the attributes of the provider's schema, and an evaluation of these attributes that knows nothing of the
//! program.

use serde_json::{Value, json};

use super::super::random::Random;
use super::super::support::{check_with, quick_or_long, word};
use super::LETTERS;
use trailint::internal::engine::EngineSettings;

/// The sources of management events that a selector can exclude, and the place of all others.
const SOURCES: [&str; 2] = ["kms.amazonaws.com", "rdsdata.amazonaws.com"];

/// Trails in a state.
const TRAILS: usize = 25;

/// The management events that selectors record: for each source, those that read and those that write.
type Cells = [[bool; 2]; 3];

/// A trail of a state, with the rules that it passes: the letters of [`LETTERS`].
struct Generated {
    attributes: Value,
    passes: String,
}

#[test]
fn states_of_the_providers_schema_get_the_verdicts_of_an_independent_evaluation() {
    let mut random = Random::new(11);
    for round in 0..quick_or_long(20, 200) {
        let trails: Vec<Generated> = (0..TRAILS).map(|number| generate(number, &mut random)).collect();
        let is_shown = random.chance(50);
        let state = if is_shown { shown(&trails) } else { stored(&trails) };
        let name = if is_shown { "evidence/state.json" } else { "evidence/terraform.tfstate" };
        let report = check_with([(name, state.to_string())], EngineSettings::default());
        let deployment = report.deployments.iter().find(|own| own.format == "terraform-state").unwrap();
        assert_eq!(deployment.trails.len(), TRAILS, "round {round}");
        for (number, trail) in trails.iter().enumerate() {
            let own = deployment.trails.iter().find(|own| own.address.ends_with(&format!("[{number}]"))).unwrap();
            let passes: String = LETTERS
                .iter()
                .filter(|(rule, _)| {
                    own.rules.iter().any(|(known, outcome)| known.id() == *rule && word(*outcome) == "pass")
                })
                .map(|(_, letter)| letter)
                .filter(|letter| "MLEXGVK".contains(**letter))
                .collect();
            assert_eq!(passes, trail.passes, "round {round}: {}", trail.attributes);
        }
    }
}

/// The state in a backend, version 4.
fn stored(trails: &[Generated]) -> Value {
    let instances = trails.iter().enumerate().map(|(number, trail)| {
        json!({"index_key": number, "schema_version": 1, "attributes": trail.attributes, "sensitive_attributes": []})
    });
    json!({"version": 4, "terraform_version": "1.11.4", "serial": 3, "lineage": "x", "outputs": {}, "resources": [{
        "mode": "managed", "type": "aws_cloudtrail", "name": "t",
        "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]",
        "instances": instances.collect::<Vec<_>>(),
    }], "check_results": null})
}

/// The output of `terraform show -json`.
fn shown(trails: &[Generated]) -> Value {
    let resources = trails.iter().enumerate().map(|(number, trail)| {
        json!({"address": format!("aws_cloudtrail.t[{number}]"), "mode": "managed", "type": "aws_cloudtrail",
            "name": "t", "index": number, "provider_name": "registry.terraform.io/hashicorp/aws", "schema_version": 1,
            "values": trail.attributes, "sensitive_values": {}})
    });
    json!({"format_version": "1.0", "terraform_version": "1.11.4",
        "values": {"root_module": {"resources": resources.collect::<Vec<_>>()}}})
}

fn generate(number: usize, random: &mut Random) -> Generated {
    let flags: [bool; 4] = std::array::from_fn(|_| random.chance(60));
    let [is_multi_region, is_logging, is_validated, has_key] = flags;
    // A multi-Region trail has to include the events of global services.
    let has_global = is_multi_region || random.chance(60);
    let arn = format!("arn:aws:cloudtrail:us-east-1:111122223333:trail/t{number}");
    let mut attributes = json!({"name": format!("t{number}"), "arn": arn, "id": arn, "home_region": "us-east-1",
        "s3_bucket_name": "logs", "s3_key_prefix": random.pick(&[json!(""), json!(null), json!("p")]),
        "is_multi_region_trail": is_multi_region, "enable_logging": is_logging,
        "enable_log_file_validation": is_validated, "include_global_service_events": has_global,
        "is_organization_trail": false, "cloud_watch_logs_group_arn": "", "cloud_watch_logs_role_arn": "",
        "sns_topic_name": "", "tags": {}, "tags_all": {}, "event_selector": [], "advanced_event_selector": [],
        "insight_selector": []});
    attributes["kms_key_id"] = match has_key {
        true => json!("arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000001"),
        false => random.pick(&[json!(""), json!(null)]),
    };
    if random.chance(50) {
        attributes["region"] = json!("us-east-1");
    }
    let cells = match random.below(3) {
        0 => [[true; 2]; 3],
        1 => basic(&mut attributes, random),
        _ => advanced(&mut attributes, random),
    };
    let [kms, rds, other] = cells;
    let is_partial = |direction: usize| other[direction] && !(kms[direction] && rds[direction]);
    let passes = [
        (is_multi_region, 'M'),
        (is_logging, 'L'),
        // Sources that can be excluded are another rule's.
        (other == [true, true], 'E'),
        (!is_partial(0) && !is_partial(1), 'X'),
        (has_global, 'G'),
        (is_validated, 'V'),
        (has_key, 'K'),
    ];
    Generated { attributes, passes: passes.iter().filter(|(passes, _)| *passes).map(|(_, letter)| letter).collect() }
}

fn basic(attributes: &mut Value, random: &mut Random) -> Cells {
    let mut cells = Cells::default();
    let mut selectors = Vec::new();
    for _ in 0..random.between(1, 4) {
        let kind = random.pick(&["All", "ReadOnly", "WriteOnly"]);
        let includes = random.chance(70);
        let excluded: Vec<&str> = SOURCES.into_iter().filter(|_| random.chance(20)).collect();
        selectors.push(json!({"read_write_type": kind, "include_management_events": includes,
            "exclude_management_event_sources": excluded, "data_resource": []}));
        for (source, cell) in cells.iter_mut().enumerate() {
            let is_excluded = SOURCES.get(source).is_some_and(|source| excluded.contains(source));
            if includes && !is_excluded {
                cell[0] |= kind != "WriteOnly";
                cell[1] |= kind != "ReadOnly";
            }
        }
    }
    attributes["event_selector"] = json!(selectors);
    cells
}

fn advanced(attributes: &mut Value, random: &mut Random) -> Cells {
    let mut cells = Cells::default();
    let mut selectors = Vec::new();
    let field = |name: &str, operator: &str, values: Vec<&str>| {
        let mut field = json!({"field": name, "equals": null, "not_equals": null, "starts_with": [],
            "not_starts_with": [], "ends_with": null, "not_ends_with": null});
        field[operator] = json!(values);
        field
    };
    for _ in 0..random.between(1, 4) {
        let is_management = random.chance(80);
        let category = if is_management { "Management" } else { "Data" };
        let mut fields = vec![field("eventCategory", "equals", vec![category])];
        if !is_management {
            fields.push(field("resources.type", "equals", vec!["AWS::S3::Object"]));
        }
        let reads = random.pick(&[None, None, Some(true), Some(false)]);
        if let Some(reads) = reads {
            fields.push(field("readOnly", "equals", vec![if reads { "true" } else { "false" }]));
        }
        let excluded: Vec<&str> = SOURCES.into_iter().filter(|_| is_management && random.chance(20)).collect();
        if !excluded.is_empty() {
            fields.push(field("eventSource", "not_equals", excluded.clone()));
        }
        selectors.push(json!({"name": "", "field_selector": fields}));
        for (source, cell) in cells.iter_mut().enumerate() {
            let is_excluded = SOURCES.get(source).is_some_and(|source| excluded.contains(source));
            if is_management && !is_excluded {
                cell[0] |= reads != Some(false);
                cell[1] |= reads != Some(true);
            }
        }
    }
    attributes["advanced_event_selector"] = json!(selectors);
    cells
}
