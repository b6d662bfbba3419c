//! The type and argument names of each provider and of CloudFormation.

use super::{AccessBlockNames, BucketAdvice, BucketSetting, DeliveryNames, LifecycleNames, ResourceKind, ResourceRole};
use crate::model::dialects::{
    self, AWS, AWS_LANDING_ZONE, AWSCC, AWSCC_LANDING_ZONE, CLOUDFORMATION, CLOUDFORMATION_LANDING_ZONE, Dialect, LIVE,
    LandingZone,
};
use crate::model::{Argument, ArgumentShape};

/// The prefixes of the types on which log delivery depends, in addition to the trails themselves.
pub(super) const RELATED_RESOURCES: &[&str] =
    &["aws_s3_", "aws_kms_", "awscc_s3_", "awscc_kms_", "AWS::S3::", "AWS::KMS::"];

/// The prefixes of the types on which the delivery to CloudWatch Logs depends.
pub(super) const ROLE_RESOURCES: &[&str] = &[
    "aws_iam_",
    "awscc_iam_",
    "AWS::IAM::",
    "aws_cloudwatch_log_group",
    "awscc_logs_log_group",
    "AWS::Logs::LogGroup",
];

/// `AWS::CloudTrail::Trail`
pub static CLOUDFORMATION_TRAIL: ResourceKind = trail(&CLOUDFORMATION);

/// The organization's trail of the Landing Zone Accelerator.
pub static ORGANIZATION_TRAIL: ResourceKind = trail(&dialects::ORGANIZATION_TRAIL);

/// A trail in accounts of the Landing Zone Accelerator.
pub static ACCOUNT_TRAIL: ResourceKind = trail(&dialects::ACCOUNT_TRAIL);

pub(super) static TRAILS: &[ResourceKind] = &[
    trail(&AWS),
    trail(&AWSCC),
    trail(&CLOUDFORMATION),
    trail(&LIVE),
    zone(&AWS_LANDING_ZONE),
    zone(&AWSCC_LANDING_ZONE),
    zone(&CLOUDFORMATION_LANDING_ZONE),
];

