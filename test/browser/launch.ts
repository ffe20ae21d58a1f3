import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { findProgram } from '../support/sshd-path.ts';
import { DevTools } from './dev-tools.ts';

/** A page of a browser without a window. */
export interface BrowserPage {
  /** What it asked for besides itself, what its console said and what it threw, in the order in which that came. */
  readonly said: readonly string[];
  click(selector: string): Promise<void>;
  evaluate(script: string): Promise<unknown>;
  screenshot(file: string): Promise<void>;
  close(): Promise<void>;
}

export interface Browser {
  open(address: string, look: { width: number; scheme: 'light' | 'dark' }): Promise<BrowserPage>;
  close(): Promise<void>;
}

interface Chromium {
  program: string;
  args: readonly string[];
}

/** One of this machine's, or the one that `npm run test:report` has brought; FORESYNC_CHROMIUM names another. Undefined where there is none. */
export async function findChromium(): Promise<Chromium | undefined> {
  const own =
    process.env.FORESYNC_CHROMIUM ?? names.map(findProgram).find((program) => program !== undefined);
  if (own) return { program: own, args: [] };
  if (!existsSync(path.join(import.meta.dirname, 'node_modules', brought))) return undefined;
  const { default: chromium } = await import(brought);
  return { program: await chromium.executablePath(), args: chromium.args };
}

/** As Debian, Fedora, Google and macOS name it. */
const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const brought = '@sparticuz/chromium';

export async function launchChromium({ program, args }: Chromium): Promise<Browser> {
  const profile = mkdtempSync(path.join(os.tmpdir(), 'foresync-chromium-'));
  const child = spawn(
    program,
    [
      ...args,
      ...['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--remote-debugging-port=0'],
      ...[`--user-data-dir=${profile}`, 'about:blank'],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const port = await portIn(child.stderr);
  return {
    open: (address, look) => openPage(port, address, look),
    close: async () => {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function portIn(stderr: NodeJS.ReadableStream): Promise<number> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: stderr })) {
    const [, port] = /^DevTools listening on ws:\/\/[^:]+:(\d+)\//.exec(line) ?? [];
    if (port !== undefined) {
      stderr.resume();
      return Number(port);
    }
    lines.push(line);
  }
  throw new Error(`Chromium did not start: ${lines.join('\n')}`);
}

async function openPage(
  port: number,
  address: string,
  { width, scheme }: { width: number; scheme: 'light' | 'dark' },
): Promise<BrowserPage> {
  const made = await fetch(`http://127.0.0.1:${port}/json/new`, { method: 'PUT' });
  const { id, webSocketDebuggerUrl } = (await made.json()) as { id: string; webSocketDebuggerUrl: string };
  const tools = await DevTools.connect(webSocketDebuggerUrl);
  const said: string[] = [];
  tools.on<{ args: { value?: unknown; description?: string }[] }>('Runtime.consoleAPICalled', ({ args }) =>
    said.push(args.map(({ value, description }) => String(value ?? description)).join(' ')),
  );
  tools.on<Thrown>('Runtime.exceptionThrown', ({ exceptionDetails }) => said.push(textOf(exceptionDetails)));
  tools.on<{ entry: { text: string } }>('Log.entryAdded', ({ entry }) => said.push(entry.text));
  tools.on<{ request: { url: string } }>('Network.requestWillBeSent', ({ request }) => {
    if (request.url !== address) said.push(`asked for ${request.url}`);
  });
  for (const domain of ['Page', 'Runtime', 'Network', 'Log']) await tools.send(`${domain}.enable`);
  const metrics = { width, height: 900, deviceScaleFactor: 1, mobile: false };
  await tools.send('Emulation.setDeviceMetricsOverride', metrics);
  const features = [{ name: 'prefers-color-scheme', value: scheme }];
  await tools.send('Emulation.setEmulatedMedia', { features });
  const loaded = new Promise<void>((resolve) => tools.on('Page.loadEventFired', () => resolve()));
  await tools.send('Page.navigate', { url: address });
  await loaded;
  const evaluate = async (expression: string): Promise<unknown> => {
    const wanted = { expression, awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails } = await tools.send<{ result: { value?: unknown } } & Partial<Thrown>>(
      'Runtime.evaluate',
      wanted,
    );
    if (exceptionDetails) throw new Error(textOf(exceptionDetails));
    return result.value;
  };
  return {
    said,
    evaluate,
    click: async (selector) => {
      await evaluate(`for (const one of document.querySelectorAll(${JSON.stringify(selector)})) one.click()`);
    },
    screenshot: async (file) => {
      const whole = { captureBeyondViewport: true };
      const { data } = await tools.send<{ data: string }>('Page.captureScreenshot', whole);
      writeFileSync(file, data, 'base64');
    },
    close: async () => {
      await tools.close();
      await fetch(`http://127.0.0.1:${port}/json/close/${id}`);
    },
  };
}

interface Thrown {
  exceptionDetails: { text: string; exception?: { description?: string } };
}

function textOf({ text, exception }: Thrown['exceptionDetails']): string {
  return exception?.description ?? text;
}

/** What is wrong with how the page looks. */
export async function looksOf(page: BrowserPage): Promise<{ overflows: string[]; contrasts: string[] }> {
  const script = readFileSync(path.join(import.meta.dirname, 'in-page.js'), 'utf8');
  return (await page.evaluate(script)) as { overflows: string[]; contrasts: string[] };
}
