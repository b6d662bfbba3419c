module "trail" {
  source = "../trail"

  logging = false
}