pub(super) static RELATED_ROLES: &[ResourceKind] = &[
    delivery(&AWS, &AWS_DELIVERY, &AWS_NAMES),
    delivery(&AWSCC, &AWSCC_DELIVERY, &AWSCC_NAMES),
    delivery(&CLOUDFORMATION, &CLOUDFORMATION_DELIVERY, &CLOUDFORMATION_NAMES),
    delivery(&LIVE, &LIVE_DELIVERY, &LIVE_NAMES),
    ResourceKind {
        name: "aws_s3_bucket",
        shape: &[
            Argument::value("bucket"),
            Argument::value("acl"),
            Argument::document("policy"),
            Argument::blocks("grant", &[Argument::value("uri")]),
            Argument::blocks("logging", &[Argument::value("target_bucket")]),
            Argument::blocks(
                "lifecycle_rule",
                &[
                    Argument::value("enabled"),
                    Argument::value("prefix"),
                    Argument::value("tags"),
                    Argument::blocks("expiration", EXPIRATION),
                ],
            ),
            Argument::blocks("versioning", &[Argument::value("enabled")]),
            Argument::value("object_lock_enabled"),
            Argument::blocks("object_lock_configuration", &[Argument::value("object_lock_enabled")]),
        ],
        role: ResourceRole::Bucket {
            name: "bucket",
            parts: &[
                BucketSetting::Acl("acl"),
                BucketSetting::Grants(&["grant", "uri"]),
                BucketSetting::Policy("policy"),
                BucketSetting::Logging("logging"),
                BucketSetting::Lifecycle(LifecycleNames {
                    rules: &["lifecycle_rule"],
                    switch: "enabled",
                    days: &["expiration", "days"],
                    date: &["expiration", "date"],
                    prefixes: &[&["prefix"]],
                    tags: &[&["tags"]],
                }),
                BucketSetting::Protection(&["versioning", "enabled"]),
                BucketSetting::Protection(&["object_lock_enabled"]),
                BucketSetting::Protection(&["object_lock_configuration", "object_lock_enabled"]),
            ],
            advice: AWS_ADVICE,
        },
    },
    of_bucket(
        "aws_s3_bucket_policy",
        &[Argument::value("bucket"), Argument::document("policy")],
        &[BucketSetting::Policy("policy")],
    ),
    of_bucket(
        "aws_s3_bucket_acl",
        &[
            Argument::value("bucket"),
            Argument::value("acl"),
            Argument::blocks(
                "access_control_policy",
                &[Argument::blocks("grant", &[Argument::blocks("grantee", &[Argument::value("uri")])])],
            ),
        ],
        &[BucketSetting::Acl("acl"), BucketSetting::Grants(&["access_control_policy", "grant", "grantee", "uri"])],
    ),
    of_bucket(
        "aws_s3_bucket_public_access_block",
        &[
            Argument::value("bucket"),
            Argument::value("block_public_acls"),
            Argument::value("block_public_policy"),
            Argument::value("ignore_public_acls"),
            Argument::value("restrict_public_buckets"),
        ],
        &[BucketSetting::AccessBlock(None, SNAKE_ACCESS_BLOCK)],
    ),
    of_bucket("aws_s3_bucket_logging", &[Argument::value("bucket")], &[BucketSetting::IsLogged]),
    of_bucket(
        "aws_s3_bucket_ownership_controls",
        &[Argument::value("bucket"), Argument::blocks("rule", &[Argument::value("object_ownership")])],
        &[BucketSetting::Ownership(&["rule", "object_ownership"])],
    ),
    of_bucket(
        "aws_s3_bucket_lifecycle_configuration",
        &[Argument::value("bucket"), Argument::blocks("rule", LIFECYCLE_RULE)],
        &[BucketSetting::Lifecycle(LifecycleNames {
            rules: &["rule"],
            switch: "status",
            days: &["expiration", "days"],
            date: &["expiration", "date"],
            prefixes: &[&["prefix"], &["filter", "prefix"], &["filter", "and", "prefix"]],
            tags: &[&["filter", "tag", "key"], &["filter", "and", "tags"]],
        })],
    ),
    of_bucket(
        "aws_s3_bucket_versioning",
        &[Argument::value("bucket"), Argument::blocks("versioning_configuration", &[Argument::value("status")])],
        &[BucketSetting::Protection(&["versioning_configuration", "status"])],
    ),
    of_bucket("aws_s3_bucket_object_lock_configuration", BUCKET_NAME, &[BucketSetting::IsLocked]),
    names_bucket("aws_s3_bucket_accelerate_configuration", &["bucket", "id"]),
    names_bucket("aws_s3_bucket_cors_configuration", &["bucket", "id"]),
    names_bucket("aws_s3_bucket_notification", &["bucket", "id"]),
    names_bucket("aws_s3_bucket_replication_configuration", &["bucket", "id"]),
    names_bucket("aws_s3_bucket_request_payment_configuration", &["bucket", "id"]),
    names_bucket("aws_s3_bucket_server_side_encryption_configuration", &["bucket", "id"]),
    names_bucket("aws_s3_bucket_website_configuration", &["bucket", "id"]),
    names_bucket("aws_s3_bucket_analytics_configuration", &["bucket"]),
    names_bucket("aws_s3_bucket_intelligent_tiering_configuration", &["bucket"]),
    names_bucket("aws_s3_bucket_inventory", &["bucket"]),
    names_bucket("aws_s3_bucket_metric", &["bucket"]),
    names_bucket("aws_s3_bucket_object", &["bucket"]),
    names_bucket("aws_s3_object", &["bucket"]),
    ResourceKind {
        name: "aws_s3_account_public_access_block",
        shape: &[
            Argument::value("provider"),
            Argument::value("block_public_acls"),
            Argument::value("block_public_policy"),
            Argument::value("ignore_public_acls"),
            Argument::value("restrict_public_buckets"),
        ],
        role: ResourceRole::OfAccount { parts: &[BucketSetting::AccessBlock(None, SNAKE_ACCESS_BLOCK)] },
    },
    ResourceKind {
        name: "awscc_s3_bucket",
        shape: &[
            Argument::value("bucket_name"),
            Argument::value("access_control"),
            Argument::value("logging_configuration"),
            Argument::value("lifecycle_configuration"),
            Argument::value("public_access_block_configuration"),
            Argument::value("ownership_controls"),
            Argument::value("versioning_configuration"),
            Argument::value("object_lock_enabled"),
        ],
        role: ResourceRole::Bucket {
            name: "bucket_name",
            parts: &[
                BucketSetting::Acl("access_control"),
                BucketSetting::Logging("logging_configuration"),
                BucketSetting::Lifecycle(LifecycleNames {
                    rules: &["lifecycle_configuration", "rules"],
                    switch: "status",
                    days: &["expiration_in_days"],
                    date: &["expiration_date"],
                    prefixes: &[&["prefix"]],
                    tags: &[&["tag_filters", "key"]],
                }),
                BucketSetting::Protection(&["versioning_configuration", "status"]),
                BucketSetting::Protection(&["object_lock_enabled"]),
                BucketSetting::AccessBlock(Some("public_access_block_configuration"), SNAKE_ACCESS_BLOCK),
                BucketSetting::Ownership(&["ownership_controls", "rules", "object_ownership"]),
            ],
            advice: AWSCC_ADVICE,
        },
    },
    of_bucket(
        "awscc_s3_bucket_policy",
        &[Argument::value("bucket"), Argument::document("policy_document")],
        &[BucketSetting::Policy("policy_document")],
    ),
    ResourceKind {
        name: "AWS::S3::Bucket",
        shape: &[
            Argument::value("BucketName"),
            Argument::value("AccessControl"),
            Argument::value("LoggingConfiguration"),
            Argument::value("LifecycleConfiguration"),
            Argument::value("PublicAccessBlockConfiguration"),
            Argument::value("OwnershipControls"),
            Argument::value("VersioningConfiguration"),
            Argument::value("ObjectLockEnabled"),
        ],
        role: ResourceRole::Bucket {
            name: "BucketName",
            parts: &[
                BucketSetting::Acl("AccessControl"),
                BucketSetting::Logging("LoggingConfiguration"),
                BucketSetting::Lifecycle(LifecycleNames {
                    rules: &["LifecycleConfiguration", "Rules"],
                    switch: "Status",
                    days: &["ExpirationInDays"],
                    date: &["ExpirationDate"],
                    prefixes: &[&["Prefix"]],
                    tags: &[&["TagFilters", "Key"]],
                }),
                BucketSetting::Protection(&["VersioningConfiguration", "Status"]),
                BucketSetting::Protection(&["ObjectLockEnabled"]),
                BucketSetting::AccessBlock(
                    Some("PublicAccessBlockConfiguration"),
                    AccessBlockNames {
                        block_acls: "BlockPublicAcls",
                        ignore_acls: "IgnorePublicAcls",
                        block_policy: "BlockPublicPolicy",
                        restrict: "RestrictPublicBuckets",
                    },
                ),
                BucketSetting::Ownership(&["OwnershipControls", "Rules", "ObjectOwnership"]),
            ],
            advice: CLOUDFORMATION_ADVICE,
        },
    },
    ResourceKind {
        name: "AWS::S3::BucketPolicy",
        shape: &[Argument::value("Bucket"), Argument::document("PolicyDocument")],
        role: ResourceRole::OfBucket { bucket: "Bucket", parts: &[BucketSetting::Policy("PolicyDocument")] },
    },
    key("aws_kms_key", &[Argument::document("policy"), Argument::value("is_enabled")], ["policy", "is_enabled"]),
    key("aws_kms_external_key", &[Argument::document("policy"), Argument::value("enabled")], ["policy", "enabled"]),
    key(
        "aws_kms_replica_external_key",
        &[Argument::document("policy"), Argument::value("enabled")],
        ["policy", "enabled"],
    ),
    key(
        "awscc_kms_replica_key",
        &[Argument::document("key_policy"), Argument::value("enabled")],
        ["key_policy", "enabled"],
    ),
    key("aws_kms_replica_key", &[Argument::document("policy"), Argument::value("enabled")], ["policy", "enabled"]),
    key("awscc_kms_key", &[Argument::document("key_policy"), Argument::value("enabled")], ["key_policy", "enabled"]),
    key("AWS::KMS::Key", &[Argument::document("KeyPolicy"), Argument::value("Enabled")], ["KeyPolicy", "Enabled"]),
    key(
        "AWS::KMS::ReplicaKey",
        &[Argument::document("KeyPolicy"), Argument::value("Enabled")],
        ["KeyPolicy", "Enabled"],
    ),
    ResourceKind {
        name: "aws_kms_key_policy",
        shape: &[Argument::value("key_id"), Argument::document("policy")],
        role: ResourceRole::OfKey { key: "key_id", policy: "policy" },
    },
    alias("aws_kms_alias", &[Argument::value("name"), Argument::value("target_key_id")], ["name", "target_key_id"]),
    alias(
        "awscc_kms_alias",
        &[Argument::value("alias_name"), Argument::value("target_key_id")],
        ["alias_name", "target_key_id"],
    ),
    alias(
        "AWS::KMS::Alias",
        &[Argument::value("AliasName"), Argument::value("TargetKeyId")],
        ["AliasName", "TargetKeyId"],
    ),
];

