-- What belongs to the whole server: the roles and the tablespace that the schema names.
CREATE ROLE keeper;
CREATE ROLE staff NOLOGIN;
CREATE ROLE clerk LOGIN CONNECTION LIMIT 10;
CREATE ROLE reader LOGIN;
CREATE ROLE stranger;
COMMENT ON ROLE keeper IS 'owns the schema app';
GRANT staff TO clerk;
ALTER ROLE clerk SET statement_timeout = '5s';
SET allow_in_place_tablespaces = true;
CREATE TABLESPACE attic OWNER keeper LOCATION '';
GRANT CREATE ON TABLESPACE attic TO clerk;
