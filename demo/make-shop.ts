import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Orders } from './orders.ts';
import { Shop } from './shop.ts';

export const donorNames = ['us-east', 'us-west', 'ap-south'] as const;

/** How the shop is made; everything but the time follows from it. */
export interface ShopPlan {
  folder: string;
  seed: number;
  rows: number;
  /** Items that the writer adds one by one. */
  newcomers: number;
  /** Transactions that ap-south lags behind. */
  lag: number;
}

/** Makes the databases of the three replicas: us-west equals the lead, ap-south is `lag` transactions behind. */
export function makeShop({ folder, seed, rows, newcomers, lag }: ShopPlan): void {
  const fileOf = (name: string) => path.join(folder, name, 'shop.db');
  for (const name of donorNames) mkdirSync(path.join(folder, name));
  const empty = new Shop(fileOf('us-east'), seed);
  empty.fill(rows);
  empty.close();
  copyFileSync(fileOf('us-east'), fileOf('ap-south'));
  const lead = new Shop(fileOf('us-east'), seed);
  const orders = new Orders({ seed, rows, newcomers });
  for (let version = 1; version <= lag; version++) lead.apply(orders.at(version));
  lead.close();
  copyFileSync(fileOf('us-east'), fileOf('us-west'));
  writeFileSync(path.join(folder, 'foresync.yaml'), config());
}

function config(): string {
  const replicas = donorNames.map(
    (name) => `  ${name}: { host: local, store: "sqlite:${name}/shop.db", logs: [logs/${name}.csv.gz] }\n`,
  );
  return `group: shop\ntable: items\nlead: us-east\nreplicas:\n${replicas.join('')}`;
}