pub(super) static LOG_GROUP_ROLES: &[ResourceKind] = &[
    delivery(&AWS, &AWS_LOG_GROUP, &AWS_NAMES),
    delivery(&AWSCC, &AWSCC_LOG_GROUP, &AWSCC_NAMES),
    delivery(&CLOUDFORMATION, &CLOUDFORMATION_LOG_GROUP, &CLOUDFORMATION_NAMES),
    delivery(&LIVE, &LIVE_LOG_GROUP, &LIVE_NAMES),
    log_group("aws_cloudwatch_log_group", &[Argument::value("name")], "name"),
    log_group("awscc_logs_log_group", &[Argument::value("log_group_name")], "log_group_name"),
    log_group("AWS::Logs::LogGroup", &[Argument::value("LogGroupName")], "LogGroupName"),
    ResourceKind {
        name: "aws_iam_role",
        shape: &[
            Argument::value("name"),
            Argument::document("assume_role_policy"),
            Argument::blocks("inline_policy", &[Argument::document("policy")]),
            Argument::value("managed_policy_arns"),
        ],
        role: ResourceRole::Role {
            name: "name",
            trust: "assume_role_policy",
            inline: ["inline_policy", "policy"],
            managed: "managed_policy_arns",
        },
    },
    ResourceKind {
        name: "awscc_iam_role",
        shape: &[
            Argument::value("role_name"),
            Argument::document("assume_role_policy_document"),
            Argument::value("policies"),
            Argument::value("managed_policy_arns"),
        ],
        role: ResourceRole::Role {
            name: "role_name",
            trust: "assume_role_policy_document",
            inline: ["policies", "policy_document"],
            managed: "managed_policy_arns",
        },
    },
    ResourceKind {
        name: "AWS::IAM::Role",
        shape: &[
            Argument::value("RoleName"),
            Argument::document("AssumeRolePolicyDocument"),
            Argument::value("Policies"),
            Argument::value("ManagedPolicyArns"),
        ],
        role: ResourceRole::Role {
            name: "RoleName",
            trust: "AssumeRolePolicyDocument",
            inline: ["Policies", "PolicyDocument"],
            managed: "ManagedPolicyArns",
        },
    },
    of_role("aws_iam_role_policy", &[Argument::value("role"), Argument::document("policy")], ["role", "policy"]),
    of_role(
        "awscc_iam_role_policy",
        &[Argument::value("role_name"), Argument::document("policy_document")],
        ["role_name", "policy_document"],
    ),
    of_role(
        "AWS::IAM::RolePolicy",
        &[Argument::value("RoleName"), Argument::document("PolicyDocument")],
        ["RoleName", "PolicyDocument"],
    ),
    of_role(
        "AWS::IAM::Policy",
        &[Argument::value("Roles"), Argument::document("PolicyDocument")],
        ["Roles", "PolicyDocument"],
    ),
    managed_policy("aws_iam_policy", &[Argument::document("policy")], ["policy", ""]),
    managed_policy(
        "awscc_iam_managed_policy",
        &[Argument::document("policy_document"), Argument::value("roles")],
        ["policy_document", "roles"],
    ),
    managed_policy(
        "AWS::IAM::ManagedPolicy",
        &[Argument::document("PolicyDocument"), Argument::value("Roles")],
        ["PolicyDocument", "Roles"],
    ),
    role_attachment(
        "aws_iam_role_policy_attachment",
        &[Argument::value("role"), Argument::value("policy_arn")],
        ["role", "policy_arn"],
    ),
    role_attachment(
        "aws_iam_role_policy_attachments_exclusive",
        &[Argument::value("role_name"), Argument::value("policy_arns")],
        ["role_name", "policy_arns"],
    ),
    role_attachment(
        "aws_iam_policy_attachment",
        &[Argument::value("roles"), Argument::value("policy_arn")],
        ["roles", "policy_arn"],
    ),
];

