provider "aws" {
  region = "us-east-1"
}

provider "aws" {
  alias  = "eu"
  region = "eu-west-1"
}

module "home" {
  source = "./trail"
}

module "eu" {
  source = "./trail"

  providers = {
    aws = aws.eu
  }
}
