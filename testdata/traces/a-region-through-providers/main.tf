provider "aws" {
  region = "us-east-1"
}

provider "aws" {
  alias  = "second"
  region = "eu-west-1"
}

module "baseline" {
  source = "./baseline"

  providers = {
    aws       = aws
    aws.other = aws.second
  }
}
