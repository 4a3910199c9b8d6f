"""Orders that owe an invoice are given one."""
