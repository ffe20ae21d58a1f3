import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { runCli, runJs } from '../../support/cli.ts';
import { type Listed, shopFolder, statusOf, writeSmallPlan } from '../../support/cli-shop.ts';
import { TmuxTerminal } from '../../support/tmux.ts';

export const small = { columns: 80, rows: 24 };
export const wide = { columns: 200, rows: 60 };

/** A terminal with a shell in it whose prompt is `$ `, and which has job control. */
export class Seat extends TmuxTerminal {
  static async take(
    t: TestContext,
    { cwd, env = {}, ...size }: { cwd: string; columns: number; rows: number; env?: Record<string, string> },
  ): Promise<Seat> {
    const without = ['CI', 'CONTINUOUS_INTEGRATION', 'NO_COLOR', 'FORCE_COLOR'].map((name) => `-u ${name}`);
    const settings = Object.entries({ LC_ALL: 'C.UTF-8', ...env }).map(([name, value]) => `${name}=${value}`);
    const seat = new Seat(t, ['env', ...without, ...settings, "PS1='$ '", 'sh'].join(' '), { cwd, ...size });
    await seat.shows(/^\$$/m);
    return seat;
  }

  /** A line for the shell; `foresync` stands for the program under test. */
  command(line: string): void {
    this.type(line.replace(/^foresync /, `${runJs} `), 'Enter');
  }

  /** An empty screen. What is typed before its prompt is there is echoed above it, and what it writes then begins behind the prompt. */
  async cleared(): Promise<void> {
    this.command('clear');
    await this.shows(/^\$$/);
  }

  /** Without the empty lines at its end. */
  override screen(): string[] {
    const lines = super.screen();
    return lines.slice(0, lines.findLastIndex((line) => line !== '') + 1);
  }
}

/** A shop with a plan, and a terminal of that size in its folder. */
export async function openSeat(
  t: TestContext,
  size: { columns: number; rows: number },
  env: Record<string, string> = {},
): Promise<{ cwd: string; terminal: Seat }> {
  const cwd = shopFolder(t);
  writeSmallPlan(cwd);
  return { cwd, terminal: await Seat.take(t, { cwd, ...size, env }) };
}

/** A run that would take minutes. Under way when its screen shows the snapshot moving. */
export async function startRun(terminal: Seat, limit = '64K/s'): Promise<void> {
  terminal.command(
    `foresync add-replica j --host local --store sqlite:joiner.db --plan plan.jsonl --bwlimit ${limit}`,
  );
  await terminal.shows(/snapshot +running .* \d+ %/, / rows +1 +[1-9]/);
}

/** The run that is under way, as `foresync status` tells it in another shell. */
export async function livingRun(cwd: string): Promise<Listed> {
  const [living] = (await statusOf(cwd)).running;
  assert.ok(living, 'a run is under way');
  return living;
}

/** Asks `foresync status` until it says so. */
export async function statusSays(cwd: string, says: (run: Listed) => boolean): Promise<Listed> {
  for (const untilMs = Date.now() + 20_000; ; ) {
    const living = await livingRun(cwd);
    if (says(living)) return living;
    if (Date.now() > untilMs) assert.fail(`status says ${JSON.stringify(living.run)}`);
  }
}

export async function throttle(cwd: string, ...args: string[]): Promise<void> {
  const { exitCode, stderr } = await runCli(['throttle', ...args], { cwd });
  assert.equal(exitCode, 0, stderr);
}
