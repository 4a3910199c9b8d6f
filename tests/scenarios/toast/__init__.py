"""What each part of the Toast integration comes to for a merchant, by hand."""
