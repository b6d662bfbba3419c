//! The addresses of the project's pages, which derive from `repository` and `homepage` in Cargo.toml, the only file with
//! an address. Where both are empty, there are none, and reports omit their links.

/// The addresses of a build.
#[derive(Debug, Clone, Copy)]
pub struct Addresses {
    /// The address of the code.
    repository: &'static str,
    /// The address of the documentation.
    site: &'static str,
}

/// The addresses of this build.
pub const ADDRESSES: Addresses =
    Addresses { repository: env!("CARGO_PKG_REPOSITORY"), site: env!("CARGO_PKG_HOMEPAGE") };

impl Addresses {
    /// The page on which a user begins.
    pub fn project(self) -> Option<&'static str> {
        [self.site, self.repository].into_iter().find(|address| !address.is_empty())
    }

    /// The page of a rule: on the site, or the file of this version.
    pub fn rule(self, id: &str) -> Option<String> {
        if !self.site.is_empty() {
            return Some(format!("{}/rules/{id}.html", self.site.trim_end_matches('/')));
        }
        let repository = Some(self.repository.trim_end_matches('/')).filter(|address| !address.is_empty())?;
        Some(format!("{repository}/blob/v{}/rules/{id}.md", env!("CARGO_PKG_VERSION")))
    }

    /// The `$id` of a schema: its address on the site.
    pub fn schema(self, name: &str) -> Option<String> {
        (!self.site.is_empty()).then(|| format!("{}/schemas/{name}.json", self.site.trim_end_matches('/')))
    }
}

#[cfg(test)]
mod tests {
    use super::Addresses;

    const CODE: &str = "https://code.example.com/o/trailint";

    #[test]
    fn the_site_comes_before_the_code() {
        let both = Addresses { repository: CODE, site: "https://docs.example.com/t/" };
        assert_eq!(both.project(), Some("https://docs.example.com/t/"));
        assert_eq!(both.rule("x").as_deref(), Some("https://docs.example.com/t/rules/x.html"));
        assert_eq!(both.schema("report-1").as_deref(), Some("https://docs.example.com/t/schemas/report-1.json"));
    }

    #[test]
    fn without_a_site_pages_are_files_of_this_version() {
        let code = Addresses { repository: CODE, site: "" };
        let page = format!("{CODE}/blob/v{}/rules/x.md", env!("CARGO_PKG_VERSION"));
        assert_eq!((code.rule("x"), code.schema("report-1")), (Some(page), None));
    }

    #[test]
    fn without_addresses_there_are_no_links() {
        let none = Addresses { repository: "", site: "" };
        assert_eq!((none.project(), none.rule("x"), none.schema("report-1")), (None, None, None));
    }
}
