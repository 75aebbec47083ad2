# Holds one container and removes it with its owner, as the supervisor of a cluster does: when our standard input
# closes, for whatever reason, the container goes, and its volumes with it.
#
# $1  the container's name, which is known before the container is there
name=$1
made=
kept=
meeting=

trap : HUP INT TERM
trap '' PIPE

found() { docker ps --all --quiet --filter "name=^/$name\$"; }

while read -r word argument rest; do
  case $word in
    made)
      made=yes
      ;;
    watch)
      meeting=$rest
      # Not every tail can do this.
      tail --pid="$argument" -s 0.1 -f /dev/null 2>/dev/null ||
        while [ -d "/proc/$argument" ] || kill -0 "$argument" 2>/dev/null; do sleep 0.2; done
      break
      ;;
    keep)
      kept=yes
      break
      ;;
  esac
done

if [ -z "$kept" ]; then
  # Docker makes a container whose owner has gone meanwhile all the same, and shows it when it is made.
  tries=100
  while [ -z "$made" ] && [ $((tries -= 1)) -ge 0 ] && [ -z "$(found)" ]; do sleep 0.2; done
  tries=100
  while docker rm --force --volumes "$name"; [ -n "$(found)" ] && [ $((tries -= 1)) -ge 0 ]; do sleep 0.1; done
fi
[ -z "$meeting" ] || rm -rf "$meeting"
