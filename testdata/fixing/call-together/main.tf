module "line" { source = "./trail" }

module "block" {
  source = "./trail"

  providers = {
    aws = aws
  }
}

module "arguments" {
  source = "./trail"

  name = "audit"
}
