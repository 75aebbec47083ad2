# Holds one container and removes it with its owner, as the supervisor of a cluster does: when our standard input
# closes, for whatever reason, the container goes, and its volumes with it.
#
# $1  the container's name, which is known before the container is there
name=$1
kept=
meeting=

trap : HUP INT TERM

while read -r word argument rest; do
  case $word in
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

[ -n "$kept" ] || docker rm --force --volumes "$name"
[ -z "$meeting" ] || rm -rf "$meeting"
