import { once } from 'node:events';
import net from 'node:net';

/**
 * A door on loopback in front of a server: it lets bytes through, and can be told to shut after so many of them, so that
 * a test stops a program in the middle of a transfer without watching the clock.
 */
export class Gate {
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();
  /** Senders that wait at the shut door. */
  readonly #waiting = new Set<net.Socket>();
  #leftBytes = Number.POSITIVE_INFINITY;
  #onShut: () => void = () => undefined;

  private constructor(server: net.Server) {
    this.#server = server;
  }

  static async before(port: number): Promise<Gate> {
    const server = net.createServer();
    const gate = new Gate(server);
    server.on('connection', (client) => gate.#join(client, net.connect(port, '127.0.0.1')));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return gate;
  }

  get port(): number {
    return (this.#server.address() as net.AddressInfo).port;
  }

  /** Resolves when so many more bytes (and the rest of their packet) have gone to the server and the door is shut. */
  shutAfter(bytes: number): Promise<void> {
    this.#leftBytes = bytes;
    return new Promise((resolve) => {
      this.#onShut = resolve;
    });
  }

  open(): void {
    this.#leftBytes = Number.POSITIVE_INFINITY;
    for (const socket of this.#waiting) socket.resume();
    this.#waiting.clear();
  }

  /** Cuts what goes through it, and closes. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(client: net.Socket, server: net.Socket): void {
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(from);
      from.on('end', () => to.end());
      // One side's failure is seen by the other as a cut connection, which is all that a door can tell.
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        this.#waiting.delete(from);
      });
    }
    server.pipe(client, { end: false });
    client.on('data', (chunk) => {
      server.write(chunk);
      this.#leftBytes -= chunk.length;
      if (this.#leftBytes > 0) return;
      client.pause();
      this.#waiting.add(client);
      this.#onShut();
    });
  }
}
