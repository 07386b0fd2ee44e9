"""The service, the page and videos measured from outside."""
