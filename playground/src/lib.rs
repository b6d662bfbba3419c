//! trailint in a page: JavaScript writes the files to the memory of this module, calls [`check`], and reads the result.
//!
//! All functions work on one request and one response, so a page sends the next request after it has read the response
//! to the last one.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use trailint::internal::edit::{Fix, Safety};
use trailint::internal::engine::{self, EngineSettings};
use trailint::internal::fix::{self, ChangedFile};
use trailint::internal::output::{self, OutputFormat};
use trailint::internal::report::{Diagnostic, Report, View};
use trailint::internal::scan::{Input, ScanInputs};
use trailint::internal::source::{Memory, Sources};
use trailint::internal::suppress::SuppressionPolicy;

/// The largest request in bytes.
const MAX_REQUEST: usize = 4 << 20;

static REQUEST: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static RESPONSE: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// The files to check.
#[derive(Deserialize)]
struct Request {
    /// The texts by relative path.
    files: BTreeMap<String, String>,
    /// The date, such as `2027-01-31`, until which suppressions are valid; the module has no clock.
    today: Option<String>,
}

/// The result of a check.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Response {
    /// The reports, and the safe fixes as a diff.
    Report { json: String, html: String, diff: String, files: BTreeMap<String, String> },
    /// The reason why the files can't be checked.
    Error(String),
}

/// Makes room for a request of this many bytes, and returns its address; 0 if it is too large.
#[unsafe(no_mangle)]
pub extern "C" fn request(length: usize) -> *const u8 {
    if length > MAX_REQUEST {
        return std::ptr::null();
    }
    let mut request = lock(&REQUEST);
    request.clear();
    request.resize(length, 0);
    request.as_ptr()
}

/// Checks the files of the request, and returns the length of the response.
#[unsafe(no_mangle)]
pub extern "C" fn check() -> usize {
    let response = match serde_json::from_slice(&lock(&REQUEST)) {
        Ok(request) => respond(request),
        Err(cause) => Response::Error(format!("the request isn't valid: {cause}")),
    };
    let mut text = lock(&RESPONSE);
    *text = serde_json::to_vec(&response).unwrap_or_default();
    text.len()
}

/// The address of the response.
#[unsafe(no_mangle)]
pub extern "C" fn response() -> *const u8 {
    lock(&RESPONSE).as_ptr()
}

fn lock(bytes: &Mutex<Vec<u8>>) -> MutexGuard<'_, Vec<u8>> {
    bytes.lock().unwrap_or_else(PoisonError::into_inner)
}

fn respond(request: Request) -> Response {
    let today = request.today.and_then(|date| date.parse().ok()).unwrap_or_default();
    let settings = EngineSettings {
        suppress: SuppressionPolicy { today, ..SuppressionPolicy::default() },
        ..EngineSettings::default()
    };
    match reports(&request.files, &settings) {
        Ok(response) => response,
        Err(cause) => Response::Error(cause.to_string()),
    }
}

fn reports(files: &BTreeMap<String, String>, settings: &EngineSettings) -> Result<Response, trailint::internal::error::Error> {
    let fs = Memory::new(files.iter().map(|(path, text)| (path, text.as_bytes())));
    let sources = Sources::new("/".into());
    let inputs = ScanInputs { paths: vec![Input { given: ".".into(), path: "/".into() }], ..ScanInputs::default() };
    let checked = |changed: &[ChangedFile]| {
        let texts = changed.iter().map(|one| (one.file.as_ref(), one.text.as_str()));
        engine::check(&fs, &inputs, sources.with(texts), settings)
    };
    let mut report = checked(&[])?;
    report.merge_findings();
    let view = View::default();
    let (json, html) =
        (OutputFormat::Json.render_plain(&report, &view), OutputFormat::Html.render_plain(&report, &view));
    let is_safe = |_: &Diagnostic, fix: &Fix, report: &Report| fix::is_allowed(fix, Safety::Safe, report, |_| true);
    let fixed = fix::apply_fixes(checked(&[])?, is_safe, |changed| checked(changed))?;
    let diff = output::diff(&fixed.files, &sources);
    let files = fixed.files.into_iter().map(|changed| (changed.file.name.clone(), changed.text)).collect();
    Ok(Response::Report { json, html, diff, files })
}
