import { remoteCommand } from './bootstrap.ts';

export interface SshSettings {
  /** FORESYNC_SSH names another ssh program, FORESYNC_SSH_CONFIG another configuration file. */
  env: NodeJS.ProcessEnv;
  /** Whether a person is there to be asked for a password or a new host's key; ssh asks on the terminal itself. */
  interactive: boolean;
}

/** What the wrapper says where there is no ssh program. */
export const noSshAnswer = 'no-ssh';

/**
 * ssh with SIGINT ignored, which it inherits and respects: ctrl-C on the terminal reaches every process there, and the
 * agents are still needed for an orderly stop.
 */
const wrapper = `trap "" INT; command -v "$1" >/dev/null 2>&1 || { echo "@foresync ${noSshAnswer}"; exit 127; }; exec "$@"`;

/** The program and arguments that run a command, such as `scriptCommand` makes, at a destination, which `parseHost` has checked. */
export function sshCommand(
  destination: string,
  settings: SshSettings,
  command: string = remoteCommand,
): { program: string; args: string[] } {
  const { FORESYNC_SSH: program = 'ssh', FORESYNC_SSH_CONFIG: configFile } = settings.env;
  const args = [
    ...(configFile ? ['-F', configFile] : []),
    ...['-T', '-x', '-a'],
    ...(settings.interactive ? [] : ['-o', 'BatchMode=yes']),
    // What an alias may ask for its interactive use would fail here, or disturb.
    ...['-o', 'ClearAllForwardings=yes', '-o', 'RemoteCommand=none'],
    // An existing master is used, but none is left behind: it would hold our pipes open.
    ...['-o', 'ControlMaster=no'],
    ...['--', destination, command],
  ];
  if (process.platform === 'win32') return { program, args };
  return { program: '/bin/sh', args: ['-c', wrapper, 'sh', program, ...args] };
}
