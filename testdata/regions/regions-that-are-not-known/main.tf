variable "second" {
  type = string
}

provider "aws" {
  region = "us-east-1"
}

provider "aws" {
  alias  = "second"
  region = var.second
}

module "baseline" {
  source = "./baseline"

  providers = {
    aws       = aws
    aws.other = aws.second
  }
}
