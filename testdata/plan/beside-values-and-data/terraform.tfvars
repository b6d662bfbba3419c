multi_region = true
logging      = true
