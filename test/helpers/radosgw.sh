#!/bin/bash
# A real S3 server for the storage contract suite: Ceph's radosgw with its data in memory.
#
#   radosgw.sh start DIR RGW_PORT MON_PORT    prints S3_ENDPOINT, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and PIDS
#   radosgw.sh stop DIR                       ends what start began, and removes DIR
#
# DIR must not exist yet. The monitor takes MON_PORT, the storage daemon some of the fifteen ports after it; everything
# listens on 127.0.0.1 only. Needs curl and, from Debian:
#   apt-get install --no-install-recommends radosgw ceph-mon ceph-osd ceph-base
set -Eeuo pipefail

readonly WAIT_SECONDS=60

main() {
  case "${1-} $#" in
    'start 4') start "$2" "$3" "$4" ;;
    'stop 2') stop "$2" ;;
    *) usage ;;
  esac
}

usage() {
  sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0" >&2
  exit 2
}

start() {
  # Somebody else's server on the port would answer the last question of this function.
  refuse_taken "$2"
  refuse_taken "$3"
  mkdir -p "$(dirname "$1")"
  mkdir "$1"
  dir=$(cd "$1" && pwd)
  trap fail ERR INT TERM
  local access_key secret_key
  access_key=$(random_hex 10)
  secret_key=$(random_hex 20)
  write_configuration "$2" "$3"

  # The order matters, pauses do not: each client waits inside Ceph for the daemon before it.
  start_monitor "$3"
  start_storage
  give_credentials "$access_key" "$secret_key"
  spawn radosgw -n client.rgw
  wait_for_http "http://127.0.0.1:$2/"
  are_running

  echo "S3_ENDPOINT=http://127.0.0.1:$2"
  echo "AWS_ACCESS_KEY_ID=$access_key"
  echo "AWS_SECRET_ACCESS_KEY=$secret_key"
  echo "PIDS=$(cut -d' ' -f1 "$dir/pids" | paste -sd' ')"
}

refuse_taken() {
  if (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then
    echo "Cannot start radosgw: port $1 is taken" >&2
    exit 1
  fi
}

write_configuration() {
  cat >"$dir/ceph.conf" <<CONFIGURATION
[global]
fsid = $(cat /proc/sys/kernel/random/uuid)
run dir = $dir
admin socket = $dir/\$name.asok
log file = $dir/\$name.log
keyring = $dir/keyring

# Loopback only, and on the ports that were given.
mon host = 127.0.0.1:$2
public addr = 127.0.0.1
ms bind msgr2 = false
ms bind port min = $(($2 + 1))
ms bind port max = $(($2 + 15))

# Nobody else is here to be kept out of the cluster; the S3 interface does check its signatures.
auth cluster required = none
auth service required = none
auth client required = none

# One storage daemon, one copy of everything, in memory.
osd objectstore = memstore
memstore device bytes = 2147483648
osd crush chooseleaf type = 0
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pg autoscale mode = off
mon allow pool size one = true
mon data = $dir/mon
osd data = $dir/osd

[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:$1
CONFIGURATION
}

start_monitor() {
  ceph-authtool --create-keyring "$dir/keyring" --gen-key -n mon. --cap mon 'allow *' >/dev/null
  monmaptool --create --fsid "$(conf fsid)" --addv a "[v1:127.0.0.1:$1]" "$dir/monmap" >/dev/null
  mkdir "$dir/mon" "$dir/osd"
  ceph-mon -c "$dir/ceph.conf" --mkfs -i a --monmap "$dir/monmap" --keyring "$dir/keyring" >"$dir/mkfs.out" 2>&1
  spawn ceph-mon -i a
}

start_storage() {
  timeout "$WAIT_SECONDS" ceph -c "$dir/ceph.conf" osd create >/dev/null 2>"$dir/osd-create.out"
  ceph-osd -c "$dir/ceph.conf" -i 0 --mkfs >>"$dir/mkfs.out" 2>&1
  # Now and then it speaks before the monitor has told it the cluster's id, is refused ("wrong fsid"), and gives up.
  local attempt
  for attempt in 1 2 3 4 5; do
    spawn ceph-osd -i 0
    if is_storage_up "$!"; then return; fi
    sed -i '$d' "$dir/pids"
  done
  false
}

is_storage_up() {
  local deadline=$((SECONDS + WAIT_SECONDS))
  while [[ -n $(started_at "$1") ]] && ((SECONDS < deadline)); do
    if timeout 10 ceph -c "$dir/ceph.conf" osd stat 2>/dev/null | grep -q ' 1 up'; then return; fi
    sleep 0.1
  done
  false
}

give_credentials() {
  timeout "$WAIT_SECONDS" radosgw-admin -c "$dir/ceph.conf" user create --uid=contract --display-name=contract \
    --access-key="$1" --secret="$2" >/dev/null 2>"$dir/user-create.out"
}

# Starts a daemon that outlives this script, and notes which process it is: a number alone may mean another one later.
spawn() {
  setsid "$1" -c "$dir/ceph.conf" "${@:2}" -f >"$dir/$1.out" 2>&1 </dev/null &
  echo "$! $(started_at $!)" >>"$dir/pids"
}

wait_for_http() {
  local deadline=$((SECONDS + WAIT_SECONDS))
  until curl --silent --output /dev/null --max-time 2 "$1"; do
    ((SECONDS < deadline))
    are_running
    sleep 0.1
  done
}

are_running() {
  local pid since
  while read -r pid since; do
    [[ $(started_at "$pid") == "$since" ]]
  done <"$dir/pids"
}

stop() {
  dir=$1
  if [[ ! -f $dir/ceph.conf ]]; then
    echo "Cannot stop radosgw in $dir: it was not started there" >&2
    exit 1
  fi
  if [[ -f $dir/pids ]]; then end_all; fi
  rm -r "$dir"
}

# Not asked politely, which takes five seconds: all there is to save is in memory.
end_all() {
  local pid since
  while read -r pid since; do
    if [[ $(started_at "$pid") == "$since" ]]; then kill -s KILL "$pid" || true; fi
    while [[ $(started_at "$pid") == "$since" ]]; do sleep 0.05; done
  done <"$dir/pids"
}

# When a process began, in clock ticks since boot; nothing when there is no such process, or only its corpse.
started_at() {
  local stat
  read -r stat 2>/dev/null <"/proc/$1/stat" || return 0
  # Its name, in parentheses, may hold spaces: count the fields behind it.
  local fields
  read -ra fields <<<"${stat##*) }"
  if [[ ${fields[0]} != Z ]]; then echo "${fields[19]}"; fi
}

fail() {
  trap - ERR INT TERM
  echo "Cannot start radosgw in $dir:" >&2
  tail -n 5 "$dir"/*.out >&2 || true
  stop "$dir"
  exit 1
}

conf() {
  sed -n "s/^$1 = //p" "$dir/ceph.conf"
}

random_hex() {
  od -An -tx1 -N"$1" /dev/urandom | tr -d ' \n'
}

main "$@"
