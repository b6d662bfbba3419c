trails = {
  passed = {
    name = "passed"
  }
}

own = {
  name = "own"
}
