"""Files that a fit writes: to be resumed, and to score further rows later."""
