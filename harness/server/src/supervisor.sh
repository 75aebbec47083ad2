# Holds one scratch server and ends it with its owner. The owner's end of our standard input closes when the owner
# is done, panics, is interrupted or is killed: whatever happens, "read" below then fails and the server goes.
#
# $1  the server's folder: data/, server.log and the socket; ours to remove
# $2  the postgres program
folder=$1
postgres=$2
pid=
kept=
meeting=

# Told to go by a signal, "read" fails as well, and the folder goes in order.
trap : HUP INT TERM

gone() {
  [ -n "$pid" ] || return 0
  kill "$1" "$pid" 2>/dev/null
  # A signal of ours ends "wait" early: only when the process is no more has it ended.
  while kill -0 "$pid" 2>/dev/null; do wait "$pid"; done
}

while read -r word argument rest; do
  case $word in
    start)
      "$postgres" -D "$folder/data" </dev/null >>"$folder/server.log" 2>&1 &
      pid=$!
      echo "$pid"
      ;;
    watch)
      # A server that several processes share lives as long as the run that they belong to, and so does the folder in
      # which they find it.
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

if [ -n "$kept" ]; then
  gone -INT
  : >"$folder/kept"
else
  gone -QUIT
  rm -rf "$folder"
  [ -z "$meeting" ] || rm -rf "$meeting"
fi
