//! What a repository is full of.

use super::random::Random;
use super::{Corpus, Unit, terraform};

const WORDS: [&str; 6] = ["cart", "payment", "catalog", "mailer", "gateway", "worker"];

/// The modules that stacks call, at the root of the repository.
pub(super) fn shared_modules(corpus: &mut Corpus<'_>) {
    (corpus.write)("modules/audit/main.tf", &super::trails::shared());
    corpus.written += 1;
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
        0..41 => stack(random),
        41..48 => templates(random),
        48..68 => deployments(random),
        68..80 => chart(random),
        _ => application(random),
    }
}

/// A root module.
pub(super) fn stack(random: &mut Random) -> Unit {
    let mut files = vec![
        ("main.tf".to_owned(), terraform::resources(random)),
        ("modules.tf".to_owned(), terraform::calls(random)),
        ("variables.tf".to_owned(), terraform::variables()),
        ("outputs.tf".to_owned(), terraform::outputs(random)),
        ("versions.tf".to_owned(), terraform::VERSIONS.to_owned()),
    ];
    if random.below(2) == 0 {
        files.push(("parameters.tf.json".to_owned(), terraform::json(random)));
    }
    if random.below(2) == 0 {
        let values = "environment = \"production\"\nblocks      = [\"10.1.0.0\"]\n";
        files.push(("terraform.tfvars".to_owned(), values.to_owned()));
    }
    if random.below(2) == 0 {
        files.push((".terraform.lock.hcl".to_owned(), terraform::lock(random)));
    }
    with_sources(files, 6, random)
}

fn templates(random: &mut Random) -> Unit {
    let files = (0..random.between(1, 6)).map(|index| (format!("template-{index}.yaml"), template(random)));
    let files = files.collect();
    with_sources(files, 12, random)
}

fn deployments(random: &mut Random) -> Unit {
    let files = (0..random.between(4, 17)).map(|index| (format!("deployment-{index}.yaml"), deployment(random)));
    let files = files.collect();
    with_sources(files, 12, random)
}

fn application(random: &mut Random) -> Unit {
    let name = random.pick(&WORDS);
    let mut files = vec![
        ("package.json".to_owned(), format!("{{\n  \"name\": \"{name}\",\n  \"private\": true\n}}\n")),
        (
            "tsconfig.json".to_owned(),
            "{\n  \"compilerOptions\": { \"strict\": true, \"outDir\": \"dist\" }\n}\n".to_owned(),
        ),
        (
            "compose.yaml".to_owned(),
            format!("services:\n  {name}:\n    build: .\n    ports: [\"{}:80\"]\n", random.between(1024, 60_000)),
        ),
    ];
    if random.below(3) == 0 {
        files.push(("package-lock.json".to_owned(), package_lock(random)));
    }
    with_sources(files, 20, random)
}

/// Adds source files and documents to a unit, so that it has a typical number of files that aren't read.
fn with_sources(mut files: Vec<(String, String)>, average: usize, random: &mut Random) -> Unit {
    for index in 0..random.between(average / 2, average + average / 2) {
        files.push((source_name(index, random), source(random)));
    }
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
    let helpers = "{{- define \"chart.fullname\" -}}\n{{ .Release.Name }}-{{ .Chart.Name }}\n{{- end }}\n".repeat(5);
    let mut files = vec![("Chart.yaml".to_owned(), chart), ("templates/_helpers.tpl".to_owned(), helpers)];
    for environment in ["", "-staging", "-production"] {
        files.push((format!("values{environment}.yaml"), values.clone()));
    }
    for name in ["service", "ingress", "deployment", "config"] {
        files.push((format!("templates/{name}.yaml"), service.repeat(random.between(2, 6))));
    }
    with_sources(files, 8, random)
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
    let packages: Vec<String> = (0..random.between(100, 700)).map(|index| package(index, random)).collect();
    format!(
        "{{\n  \"name\": \"app\",\n  \"lockfileVersion\": 3,\n  \"packages\": {{\n{}\n  }}\n}}\n",
        packages.join(",\n")
    )
}

/// A file of a language that isn't checked, in a unit of its own.
pub(super) fn source_file(random: &mut Random) -> Unit {
    Unit { files: vec![(source_name(0, random), source(random))], expected: None }
}

fn source_name(index: usize, random: &mut Random) -> String {
    let extension = random.pick(&["py", "ts", "go", "md", "rb", "java", "sh", "txt"]);
    format!("part_{index}.{extension}")
}

fn source(random: &mut Random) -> String {
    let lines = (0..random.between(4, 72)).map(|line| {
        let word = random.pick(&WORDS);
        format!("    {word}_{line} = handle(request, \"{word}\", retries={})  # see {word}\n", random.below(9))
    });
    lines.collect()
}
