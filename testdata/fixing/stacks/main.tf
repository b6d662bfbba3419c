variable "everywhere" {
  type    = string
  default = "false"
}

# A value in the heredoc, and one that is passed.
resource "aws_cloudformation_stack" "heredoc" {
  name = "audit"
  parameters = {
    Everywhere = var.everywhere
    Validation = "false"
  }
  template_body = <<-YAML
    Parameters:
      Everywhere:
        Type: String
      Validation:
        Type: String
    Resources:
      Trail:
        Type: AWS::CloudTrail::Trail
        Properties:
          S3BucketName: !Sub "logs-$${AWS::AccountId}"
          IsLogging: false
          IsMultiRegionTrail: !Ref Everywhere
          EnableLogFileValidation: !Ref Validation
          EventSelectors:
            - ReadWriteType: ReadOnly
  YAML
}

# Without indentation, and with a missing property.
resource "aws_cloudformation_stack" "flush" {
  name          = "flush"
  template_body = <<YAML
Resources:
  Trail:
    Type: AWS::CloudTrail::Trail
    Properties:
      S3BucketName: logs
      IsLogging: true
YAML
}

# The line of an interpolation stays as it is.
resource "aws_cloudformation_stack" "interpolated" {
  name          = "interpolated"
  template_body = <<-YAML
    Resources:
      Trail:
        Type: AWS::CloudTrail::Trail
        Properties:
          S3BucketName: ${var.everywhere}-logs
          IsLogging: true
          IsMultiRegionTrail: ${var.everywhere}
          EnableLogFileValidation: ${false}
  YAML
}

resource "aws_cloudformation_stack" "object" {
  name = "object"
  template_body = jsonencode({
    Resources = {
      Trail = {
        Type = "AWS::CloudTrail::Trail"
        Properties = {
          S3BucketName            = "logs"
          IsLogging               = false
          IsMultiRegionTrail      = "false"
          EnableLogFileValidation = true
        }
      }
    }
  })
}

resource "aws_cloudformation_stack" "file" {
  name          = "file"
  template_body = file("${path.module}/trail.yaml")
}

# Two stacks share the template.
resource "aws_cloudformation_stack" "one" {
  name          = "one"
  template_body = file("${path.module}/shared.yaml")
}

resource "aws_cloudformation_stack" "two" {
  name          = "two"
  template_body = file("${path.module}/shared.yaml")
}

resource "aws_cloudformation_stack" "rendered" {
  name = "rendered"
  template_body = templatefile("${path.module}/rendered.yaml", {
    everywhere = "false"
  })
}
