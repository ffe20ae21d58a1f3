// Sells at the lead until SIGTERM or the end of its standard input; says so after every fifty sales.

import { readFileSync } from 'node:fs';
import { Till } from './stock.ts';

const [file = '', codesFile = ''] = process.argv.slice(2);
const till = new Till(file, readFileSync(codesFile, 'utf8').split('\n'));
let sold = 0;

const timer = setInterval(() => {
  till.sell();
  sold += 1;
  if (sold % 50 === 0) process.stdout.write(`${sold} sold\n`);
}, 2);

function end(): void {
  clearInterval(timer);
  till.close();
  process.exit();
}

process.on('SIGTERM', end);
process.stdin.on('end', end).resume();
