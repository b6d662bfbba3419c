//! What a repository is full of.

use super::random::Random;
use super::{Corpus, Unit, terraform};

const WORDS: [&str; 6] = ["cart", "payment", "catalog", "mailer", "gateway", "worker"];

impl Unit {
    fn of(name: &'static str, text: String) -> Self {
        Self { files: vec![(name, text)], expected: None }
    }
}

/// The modules that stacks call, at the root of the repository.
pub(super) fn shared_modules(corpus: &mut Corpus<'_>) {
    for name in terraform::SHARED {
        let text = terraform::resources(&mut corpus.random);
        (corpus.write)(&format!("modules/{name}/main.tf"), &text);
        let variables = format!("{}\nvariable \"size\" {{}}\n", terraform::variables());
        (corpus.write)(&format!("modules/{name}/variables.tf"), &variables);
        corpus.written += 2;
    }
}

/// Something that mentions no trail.
pub(super) fn unit(random: &mut Random) -> Unit {
    match random.below(100) {
        0..12 => stack(random),
        12..24 => Unit::of("template.yaml", template(random)),
        24..40 => Unit::of("deployment.yaml", deployment(random)),
        40..48 => chart(random),
        48..50 => Unit::of("package-lock.json", package_lock(random)),
        _ => source_file(random),
    }
}

/// A root module.
pub(super) fn stack(random: &mut Random) -> Unit {
    let files = vec![
        ("main.tf", terraform::resources(random)),
        ("modules.tf", terraform::calls(random)),
        ("variables.tf", terraform::variables()),
        ("outputs.tf", terraform::outputs(random)),
        ("parameters.tf.json", terraform::json(random)),
        ("terraform.tfvars", "environment = \"production\"\nblocks      = [\"10.1.0.0\"]\n".to_owned()),
    ];
    Unit { files, expected: None }
}

/// A CloudFormation template.
pub(super) fn template(random: &mut Random) -> String {
    let mut text = String::from(
        "AWSTemplateFormatVersion: \"2010-09-09\"\nParameters:\n  Stage:\n    Type: String\n    Default: dev\nResources:\n",
    );
    for index in 0..random.between(2, 12) {
        let word = random.pick(&WORDS);
        text += &format!(
            "  Queue{index}:\n    Type: AWS::SQS::Queue\n    Properties:\n      QueueName: !Sub \"${{Stage}}-{word}-{index}\"\n"
        );
        text += &format!(
            "      VisibilityTimeout: {}\n      Tags:\n        - {{ Key: part, Value: {word} }}\n",
            random.below(600)
        );
    }
    text
}

fn deployment(random: &mut Random) -> String {
    let documents = (0..random.between(1, 5)).map(|index| {
        let word = random.pick(&WORDS);
        let mut text = format!("apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {word}-{index}\n  labels:\n    app: {word}\nspec:\n  replicas: {}\n  template:\n    spec:\n      containers:\n        - name: {word}\n          image: registry.example.com/{word}:1.{index}\n          env:\n", random.below(9));
        for variable in 0..random.between(1, 12) {
            text += &format!("            - name: SETTING_{variable}\n              value: \"{}\"\n", random.below(100_000));
        }
        text
    });
    documents.collect::<Vec<_>>().join("---\n")
}

fn chart(random: &mut Random) -> Unit {
    let word = random.pick(&WORDS);
    let chart = format!("apiVersion: v2\nname: {word}\nversion: 0.{}.0\n", random.below(40));
    let values = format!("replicas: {}\nimage:\n  repository: {word}\n  tag: latest\n", random.below(9));
    let service = "apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ include \"chart.fullname\" . }}\nspec:\n  ports:\n  {{- range .Values.ports }}\n    - port: {{ . }}\n  {{- end }}\n";
    let files = vec![("Chart.yaml", chart), ("values.yaml", values), ("templates/service.yaml", service.repeat(3))];
    Unit { files, expected: None }
}

fn package_lock(random: &mut Random) -> String {
    let package = |index: usize, random: &mut Random| {
        let version = random.below(30);
        format!(
            "    \"node_modules/package-{index}\": {{\n      \"version\": \"{version}.0.{index}\",\n      \"resolved\": \"https://registry.npmjs.org/package-{index}/-/package-{index}-{version}.0.{index}.tgz\",\n      \"integrity\": \"sha512-{:016x}{:016x}\",\n      \"license\": \"MIT\"\n    }}",
            random.below(usize::MAX),
            random.below(usize::MAX)
        )
    };
    let packages: Vec<String> = (0..random.between(50, 600)).map(|index| package(index, random)).collect();
    format!(
        "{{\n  \"name\": \"app\",\n  \"lockfileVersion\": 3,\n  \"packages\": {{\n{}\n  }}\n}}\n",
        packages.join(",\n")
    )
}

/// A file of a language that isn't checked.
pub(super) fn source_file(random: &mut Random) -> Unit {
    let name = random.pick(&["main.py", "index.ts", "server.go", "README.md", "handler.rb"]);
    let lines = (0..random.between(20, 200)).map(|line| {
        let word = random.pick(&WORDS);
        format!(
            "    {word}_{line} = handle(request, \"{word}\", retries={})  // see the module {word}\n",
            random.below(9)
        )
    });
    Unit::of(name, lines.collect())
}
