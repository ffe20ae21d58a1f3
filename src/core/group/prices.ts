import { z } from 'zod';

/**
 * A read is what all else is measured in. Rows travel once whether or not they are planned, so a row that nobody read cost its place in the queue alone, and a
 * row that travelled twice its bytes; reads that are missed because all of it takes longer are counted as reads, so a second costs nothing more.
 */
export const usualPrices = {
  servedRead: 1,
  unreadMegabyte: 0.5,
  twiceMegabyte: 1,
  readAheadMegabyte: 0.1,
  syncSecond: 0,
} as const;

const price = (name: keyof typeof usualPrices, words: string) =>
  z.number().min(0).max(1e9).default(usualPrices[name]).describe(`${words} Default: ${usualPrices[name]}.`);

/** What an operator pays and gains. Only what they are beside each other counts; the defaults are in served reads. */
export const pricesShape = z.strictObject({
  servedRead: price(
    'servedRead',
    'The worth of a read that found its row by plan and would have missed without one.',
  ),
  unreadMegabyte: price(
    'unreadMegabyte',
    'Of a million bytes of planned rows that nobody read before in sync.',
  ),
  twiceMegabyte: price(
    'twiceMegabyte',
    'Of a million bytes of rows that changed after they had been sent early.',
  ),
  readAheadMegabyte: price(
    'readAheadMegabyte',
    'Of a million bytes that donors read ahead into their Prefetch Caches.',
  ),
  syncSecond: price('syncSecond', 'Of a second until in sync.'),
});

export type Prices = z.infer<typeof pricesShape>;
