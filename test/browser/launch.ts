import { readFileSync } from 'node:fs';
import path from 'node:path';

/** What is used of puppeteer's pages; its own types are there only where it is installed. */
export interface BrowserPage {
  on(event: 'console', heard: (message: { text(): string }) => void): void;
  on(event: 'pageerror', heard: (error: unknown) => void): void;
  on(event: 'request', heard: (request: { url(): string }) => void): void;
  setViewport(size: { width: number; height: number }): Promise<void>;
  emulateMediaFeatures(features: { name: string; value: string }[]): Promise<void>;
  goto(address: string): Promise<unknown>;
  $$(selector: string): Promise<{ click(): Promise<void> }[]>;
  evaluate(script: string): Promise<unknown>;
  screenshot(options: { path: string; fullPage: boolean }): Promise<unknown>;
  close(): Promise<void>;
}

export interface Browser {
  newPage(): Promise<BrowserPage>;
  close(): Promise<void>;
}

/** A Chromium without a window; FORESYNC_CHROMIUM names another than the one that `npm run test:report` brings. */
export async function launchChromium(): Promise<Browser> {
  const puppeteer = await installed('puppeteer-core');
  const own = process.env.FORESYNC_CHROMIUM;
  if (own) return puppeteer.launch({ executablePath: own, args: ['--no-sandbox'] });
  const chromium = await installed('@sparticuz/chromium');
  return puppeteer.launch({
    executablePath: await chromium.executablePath(),
    args: chromium.args,
    headless: 'shell',
  });
}

/** What is wrong with how the page looks. */
export async function looksOf(page: BrowserPage): Promise<{ overflows: string[]; contrasts: string[] }> {
  const script = readFileSync(path.join(import.meta.dirname, 'in-page.js'), 'utf8');
  return (await page.evaluate(script)) as { overflows: string[]; contrasts: string[] };
}

// biome-ignore lint/suspicious/noExplicitAny: its types are not there where it is not installed
async function installed(name: string): Promise<any> {
  return (await import(name)).default;
}
