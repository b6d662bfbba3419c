//! Terraform that has nothing to do with trails.

use super::random::Random;

const TYPES: [&str; 6] = [
    "aws_instance",
    "aws_sqs_queue",
    "aws_security_group",
    "aws_iam_role",
    "aws_lambda_function",
    "aws_dynamodb_table",
];
const WORDS: [&str; 8] = ["orders", "billing", "search", "login", "reports", "images", "events", "stock"];

/// The modules that all stacks call.
pub(super) const SHARED: [&str; 5] = ["network", "queue", "service", "database", "dashboard"];

/// Some resources.
pub(super) fn resources(random: &mut Random) -> String {
    (0..random.between(2, 9)).map(|index| resource(index, random)).collect()
}

fn resource(index: usize, random: &mut Random) -> String {
    let (kind, word) = (random.pick(&TYPES), random.pick(&WORDS));
    let mut text =
        format!("# Serves {word}; ask its team before changing it.\nresource \"{kind}\" \"{word}_{index}\" {{\n");
    text += &format!(
        "  name = \"${{var.environment}}-{word}-{index}\"\n  tags = merge(local.tags, {{ Part = \"{word}\" }})\n"
    );
    for rule in 0..random.between(0, 6) {
        let port = random.between(1024, 60_000);
        text += &format!(
            "\n  ingress {{\n    description = \"rule {rule}\"\n    from_port   = {port}\n    to_port     = {port}\n"
        );
        text += "    protocol    = \"tcp\"\n    cidr_blocks = [for block in var.blocks : \"${block}/24\" if block != \"\"]\n  }\n";
    }
    text + "}\n\n"
}

/// The variables of a stack.
pub(super) fn variables() -> String {
    let mut text = String::from("locals {\n  tags = { Environment = var.environment, Owner = \"platform\" }\n}\n");
    for (name, default) in [("environment", "\"staging\""), ("blocks", "[\"10.0.1.0\", \"10.0.2.0\"]")] {
        text += &format!("\nvariable \"{name}\" {{\n  description = \"The {name}.\"\n  default     = {default}\n}}\n");
    }
    text
}

/// Calls of shared modules and of one from a registry.
pub(super) fn calls(random: &mut Random) -> String {
    let mut text = String::new();
    for index in 0..random.between(1, 5) {
        let name = random.pick(&SHARED);
        text += &format!("module \"{name}_{index}\" {{\n  source      = \"../../../modules/{name}\"\n");
        text += &format!("  environment = var.environment\n  size        = {}\n}}\n\n", random.below(20));
    }
    text + "module \"vpc\" {\n  source  = \"terraform-aws-modules/vpc/aws\"\n  version = \"~> 5.0\"\n  name    = var.environment\n}\n"
}

/// The requirements of a stack.
pub(super) const VERSIONS: &str = "terraform {
  required_version = \">= 1.5\"

  required_providers {
    aws = {
      source  = \"hashicorp/aws\"
      version = \"~> 5.0\"
    }
  }
}
";

/// A lock file of providers, which isn't read.
pub(super) fn lock(random: &mut Random) -> String {
    let hashes: String = (0..12)
        .map(|_| format!("    \"zh:{:016x}{:016x}\",\n", random.below(usize::MAX), random.below(usize::MAX)))
        .collect();
    format!(
        "provider \"registry.terraform.io/hashicorp/aws\" {{\n  version = \"5.31.0\"\n  hashes = [\n{hashes}  ]\n}}\n"
    )
}

/// Outputs of a stack.
pub(super) fn outputs(random: &mut Random) -> String {
    let output = |index: usize| {
        format!("output \"id_{index}\" {{\n  description = \"An id.\"\n  value       = local.tags.Owner\n}}\n\n")
    };
    let outputs: String = (0..random.between(1, 10)).map(output).collect();
    let of_module = random.below(3) == 0;
    outputs + if of_module { "output \"vpc\" {\n  value = module.vpc.vpc_id\n}\n" } else { "" }
}

/// The same language in JSON.
pub(super) fn json(random: &mut Random) -> String {
    let word = random.pick(&WORDS);
    format!(
        "{{\n  \"resource\": {{\n    \"aws_ssm_parameter\": {{\n      \"{word}\": {{ \"name\": \"/{word}/url\", \"type\": \"String\", \"value\": \"${{var.environment}}\" }}\n    }}\n  }}\n}}\n"
    )
}
