module "cloudtrail_baseline" {
  source = "../cloudtrail-baseline/0.1.tf"

  s3_bucket_name = data.known.own.bucket
}
