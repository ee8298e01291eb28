CREATE TABLE "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaäbc" (id bigint);
ALTER TABLE t ADD CONSTRAINT mcp_server_installations_mcp_server_installations_mcp_server_installations_fk CHECK (a > 0);
