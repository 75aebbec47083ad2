#!/bin/sh
# The entry point of an image that phasegate has built. It speaks as the usual images do: POSTGRES_PASSWORD sets the
# superuser's password, and the arguments after "postgres" are the server's.
set -e
data=${PGDATA:-/var/lib/postgresql/data}/cluster
[ "$1" != postgres ] || shift
if [ ! -s "$data/PG_VERSION" ]; then
  mkdir -p "$data"
  chmod 700 "$data"
  tar -x -f /usr/share/phasegate/cluster.tar -C "$data"
  if [ -n "$POSTGRES_PASSWORD" ]; then
    quoted=$(printf %s "$POSTGRES_PASSWORD" | sed "s/'/''/g")
    printf "ALTER ROLE postgres PASSWORD '%s'\n" "$quoted" |
      postgres --single -F -c scram_iterations=4096 -D "$data" postgres >/dev/null
  fi
fi
exec postgres -D "$data" "$@"
