"""What one may do with one's own invoices: everybody in a login, an API key with these scopes."""

from app.auth import EVERYBODY, Permission

READ = Permission("invoices:read", EVERYBODY)
WRITE = Permission("invoices:write", EVERYBODY)
