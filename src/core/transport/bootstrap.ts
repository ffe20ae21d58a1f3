import { memoryTunables } from './memory-tunables.ts';

/** Every line that the bootstrap script says begins with this; other lines are noise of the login. */
export const answerPrefix = '@foresync ';

/**
 * What runs on a host before the agent does, in whatever its `sh` is. It is sent over standard input, because not
 * every login shell takes a command of several lines. No answer ever overlaps with input, so a `head` that reads ahead
 * of its count does no harm.
 *
 * It says `probe SYSTEM MACHINE BITS LIBC NODE-VERSION NODE-ARCH FREE-KIB FOLDER`, or `no-folder`, then takes
 * - `put NAME BYTES SHA256` and BYTES of gzip: answers `ok NAME` once the content, verified, is in place, else `bad NAME`;
 * - `run NODE AGENT ADDON [OPTION]`, NODE being `--` for the host's own: becomes the agent, or answers `missing NAME...`.
 */
const script = String.raw`
umask 077
unset NODE_OPTIONS

say() { printf "@foresync %s\n" "$*"; }

# Ours alone, and not mounted noexec.
usable() {
  [ -d "$1" ] || mkdir -p "$1" 2>/dev/null
  [ -d "$1" ] && [ ! -L "$1" ] && [ -O "$1" ] && chmod 700 "$1" || return 1
  trial=$(mktemp "$1/tmp.XXXXXX") || return 1
  printf "#!/bin/sh\nexit 0\n" > "$trial" && chmod 700 "$trial" && "$trial"
  works=$?
  rm -f "$trial"
  return $works
}

find_folder() {
  base=$XDG_CACHE_HOME
  case $base in /*) ;; *) base=$HOME/.cache ;; esac
  usable "$base/foresync" 2>/dev/null && { folder=$base/foresync; return; }
  user=$(id -u)
  for folder in "/var/tmp/foresync-$user" "/tmp/foresync-$user"; do
    usable "$folder" 2>/dev/null && return
  done
  return 1
}

find_libc() {
  set -- $(getconf GNU_LIBC_VERSION 2>/dev/null)
  if [ "$1" = glibc ]; then printf "glibc-%s" "$2"; return; fi
  set -- /lib/ld-musl-*
  if [ -e "$1" ]; then printf musl; return; fi
  case $(ldd --version 2>&1 </dev/null) in
    *musl*) printf musl ;;
    *GNU*|*GLIBC*) printf glibc ;;
    *) printf "%s" - ;;
  esac
}

find_node() {
  set -- $(node -p "process.version + String.fromCharCode(32) + process.arch" 2>/dev/null </dev/null)
  if [ $# = 2 ]; then printf "%s %s" "$1" "$2"; else printf "%s" "- -"; fi
}

# The word before the percentage, because a device's name may hold spaces.
find_free() {
  free=-
  before=-
  for word in $(df -Pk "$1" 2>/dev/null); do
    case $word in [0-9]*%) free=$before ;; esac
    before=$word
  done
  printf "%s" "$free"
}

# Side by side, for each is a program or more to be started.
look() {
  printf "node %s\n" "$(find_node)" &
  printf "libc %s\n" "$(find_libc)" &
  printf "bits %s\n" "$(getconf LONG_BIT 2>/dev/null || printf 64)" &
  printf "system %s %s\n" "$(uname -s)" "$(uname -m)" &
  if find_folder; then
    printf "folder %s\n" "$folder"
    printf "free %s\n" "$(find_free "$folder")"
  fi
  wait
}

digest() {
  if command -v sha256sum >/dev/null 2>&1; then sha256sum < "$1"
  elif command -v shasum >/dev/null 2>&1; then shasum -a 256 < "$1"
  else openssl dgst -sha256 -r < "$1"
  fi
}

# The cat takes what a failed gzip leaves, so that the rest of an upload is never read as commands.
receive() {
  head -c "$1" | { gzip -dc > "$2"; unpacked=$?; cat > /dev/null; exit $unpacked; }
}

put() {
  temp=$(mktemp "$folder/tmp.XXXXXX") || temp=/dev/null
  got=-
  receive "$2" "$temp" && got=$(digest "$temp" | cut -c 1-64)
  if [ "$got" = "$3" ] && chmod 700 "$temp" && mv -f "$temp" "$folder/$1"; then say ok "$1"; return; fi
  [ "$temp" = /dev/null ] || rm -f "$temp"
  say bad "$1"
}

run() {
  missing=
  for name in "$1" "$2" "$3"; do
    [ "$name" = -- ] || [ -f "$folder/$name" ] || missing="$missing $name"
  done
  if [ -n "$missing" ]; then say missing$missing; return; fi
  # Beside the agent, and no child of its.
  (tidy "$1" "$2" "$3" </dev/null >/dev/null 2>&1 &)
  if [ "$1" = -- ]; then node=node; else node=$folder/$1; fi
  GLIBC_TUNABLES=${'$'}{GLIBC_TUNABLES:-${memoryTunables}}
  export GLIBC_TUNABLES
  exec "$node" "$folder/$2" --addon "$folder/$3" $4
}

# What is used stays; what nobody has used for a month goes.
tidy() {
  [ "$1" = -- ] && shift
  cd "$folder" && touch -c "$@"
  find "$folder" -type f \( -name "agent-*" -o -name "addon-*" -o -name "node-*" -o -name "tmp.*" \) -mtime +30 -exec rm -f {} +
}

printf "\n"
folder=
while read -r name found; do
  case $name in
    node) node=$found ;;
    libc) libc=$found ;;
    bits) bits=$found ;;
    system) system=$found ;;
    folder) folder=$found ;;
    free) free=$found ;;
  esac
done <<END
$(look)
END
[ -n "$folder" ] || { say no-folder; exit 1; }
say probe "$system" "$bits" "$libc" "$node" "$free" "$folder"

while read -r command first second third fourth; do
  case $command in
    put) put "$first" "$second" "$third" ;;
    run) run "$first" "$second" "$third" "$fourth" ;;
  esac
done
`;

/** Goes first to the remote command's standard input. */
export const bootstrapScript = Buffer.from(script);

/**
 * Runs the first so many bytes of standard input as a script of `sh`. The same words in bash, dash, zsh, fish and csh: nothing within
 * the single quotes is special to any of them.
 */
export function scriptCommand(scriptBytes: number): string {
  return `exec sh -c 'eval "$(head -c ${scriptBytes})"'`;
}

export const remoteCommand = scriptCommand(bootstrapScript.length);