static AWS_NAMES: DeliveryNames = DeliveryNames { name: "name", ..SNAKE_NAMES };
static AWSCC_NAMES: DeliveryNames = DeliveryNames {
    name: "trail_name",
    log_group: "cloudwatch_logs_log_group_arn",
    log_role: "cloudwatch_logs_role_arn",
    ..SNAKE_NAMES
};
static CLOUDFORMATION_NAMES: DeliveryNames = DeliveryNames { name: "TrailName", ..API_NAMES };
static LIVE_NAMES: DeliveryNames = DeliveryNames { name: "Name", ..API_NAMES };

const SNAKE_NAMES: DeliveryNames = DeliveryNames {
    bucket: "s3_bucket_name",
    prefix: "s3_key_prefix",
    name: "name",
    log_group: "cloud_watch_logs_group_arn",
    log_role: "cloud_watch_logs_role_arn",
};

const API_NAMES: DeliveryNames = DeliveryNames {
    bucket: "S3BucketName",
    prefix: "S3KeyPrefix",
    name: "Name",
    log_group: "CloudWatchLogsLogGroupArn",
    log_role: "CloudWatchLogsRoleArn",
};

static AWS_DELIVERY: [Argument; 7] = delivery_arguments(&AWS, &AWS_NAMES);
static AWSCC_DELIVERY: [Argument; 7] = delivery_arguments(&AWSCC, &AWSCC_NAMES);
static CLOUDFORMATION_DELIVERY: [Argument; 7] = delivery_arguments(&CLOUDFORMATION, &CLOUDFORMATION_NAMES);
static LIVE_DELIVERY: [Argument; 7] = delivery_arguments(&LIVE, &LIVE_NAMES);

