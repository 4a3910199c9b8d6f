"""Between the web server and our applications: requests come in whole, in time, or not at all."""
