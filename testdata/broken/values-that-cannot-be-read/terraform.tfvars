multi_region = = false
