// The shop's own traffic: goes on writing to the lead while a replica is added. us-west follows at once, ap-south lags.
// Started by the demo; ends with SIGTERM, with the end of its standard input, or after five minutes, whatever comes first.

import path from 'node:path';
import { Orders } from './orders.ts';
import { Shop } from './shop.ts';

/** What the writer says at its end, as JSON on standard output. */
export interface WriterReport {
  transactions: number;
  lastVersion: number;
  /** Of all transactions at the lead, with whatever it had to wait for. */
  longestMs: number;
}

const [folder = '', seedText, rowsText, newcomersText, lagText] = process.argv.slice(2);
const [seed, rows, newcomers] = [Number(seedText), Number(rowsText), Number(newcomersText)];
const lag = Number(lagText);
const pauseMs = 10;
const longestLifeMs = 300_000;

const orders = new Orders({ seed, rows, newcomers });
const open = (name: string) => new Shop(path.join(folder, name, 'shop.db'), seed);
const [lead, west, south] = [open('us-east'), open('us-west'), open('ap-south')];
let version = lag;
let longestMs = 0;

const timer = setInterval(() => {
  version += 1;
  const startedMs = performance.now();
  lead.apply(orders.at(version));
  longestMs = Math.max(longestMs, performance.now() - startedMs);
  west.apply(orders.at(version));
  south.apply(orders.at(version - lag));
}, pauseMs);

let ended = false;
function end(): void {
  if (ended) return;
  ended = true;
  clearInterval(timer);
  for (const shop of [lead, west, south]) shop.close();
  const report: WriterReport = { transactions: version - lag, lastVersion: version, longestMs };
  process.stdout.write(`${JSON.stringify(report)}\n`);
  process.stdin.destroy();
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
process.stdin.on('end', end).resume();
setTimeout(end, longestLifeMs).unref();
