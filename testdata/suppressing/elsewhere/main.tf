# trailint: ignore[no-compliant-trail] checked where the module is
module "cloudtrail" {
  source = "git::https://example.com/cloudtrail.git"
}