static AWS_LOG_GROUP: [Argument; 2] = log_group_arguments(&AWS_NAMES);
static AWSCC_LOG_GROUP: [Argument; 2] = log_group_arguments(&AWSCC_NAMES);
static CLOUDFORMATION_LOG_GROUP: [Argument; 2] = log_group_arguments(&CLOUDFORMATION_NAMES);
static LIVE_LOG_GROUP: [Argument; 2] = log_group_arguments(&LIVE_NAMES);

const EXPIRATION: ArgumentShape = &[Argument::value("days"), Argument::value("date")];

const LIFECYCLE_RULE: ArgumentShape = &[
    Argument::value("status"),
    Argument::value("prefix"),
    Argument::blocks("expiration", EXPIRATION),
    Argument::blocks(
        "filter",
        &[
            Argument::value("prefix"),
            Argument::blocks("tag", &[Argument::value("key")]),
            Argument::blocks("and", &[Argument::value("prefix"), Argument::value("tags")]),
        ],
    ),
];

const BUCKET_NAME: ArgumentShape = &[Argument::value("bucket")];

const SNAKE_ACCESS_BLOCK: AccessBlockNames = AccessBlockNames {
    block_acls: "block_public_acls",
    ignore_acls: "ignore_public_acls",
    block_policy: "block_public_policy",
    restrict: "restrict_public_buckets",
};

const AWS_ADVICE: BucketAdvice = BucketAdvice {
    logging: "an `aws_s3_bucket_logging` resource",
    lifecycle: "an `aws_s3_bucket_lifecycle_configuration` resource",
    access_block: "an `aws_s3_bucket_public_access_block` resource",
    policy: "an `aws_s3_bucket_policy` resource",
    protection: "an `aws_s3_bucket_versioning` resource",
};

