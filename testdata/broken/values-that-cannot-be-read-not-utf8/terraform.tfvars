everywhere = true
owner      = "ÿ"
