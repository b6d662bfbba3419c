owner = {
