logging = false
