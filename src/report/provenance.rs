//! The origin of a report for auditors: the command, the revision of the code, the settings and the inputs.

use super::Date;

/// The origin of a report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Provenance {
    /// The command line, without the number of threads and with hidden secrets.
    pub command: String,
    /// The repository and its commit; `None` without git.
    pub revision: Option<Revision>,
    /// The base of a comparison, as the user wrote it.
    pub base: Option<String>,
    /// The settings of configuration files.
    pub settings: Vec<ProvenanceSetting>,
    /// The environment variables that take effect, with hidden secrets: `TRAILINT_SCOPE=staged`.
    pub environment: Vec<String>,
    /// The files with evidence and values.
    pub inputs: Vec<ProvenanceInput>,
}

/// The state of a repository.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Revision {
    /// The address of the remote repository `origin`, without credentials.
    pub origin: Option<String>,
    /// The id of the commit; `None` before the first one.
    pub commit: Option<String>,
    /// The number of files that differ from the commit; `None` if git couldn't compare them.
    pub changed: Option<usize>,
}

/// A setting that isn't the default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvenanceSetting {
    pub key: String,
    /// The value in TOML.
    pub value: String,
    /// The file and line, relative to the root of the repository.
    pub origin: String,
}

/// A file that isn't code.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProvenanceInput {
    /// Relative to the root of the repository.
    pub path: String,
    /// `evidence` or `values`.
    pub kind: &'static str,
    /// The SHA-256 of its bytes and their number; `None` if it couldn't be read again.
    pub digest: Option<(String, usize)>,
}

/// A point in time that the user names, since reports don't depend on the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportDate {
    pub date: Date,
    /// The hour, the minute and the second in UTC; `None` for a date alone.
    pub time: Option<[u8; 3]>,
}

impl ReportDate {
    /// The time of this many seconds after 1970-01-01.
    pub fn after_epoch(seconds: u64) -> Self {
        let part = |divisor: u64, modulus: u64| {
            u8::try_from(seconds.checked_div(divisor).unwrap_or(0).checked_rem(modulus).unwrap_or(0)).unwrap_or(0)
        };
        let date = Date::after_epoch(seconds / super::date::SECONDS_OF_A_DAY);
        Self { date, time: Some([part(3600, 24), part(60, 60), part(1, 60)]) }
    }

    /// In the form of ISO 8601, with a time: `2027-01-31T00:00:00Z`.
    pub fn timestamp(&self) -> String {
        let [hour, minute, second] = self.time.unwrap_or_default();
        format!("{}T{hour:02}:{minute:02}:{second:02}Z", self.date)
    }
}

impl std::fmt::Display for ReportDate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.time {
            None => self.date.fmt(f),
            Some(_) => f.write_str(&self.timestamp()),
        }
    }
}

impl std::str::FromStr for ReportDate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some((date, time)) = text.split_once('T') else { return Ok(Self { date: text.parse()?, time: None }) };
        let invalid = || format!("invalid time `{text}`; write it as `2027-01-31T12:00:00Z`");
        let parts = time.strip_suffix('Z').map(|time| time.split(':').collect::<Vec<_>>()).ok_or_else(invalid)?;
        let number = |part: &str, limit: u8| {
            let is_number = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse::<u8>().ok().filter(|number| is_number && *number < limit)
        };
        let [hour, minute, second] = parts.as_slice() else { return Err(invalid()) };
        let time = number(hour, 24).zip(number(minute, 60)).zip(number(second, 60)).ok_or_else(invalid)?;
        Ok(Self { date: date.parse()?, time: Some([time.0.0, time.0.1, time.1]) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_may_have_a_time() {
        for text in ["2027-01-31", "2027-01-31T23:59:59Z"] {
            assert_eq!(text.parse::<ReportDate>().unwrap().to_string(), text);
        }
        assert_eq!("2027-01-31".parse::<ReportDate>().unwrap().timestamp(), "2027-01-31T00:00:00Z");
        assert_eq!(ReportDate::after_epoch(1_800_000_000).to_string(), "2027-01-15T08:00:00Z");
        for text in ["2027-01-31T24:00:00Z", "2027-01-31T1:00:00Z", "2027-01-31T10:00:00", "2027-02-30T00:00:00Z", "T"]
        {
            assert!(text.parse::<ReportDate>().is_err(), "{text}");
        }
    }
}
