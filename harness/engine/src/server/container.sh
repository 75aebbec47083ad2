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
      tail --pid="$argument" -s 0.1 -f /dev/null
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
