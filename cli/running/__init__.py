"""What `taxpoynt up` is made of: the parts, their addresses, and who watches them."""
