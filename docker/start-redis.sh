#!/bin/sh
# The password goes in by standard input: on the command line every process of the host could read it.
exec redis-server - <<CONF
requirepass $REDIS_PASSWORD
appendonly yes
appendfsync everysec
save ""
dir /data
maxmemory-policy noeviction
CONF
