//! The texts of the stubs.

/// Embeds the files of `stubs`.
macro_rules! stubs {
    ($($path:literal),+ $(,)?) => {
        /// Each stub by its path.
        pub(super) static STUBS: &[(&str, &str)] = &[$(($path, include_str!(concat!("stubs/", $path)))),+];
    };
}

stubs![
    "boldlink-cloudtrail/1.0.tf",
    "boldlink-cloudtrail/1.1.tf",
    "boldlink-cloudtrail/1.3.tf",
    "clouddrove-cloudtrail/0.12.tf",
    "clouddrove-cloudtrail/0.14.tf",
    "clouddrove-cloudtrail/0.15.tf",
    "clouddrove-cloudtrail/1.4.tf",
    "cloudposse-cloudtrail/0.1.tf",
    "cloudposse-cloudtrail/0.7.tf",
    "cloudposse-cloudtrail/0.8.tf",
    "cloudposse-cloudtrail/0.17.tf",
    "cloudposse-cloudtrail/0.24.tf",
    "cloudposse-label/0.19.tf",
    "lacework-cloudtrail/0.1.tf",
    "lacework-cloudtrail/1.0.tf",
    "nozaq-secure-baseline/0.1.tf",
    "nozaq-secure-baseline/0.15.tf",
    "nozaq-secure-baseline/0.31.tf",
    "nozaq-secure-baseline/cloudtrail-baseline/0.1.tf",
    "nozaq-secure-baseline/cloudtrail-baseline/0.15.tf",
    "plus3it-tardigrade-cloudtrail/0.0.tf",
    "plus3it-tardigrade-cloudtrail/2.2.tf",
    "plus3it-tardigrade-cloudtrail/5.0.tf",
    "quinovas-cloudtrail/1.0.tf",
    "rhythmictech-cloudtrail-logging/0.0.tf",
    "tmknom-cloudtrail/1.0.tf",
    "trussworks-cloudtrail/1.0.tf",
    "trussworks-cloudtrail/3.0.tf",
];

/// The text of the stub at a path.
pub(in super::super) fn text(path: &str) -> Option<&'static str> {
    STUBS.iter().find(|(own, _)| *own == path).map(|(_, text)| *text)
}
