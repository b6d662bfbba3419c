settings = {
  logging = false
}
