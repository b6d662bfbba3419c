# trailint: ignore[single-region-trail] above the value
given = false
