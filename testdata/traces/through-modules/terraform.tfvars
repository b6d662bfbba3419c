everywhere = false
