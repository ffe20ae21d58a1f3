// DuckDB's part of the ingest bench: reads an access log and stores its counts per key, hour and operation.
//
//   node bench/duckdb/count.ts LOG DATABASE

import { createRequire } from 'node:module';

/** The part of @duckdb/node-api that is needed; it has a package.json of its own, so its types are not there for the checker. */
interface DuckDb {
  DuckDBInstance: {
    create(file: string): Promise<{
      connect(): Promise<{
        run(sql: string): Promise<unknown>;
        runAndReadAll(sql: string): Promise<{ getRows(): unknown[][] }>;
        closeSync(): void;
      }>;
      closeSync(): void;
    }>;
  };
}

const [log = '', file = ''] = process.argv.slice(2);
const { DuckDBInstance } = createRequire(import.meta.url)('@duckdb/node-api') as DuckDb;
const instance = await DuckDBInstance.create(file);
const connection = await instance.connect();
const text = `'${log.replaceAll("'", "''")}'`;
await connection.run(
  `CREATE TABLE counts AS SELECT key, time // 3600000 AS hour, operation, count(*) AS events
   FROM read_csv(${text}, header = true, columns = {'time': 'BIGINT', 'key': 'VARCHAR', 'operation': 'VARCHAR'})
   GROUP BY ALL`,
);
const [[events]] = (await connection.runAndReadAll('SELECT sum(events)::VARCHAR FROM counts')).getRows() as [
  [string],
];
connection.closeSync();
instance.closeSync();
console.log(JSON.stringify({ events: Number(events) }));
