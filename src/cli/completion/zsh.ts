import { beginnings, type CompletedCommand, type CompletedFlag, followingWords, quoted } from './words.ts';

/** A script for zsh: sourced after compinit, or a file `_foresync` in a folder of `fpath`. */
export function zshScript(bin: string, commands: readonly CompletedCommand[]): string {
  const following = followingWords(commands);
  const words = [...following].map(([before, after]) => {
    const described = after.map(({ word, summary }) => quoted(`${word}:${summary}`));
    return `    ${quoted(before)}) next=(${described.join(' ')}) ;;`;
  });
  const specs = commands.map(({ words: of, flags, operands }) => {
    const all = [...flags.map(flagSpec), ...operandSpecs(operands)];
    return `    ${quoted(of)}) _arguments -s -S ${all.map(quoted).join(' ')} ;;`;
  });
  return `#compdef ${bin}
# zsh completion of ${bin}
_${bin}() {
  local command='' longer=''
  local -i at=2
  local -a next
  while (( at < CURRENT )); do
    longer="\${command:+$command }\${words[at]}"
    case $longer in
    ${beginnings(commands).map(quoted).join('|')}) command=$longer ;;
    *) break ;;
    esac
    (( at++ ))
  done
  case $command in
${words.join('\n')}
  esac
  if (( at == CURRENT && $#next )) && [[ $PREFIX != -* ]]; then
    _describe -t commands command next
  fi
  # What _arguments counts begins with the command.
  words=("$command" "\${(@)words[at,-1]}")
  (( CURRENT -= at - 2 ))
  case $command in
${specs.join('\n')}
  esac
}
if [[ $funcstack[1] = _${bin} ]]; then _${bin} "$@"; else compdef _${bin} ${bin}; fi
`;
}

/** As _arguments takes it: [description], and for a value its name and what completes it. */
function flagSpec({ name, description, value }: CompletedFlag): string {
  const text = `[${description.replaceAll(/[\\\]:[]/g, '\\$&')}]`;
  if (!value) return `${name}${text}`;
  const { options, isFile, repeats } = value;
  const action = options.length > 0 ? `(${options.join(' ')})` : isFile ? '_files' : ' ';
  return `${repeats ? '*' : ''}${name}${name.startsWith('--') ? '=' : ''}${text}:value:${action}`;
}

function operandSpecs(operands: CompletedCommand['operands']): string[] {
  if (operands === 'none') return [];
  return [`*: :${operands === 'files' ? '_files' : operands.length === 0 ? ' ' : `(${operands.join(' ')})`}`];
}
