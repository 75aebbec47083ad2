# Holds one folder, with a scratch server or without, and ends both with their owner. The owner's end of our standard
# input closes when the owner is done, panics, is interrupted or is killed: whatever happens, "read" below then fails.
#
# $1  the folder: data/, server.log and the socket of a server; ours to make and to remove
# $2  the postgres program, for a server
folder=$1
postgres=$2
pid=
kept=
meeting=

# Told to go by a signal, "read" fails as well, and the folder goes in order.
trap : HUP INT TERM
# Whoever is killed hears no answer any more: that must not end us.
trap '' PIPE

# Who removes the folder makes it: there is no moment at which it is there with nobody to remove it.
said=$(mkdir -m 700 "$folder" 2>&1 && : >"$folder/.phasegate") || { echo "$said"; exit; }
echo

# Says a signal again and again, for a program that is just starting does not hear it; who does not end then is killed.
press() {
  tries=$2
  while [ $((tries -= 1)) -ge 0 ]; do
    sleep 0.1
    kill "$1" "$pid"
  done
  kill -KILL "$pid"
}

# Every process of the server works in its data folder.
others() {
  for process in /proc/[0-9]*; do
    [ "$process/cwd" -ef "$folder/data" ] && echo "${process#/proc/}"
  done
}

gone() {
  [ -n "$pid" ] || return 0
  kill "$1" "$pid"
  press "$@" &
  pressing=$!
  # A signal of ours ends "wait" early: only when the process is no more has it ended.
  while kill -0 "$pid" 2>/dev/null; do wait "$pid"; done
  kill -KILL "$pressing"
  # A server that did not end in order leaves this file, the processes that it had started, and its shared memory.
  [ -e "$folder/data/postmaster.pid" ] || return 0
  while left=$(others); [ -n "$left" ]; do kill -KILL $left; done
  ipcrm -m "$(sed -n '7s/.* //p' "$folder/data/postmaster.pid")"
}

while read -r word argument rest; do
  case $word in
    start)
      # A server that was killed is no more when it has been waited for: until then its process id is taken.
      [ -z "$pid" ] || wait "$pid"
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
      # The name of the run whose it was.
      kept=$argument
      break
      ;;
  esac
done

if [ -n "$kept" ]; then
  gone -INT 600
  printf '%s\n' "$kept" >"$folder/kept"
else
  gone -QUIT 30
  # What prepares the data folder is in our group, and would go on making files.
  kill -TERM 0
  tries=100
  while rm -rf "$folder"; [ -e "$folder" ] && [ $((tries -= 1)) -ge 0 ]; do sleep 0.1; done
  [ -z "$meeting" ] || rm -rf "$meeting"
fi
