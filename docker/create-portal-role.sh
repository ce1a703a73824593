# Run once by the PostgreSQL image when the cluster is new: the portal's role is no superuser and bypasses no policy.
# The image sources this file in bash with its own options set.
psql --set=ON_ERROR_STOP=1 --set=password="$PORTAL_PASSWORD" --username postgres --dbname postgres <<'SQL'
CREATE ROLE portal LOGIN NOSUPERUSER NOBYPASSRLS CREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'password';
CREATE DATABASE portal OWNER portal TEMPLATE template0;
REVOKE ALL ON DATABASE portal FROM PUBLIC;
SQL
