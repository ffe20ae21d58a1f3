import { ForesyncError } from '../errors.ts';
import { printable } from '../text.ts';
import type { ProcessEnd } from './agent-process.ts';

/** ssh's own exit code for whatever went wrong before or around the remote command. */
const sshFailed = 255;

/** Says why a host gives no agent, or no longer. `reached` tells whether its bootstrap script had answered already. */
export function connectFailure(host: string, end: ProcessEnd, reached: boolean): ForesyncError {
  const why = lastLine(end.stderrTail) ?? endOf(end);
  if (end.code === sshFailed)
    return reached ? connectionLost(host, why) : sshFailure(host, end.stderrTail, why);
  if (!reached) {
    return new ForesyncError(
      'unreachable',
      'host-no-shell',
      `${host} lets us in, but starts no shell: ${why}.`,
      {
        hint: 'The login there must be able to run sh.',
      },
    );
  }
  return agentFailure(host, end);
}

/** Says how an agent ended that should still be running. */
export function agentFailure(host: string, end: ProcessEnd): ForesyncError {
  const said = lastLine(end.stderrTail);
  return new ForesyncError(
    'protocol',
    'agent-failed',
    `The agent at ${host} ended (${endOf(end)})${said ? `: ${said}` : ''}.`,
  );
}

/** Says why a script's answer is not whole: `begun` tells whether the script had begun to answer. */
export function scriptFailure(host: string, end: ProcessEnd, begun: boolean): ForesyncError {
  if (!begun || end.code === sshFailed) return connectFailure(host, end, begun);
  if (end.code === undefined) return connectionLost(host, endOf(end));
  const said = lastLine(end.stderrTail);
  return new ForesyncError(
    'protocol',
    'script-failed',
    `A script at ${host} ended (${endOf(end)})${said ? `: ${said}` : ''}.`,
  );
}

/** A forced command gives an agent there, whatever is asked for. */
export function lockedToAgent(host: string): ForesyncError {
  return new ForesyncError(
    'permission',
    'host-locked',
    `${host} is locked to an agent by its authorized_keys, and runs nothing else.`,
    { hint: 'Read its logs from another place, or with another key.' },
  );
}

export function sshMissing(program: string): ForesyncError {
  return new ForesyncError(
    'unreachable',
    'ssh-missing',
    `There is no ${printable(program)} on this machine.`,
    {
      hint: 'Install the OpenSSH client, or name one with FORESYNC_SSH.',
    },
  );
}

function sshFailure(host: string, stderr: string, why: string): ForesyncError {
  if (/host key verification failed|host identification has changed/i.test(stderr)) {
    const changed = /identification has changed/i.test(stderr);
    return new ForesyncError(
      'unreachable',
      'host-key',
      `ssh does not trust ${host}: its host key ${changed ? 'has changed' : 'is not known'}.`,
      {
        hint: changed
          ? `Find out why it changed before anything else; then remove the old key with ssh-keygen -R.`
          : `Log in once by hand (ssh ${host}) and compare the fingerprint.`,
      },
    );
  }
  if (/permission denied|too many authentication failures/i.test(stderr)) {
    return new ForesyncError('permission', 'ssh-denied', `${host} does not let us in: ${why}.`, {
      hint: `Make 'ssh ${host}' work without a password first, for example with ssh-copy-id or an agent.`,
    });
  }
  return new ForesyncError('unreachable', 'host-unreachable', `Cannot reach ${host}: ${why}.`, {
    hint: `Try it by hand: ssh ${host}`,
  });
}

function connectionLost(host: string, why: string): ForesyncError {
  return new ForesyncError('unreachable', 'host-unreachable', `The connection to ${host} broke off: ${why}.`);
}

function lastLine(stderr: string): string | undefined {
  const last = stderr
    .split(/[\r\n]+/)
    .findLast((line) => line.trim() !== '')
    ?.trim();
  return last === undefined ? undefined : printable(last.replace(/\.$/, ''));
}

function endOf({ code, signal }: ProcessEnd): string {
  if (signal !== undefined) return signal;
  return code === undefined ? 'it could not be started' : `exit ${code}`;
}
