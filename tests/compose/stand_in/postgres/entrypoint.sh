#!/bin/sh
# As the official image does: the first start makes a cluster with one user and one database.
set -e
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  chown postgres "$PGDATA"
  printf '%s' "$POSTGRES_PASSWORD" > /tmp/password
  chown postgres /tmp/password
  gosu postgres initdb --username="$POSTGRES_USER" --pwfile=/tmp/password --auth=scram-sha-256 \
    --encoding=UTF8 --locale=C.UTF-8
  rm /tmp/password
  printf 'host all all all scram-sha-256\n' >> "$PGDATA/pg_hba.conf"
  # Nobody reaches it from outside until the database is there.
  gosu postgres pg_ctl -w -o "-c listen_addresses=''" start
  PGPASSWORD=$POSTGRES_PASSWORD gosu postgres createdb -U "$POSTGRES_USER" "$POSTGRES_DB"
  gosu postgres pg_ctl -w stop
fi
exec gosu postgres postgres -c "listen_addresses=*"
