//! The AWS Regions of `--region` and `--regions`.

use crate::error::Error;
use crate::model::region;

/// Checks the Region of `--region`.
pub(super) fn parse_region(text: &str) -> Result<String, Error> {
    check_name("--region", text)?;
    Ok(text.to_owned())
}

/// Checks the Regions of `--regions`; empty if the option isn't set.
pub(super) fn parse_regions(given: Option<&[String]>) -> Result<Vec<String>, Error> {
    // A comma in a list may be followed by blanks.
    let regions: Vec<&str> = given.unwrap_or_default().iter().map(|name| name.trim()).collect();
    match given {
        Some(_) if regions.iter().all(|name| name.is_empty()) => {
            Err(invalid("--regions", "expected at least one Region"))
        }
        Some(_) => checked("--regions", &regions),
        None => Ok(Vec::new()),
    }
}

fn checked(setting: &str, regions: &[&str]) -> Result<Vec<String>, Error> {
    for (index, name) in regions.iter().enumerate() {
        check_name(setting, name)?;
        if regions.iter().take(index).any(|other| other == name) {
            return Err(invalid(setting, &format!("`{name}` is named twice")));
        }
    }
    let apart = regions.iter().zip(regions.iter().skip(1)).find(|(a, b)| region::leader(a) != region::leader(b));
    match apart {
        Some((one, other)) => Err(invalid(setting, &format!("`{one}` and `{other}` aren't Regions of one account"))),
        None => Ok(regions.iter().map(|&name| name.to_owned()).collect()),
    }
}

fn check_name(setting: &str, name: &str) -> Result<(), Error> {
    if region::is_name(name) {
        return Ok(());
    }
    Err(invalid(setting, &format!("`{name}` isn't a Region name such as `eu-west-1`")))
}

fn invalid(setting: &str, cause: &str) -> Error {
    Error::Setting { text: setting.to_owned(), cause: cause.to_owned() }
}
