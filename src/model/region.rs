//! Region names, and the partition that a Region's name implies.

/// The Region to which each partition's global services deliver their events, by the prefix of the partition's Region
/// names.
///
/// CloudTrail calls it the partition's leader Region:
/// <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html>. The values are from
/// `partitions.json` of the AWS SDKs, except for China, for which CloudTrail's own page names Beijing:
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

/// The partitions other than `aws`, by the prefix of their Region names. Source: `partitions.json` of the AWS SDKs.
const PARTITIONS: [(&str, Partition); 7] = [
    ("cn-", Partition { name: "aws-cn", url_suffix: "amazonaws.com.cn" }),
    ("us-gov-", Partition { name: "aws-us-gov", url_suffix: "amazonaws.com" }),
    ("us-iso-", Partition { name: "aws-iso", url_suffix: "c2s.ic.gov" }),
    ("us-isob-", Partition { name: "aws-iso-b", url_suffix: "sc2s.sgov.gov" }),
    ("us-isof-", Partition { name: "aws-iso-f", url_suffix: "csp.hci.ic.gov" }),
    ("eu-isoe-", Partition { name: "aws-iso-e", url_suffix: "cloud.adc-e.uk" }),
    ("eusc-", Partition { name: "aws-eusc", url_suffix: "amazonaws.eu" }),
];

/// The partition of all other Regions.
const PARTITION: Partition = Partition { name: "aws", url_suffix: "amazonaws.com" };

/// A partition of AWS, with the values that Terraform's `aws_partition` data source and CloudFormation's pseudo
/// parameters have in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Partition {
    /// The second field of its ARNs.
    pub name: &'static str,
    /// The suffix of its services' domain names.
    pub url_suffix: &'static str,
}

/// The leader Region of all other Regions' partition.
const LEADER: &str = "us-east-1";

/// True if a text has the form of a Region name: `eu-west-1`, `us-gov-east-1`.
pub fn is_name(text: &str) -> bool {
    let mut parts: Vec<&str> = text.split('-').collect();
    let number = parts.pop().unwrap_or_default();
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let is_named = parts.iter().all(|part| part.len() >= 2 && part.bytes().all(|byte| byte.is_ascii_lowercase()));
    is_number && (2..=3).contains(&parts.len()) && is_named
}

/// Returns the Region in which the trails of this Region's partition receive the events of global services.
pub fn leader(region: &str) -> &'static str {
    let found = LEADERS.into_iter().find(|(prefix, _)| region.starts_with(prefix));
    found.map_or(LEADER, |(_, leader)| leader)
}

/// The names of all partitions.
pub fn partition_names() -> impl Iterator<Item = &'static str> {
    std::iter::once(PARTITION)
        .chain(PARTITIONS.into_iter().map(|(_, partition)| partition))
        .map(|partition| partition.name)
}

/// Returns the partition of a Region; `None` for a text that isn't a Region name.
pub fn partition(region: &str) -> Option<Partition> {
    let found = PARTITIONS.into_iter().find(|(prefix, _)| region.starts_with(prefix));
    is_name(region).then(|| found.map_or(PARTITION, |(_, partition)| partition))
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

    #[test]
    fn the_name_of_a_region_implies_its_partition() {
        for (region, expected) in [
            ("eu-west-1", "aws"),
            ("us-gov-west-1", "aws-us-gov"),
            ("cn-north-1", "aws-cn"),
            ("us-isob-east-1", "aws-iso-b"),
        ] {
            assert_eq!(partition(region).map(|partition| partition.name), Some(expected));
        }
        assert_eq!(partition("somewhere"), None);
    }
}
