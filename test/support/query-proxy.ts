import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** Passes HTTP on to a ClickHouse server, except that it does something else with the answer of queries that match. */
export interface QueryProxy {
  address: string;
  /** Settles when a query that matches has come in. */
  met: Promise<void>;
  close(): Promise<void>;
}

/** Keeps the answers back until the proxy is closed. */
export function holdingProxy(target: string, query: RegExp): Promise<QueryProxy> {
  return queryProxy(target, query, async () => undefined);
}

/** Passes on what `spoil` makes of the answers. */
export function spoilingProxy(
  target: string,
  query: RegExp,
  spoil: (answer: Buffer) => Buffer,
): Promise<QueryProxy> {
  return queryProxy(target, query, async (answer, response) => {
    const spoilt = spoil(await buffer(answer));
    response.writeHead(200);
    response.end(spoilt);
  });
}

async function queryProxy(
  target: string,
  query: RegExp,
  onMatch: (answer: http.IncomingMessage, response: http.ServerResponse) => Promise<void>,
): Promise<QueryProxy> {
  const { promise: met, resolve: sayMet } = Promise.withResolvers<void>();
  const server = http.createServer(async (request, response) => {
    const body = await buffer(request);
    const isMatch = query.test(body.toString());
    const onward = http.request(`http://${target}${request.url}`, {
      method: request.method,
      headers: request.headers,
    });
    // Whoever leaves the one side leaves the other.
    response.on('close', () => onward.destroy());
    onward.on('error', () => response.destroy());
    onward.on('response', (answer) => {
      if (isMatch) return onMatch(answer, response);
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      return answer.pipe(response);
    });
    onward.end(body);
    if (isMatch) sayMet();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    met,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
