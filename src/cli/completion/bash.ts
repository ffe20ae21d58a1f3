import { beginnings, type CompletedCommand, type CompletedFlag, followingWords, quoted } from './words.ts';

/** A script for bash 3.2 or newer, to be sourced. */
export function bashScript(bin: string, commands: readonly CompletedCommand[]): string {
  const following = followingWords(commands);
  const values = commands.flatMap(({ words, flags }) =>
    flags.flatMap(({ name, value }) =>
      value ? [`    ${quoted(`${words} ${name}`)}) ${valuesFrom(value)} ;;`] : [],
    ),
  );
  const flags = commands.map(
    ({ words, flags: of }) => `    ${quoted(words)}) list=${quoted(of.map(({ name }) => name).join(' '))} ;;`,
  );
  const operands = [
    `    '') list=${quoted(wordsAfter(following, ''))} ;;`,
    ...commands.map((command) => `    ${quoted(command.words)}) ${operandsFrom(command, following)} ;;`),
    ...[...following.keys()]
      .filter((words) => words !== '' && !commands.some((command) => command.words === words))
      .map((words) => `    ${quoted(words)}) list=${quoted(wordsAfter(following, words))} ;;`),
  ];
  return `# bash completion of ${bin}; to be sourced
_${bin}() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  local command='' longer='' list='' files='' i
  # The = of --flag=value is a word of its own to bash.
  if [ "$current" = = ]; then
    current=
  elif [ "$previous" = = ] && [ "$COMP_CWORD" -gt 2 ]; then
    previous=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    longer="\${command:+$command }\${COMP_WORDS[i]}"
    case $longer in
    ${beginnings(commands).map(quoted).join('|')}) command=$longer ;;
    *) break ;;
    esac
  done
  case "$command $previous" in
${values.join('\n')}
    *)
      case $current in
      -*)
        case $command in
${flags.map((line) => `    ${line}`).join('\n')}
        esac
        ;;
      *)
        case $command in
${operands.map((line) => `    ${line}`).join('\n')}
        esac
        ;;
      esac
      ;;
  esac
  local IFS=$' \\t\\n'
  COMPREPLY=($(compgen -W "$list" -- "$current"))
  if [ -n "$files" ]; then
    IFS=$'\\n'
    COMPREPLY+=($(compgen -f -- "$current"))
    compopt -o filenames 2>/dev/null
  fi
}
complete -F _${bin} ${bin}
`;
}

/** A value that may be anything has no proposals. */
function valuesFrom({ options, isFile }: NonNullable<CompletedFlag['value']>): string {
  return options.length > 0 ? `list=${quoted(options.join(' '))}` : isFile ? 'files=1' : ':';
}

function operandsFrom(
  { words, operands, flags }: CompletedCommand,
  following: ReturnType<typeof followingWords>,
): string {
  const after = wordsAfter(following, words);
  // Where nothing but flags can follow, they need not be asked for with a dash.
  const own = Array.isArray(operands)
    ? operands
    : operands === 'none'
      ? flags.filter(({ name }) => name.startsWith('--')).map(({ name }) => name)
      : [];
  const list = [after, ...own].filter((one) => one !== '').join(' ');
  return `list=${quoted(list)}${operands === 'files' ? ' files=1' : ''}`;
}

function wordsAfter(following: ReturnType<typeof followingWords>, words: string): string {
  return (following.get(words) ?? []).map(({ word }) => word).join(' ');
}
