//! The names of Regions, and what the name of one says about its partition.

/// Where each partition's global services leave their events, by how its Regions' names begin.
///
/// CloudTrail calls it the partition's leader Region: <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html>.
/// Which it is says `partitions.json` of AWS's SDKs, but for China, where CloudTrail's own page names Beijing:
/// <https://docs.amazonaws.cn/en_us/aws/latest/userguide/cloudtrail.html>.
const LEADERS: [(&str, &str); 7] = [
    ("cn-", "cn-north-1"),
    ("us-gov-", "us-gov-west-1"),
    ("us-iso-", "us-iso-east-1"),
    ("us-isob-", "us-isob-east-1"),
    ("us-isof-", "us-isof-south-1"),
    ("eu-isoe-", "eu-isoe-west-1"),
    ("eusc-", "eusc-de-east-1"),
];

/// The leader of the partition of all other Regions.
const LEADER: &str = "us-east-1";

/// Whether a text is shaped like the name of a Region: `eu-west-1`, `us-gov-east-1`.
pub fn is_name(text: &str) -> bool {
    let is_word = |part: &&str| part.len() >= 2 && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let mut parts: Vec<&str> = text.split('-').collect();
    let number = parts.pop().unwrap_or_default();
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number && (2..=3).contains(&parts.len()) && parts.iter().all(is_word)
}

/// The Region of a partition in which trails receive the events of global services.
pub fn leader(region: &str) -> &'static str {
    let found = LEADERS.into_iter().find(|(prefix, _)| region.starts_with(prefix));
    found.map_or(LEADER, |(_, leader)| leader)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_regions_have_a_shape() {
        for name in ["eu-west-1", "ap-southeast-12", "us-gov-east-1", "us-isob-east-1", "eusc-de-east-1"] {
            assert!(is_name(name), "{name}");
        }
        for other in ["", "eu", "eu-west", "eu-west-", "-west-1", "EU-west-1", "eu_west_1", "eu-west-1a", "a-b-c-d-1"] {
            assert!(!is_name(other), "{other}");
        }
    }

    #[test]
    fn each_partition_has_a_leader_of_its_own() {
        for (region, expected) in [
            ("eu-west-1", "us-east-1"),
            ("us-west-2", "us-east-1"),
            ("us-gov-east-1", "us-gov-west-1"),
            ("cn-northwest-1", "cn-north-1"),
            ("us-iso-west-1", "us-iso-east-1"),
        ] {
            assert_eq!(leader(region), expected);
            assert_eq!(leader(expected), expected);
        }
    }
}
