multi_region = true
multi_region = false
