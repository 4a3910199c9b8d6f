"""Several hosts of workers over one broker and one database: network namespaces on one machine."""
