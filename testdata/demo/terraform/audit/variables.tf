variable "region" {
  description = "Home Region of the trail; it records all of them."
  type        = string
  default     = "eu-central-1"
}

variable "account_id" {
  description = "The account that owns the trail."
  type        = string
  default     = "111122223333"
}

variable "retention_days" {
  description = "How long log files are kept."
  type        = number
  default     = 400
}
