//! The queries of the page on organizations run on reports of the demo.

use std::process::Command;

use serde_json::{Value, json};

use crate::cli::{Scratch, err, out, status};
use crate::support::{files_below, package, skipped};

/// Runs the queries of a page, and prints the rows of each as JSON.
const RUN: &str = "import duckdb, json, re, sys
queries = re.findall(r'```sql\\n(.*?)```', open(sys.argv[1]).read(), re.DOTALL)
connection = duckdb.connect()
print(json.dumps([connection.execute(query).fetchall() for query in queries]))
";

#[test]
fn queries_of_results_run() {
    let is_there = Command::new("python3").args(["-c", "import duckdb"]).output().is_ok_and(|run| run.status.success());
    if !is_there {
        return skipped("queries_of_results_run", "Python has no duckdb");
    }
    let accounts = r#"{"Accounts": [{"Id": "111122223333", "Name": "legacy", "Status": "ACTIVE"},
        {"Id": "000000000001", "Name": "new", "Status": "ACTIVE"}, {"Id": "000000000002", "Name": "old", "Status": "SUSPENDED"}]}"#;
    let scratch =
        Scratch::new("queries", &[("accounts.json", accounts), ("results/cut.jsonl", "{\"type\":\"run\"}\n")]);
    for (name, directory, options) in
        [("demo", "testdata/demo", &[][..]), ("accounts", "testdata/audit", &["--evidence", "testdata/audit"])]
    {
        for (path, bytes) in files_below(&package(directory)) {
            let path = scratch.path(directory).join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        let output = scratch.run(&[&["check", directory, "--quiet", "--format", "json-lines"], options].concat());
        assert!(status(&output) <= 1, "{}", err(&output));
        std::fs::write(scratch.path("results").join(format!("{name}.jsonl")), out(&output)).unwrap();
    }
    let page = package("docs/organizations.md");
    let run = Command::new("python3").args(["-c", RUN]).arg(&page).current_dir(scratch.path("")).output().unwrap();
    assert!(run.status.success(), "{}", err(&run));
    let rows: Vec<Value> = serde_json::from_str(&out(&run)).unwrap();
    let [_, failed, errors, unknown, missing, interrupted] = rows.as_slice() else { panic!("{rows:?}") };
    assert!(failed.as_array().unwrap().contains(&json!(["demo", "testdata/demo/terraform/legacy", null, "terraform"])));
    assert!(errors.as_array().unwrap().iter().any(|row| row[3] == "single-region-trail" && row[2] == 26), "{errors}");
    assert!(unknown.as_array().unwrap().iter().any(|row| row[1] == "declared-elsewhere"), "{unknown}");
    assert_eq!((missing, interrupted), (&json!([["000000000001", "new"]]), &json!([["cut"]])));
}
