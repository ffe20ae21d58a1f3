import { beginnings, type CompletedCommand, type CompletedFlag, followingWords } from './words.ts';

/** A script for fish: sourced, or a file in its folder of completions. */
export function fishScript(bin: string, commands: readonly CompletedCommand[]): string {
  const nextWords = [...followingWords(commands)].flatMap(([before, after]) =>
    after.map(({ word, summary }) => `${at(bin, before)} -a ${quoted(word)}${described(summary)}`),
  );
  const operands = commands.flatMap(({ words, operands: of }) =>
    of === 'none' || of.length === 0
      ? []
      : [`${at(bin, words)} ${of === 'files' ? '-F' : `-a ${quoted(of.join(' '))}`}`],
  );
  const flags = commands.flatMap(({ words, flags: of }) =>
    of.map((flag) => `${at(bin, words)} ${flagWords(flag)}${described(flag.description)}`),
  );
  return `# fish completion of ${bin}
set -g __${bin}_beginnings ${beginnings(commands).map(quoted).join(' ')}
function __${bin}_at
  set -l command ''
  for word in (commandline -opc)[2..-1]
    set -l longer (string trim -- "$command $word")
    contains -- "$longer" $__${bin}_beginnings; or break
    set command "$longer"
  end
  test "$command" = "$argv[1]"
end
complete -c ${bin} -e
complete -c ${bin} -f
${[...nextWords, ...operands, ...flags].join('\n')}
`;
}

function at(bin: string, words: string): string {
  return `complete -c ${bin} -n ${quoted(`__${bin}_at '${words}'`)}`;
}

function flagWords({ name, value }: CompletedFlag): string {
  const word = name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`;
  if (!value) return word;
  if (value.options.length > 0) return `${word} -x -a ${quoted(value.options.join(' '))}`;
  return `${word} ${value.isFile ? '-r -F' : '-x'}`;
}

function described(text: string): string {
  return text === '' ? '' : ` -d ${quoted(text)}`;
}

/** A text in fish's single quotes, which know two escapes. */
function quoted(text: string): string {
  return `'${text.replaceAll(/[\\']/g, '\\$&')}'`;
}