const AWSCC_ADVICE: BucketAdvice = BucketAdvice {
    logging: "`logging_configuration`",
    lifecycle: "`lifecycle_configuration`",
    access_block: "`public_access_block_configuration`",
    policy: "an `awscc_s3_bucket_policy` resource",
    protection: "`versioning_configuration`",
};

const CLOUDFORMATION_ADVICE: BucketAdvice = BucketAdvice {
    logging: "`LoggingConfiguration`",
    lifecycle: "`LifecycleConfiguration`",
    access_block: "`PublicAccessBlockConfiguration`",
    policy: "an `AWS::S3::BucketPolicy` resource",
    protection: "`VersioningConfiguration`",
};

const fn trail(dialect: &'static Dialect) -> ResourceKind {
    ResourceKind { name: dialect.kind, shape: dialect.shape, role: ResourceRole::Trail(dialect) }
}

const fn zone(zone: &'static LandingZone) -> ResourceKind {
    ResourceKind { name: zone.kind, shape: zone.shape, role: ResourceRole::LandingZone(zone) }
}

/// Creates the log delivery type of a trail.
const fn delivery(dialect: &'static Dialect, shape: ArgumentShape, names: &'static DeliveryNames) -> ResourceKind {
    ResourceKind { name: dialect.kind, shape, role: ResourceRole::Delivery { dialect, names } }
}

const fn delivery_arguments(dialect: &Dialect, names: &DeliveryNames) -> [Argument; 7] {
    let attributes = dialect.attributes;
    [
        Argument::value(names.bucket),
        Argument::value(names.prefix),
        Argument::value(attributes.kms_key.name),
        Argument::value(names.name),
        Argument::value(attributes.is_multi_region.name),
        Argument::value(attributes.is_organization_trail.name),
        Argument::value(attributes.validates_log_files.name),
    ]
}

const fn log_group_arguments(names: &DeliveryNames) -> [Argument; 2] {
    [Argument::value(names.log_group), Argument::value(names.log_role)]
}

const fn log_group(kind: &'static str, shape: ArgumentShape, name: &'static str) -> ResourceKind {
    ResourceKind { name: kind, shape, role: ResourceRole::LogGroup { name } }
}

const fn of_role(name: &'static str, shape: ArgumentShape, [role, policy]: [&'static str; 2]) -> ResourceKind {
    ResourceKind { name, shape, role: ResourceRole::OfRole { role, policy } }
}

const fn managed_policy(name: &'static str, shape: ArgumentShape, [policy, roles]: [&'static str; 2]) -> ResourceKind {
    ResourceKind { name, shape, role: ResourceRole::ManagedPolicy { policy, roles } }
}

const fn role_attachment(name: &'static str, shape: ArgumentShape, [role, policy]: [&'static str; 2]) -> ResourceKind {
    ResourceKind { name, shape, role: ResourceRole::RoleAttachment { role, policy } }
}

/// Creates a Terraform type with settings of a bucket.
const fn of_bucket(name: &'static str, shape: ArgumentShape, parts: &'static [BucketSetting]) -> ResourceKind {
    ResourceKind { name, shape, role: ResourceRole::OfBucket { bucket: "bucket", parts } }
}

/// Creates a Terraform type whose attributes contain a bucket's name.
const fn names_bucket(name: &'static str, attributes: &'static [&'static str]) -> ResourceKind {
    ResourceKind { name, shape: BUCKET_NAME, role: ResourceRole::NamesBucket { bucket: "bucket", attributes } }
}

const fn key(name: &'static str, shape: ArgumentShape, [policy, enabled]: [&'static str; 2]) -> ResourceKind {
    ResourceKind { name, shape, role: ResourceRole::Key { policy, enabled } }
}

const fn alias(alias: &'static str, shape: ArgumentShape, [name, key]: [&'static str; 2]) -> ResourceKind {
    ResourceKind { name: alias, shape, role: ResourceRole::Alias { name, key } }
}
