import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** With one more the one goes that was idle or deaf for the longest, so that nobody keeps others away. */
const maxConnections = 1000;
/** Requests of one connection that were not answered; HTTP clients send one, or a few. */
const maxUnanswered = 16;

/** Who is connected to a server, and what they wait for. */
export class Connections {
  /** How many requests of each are not answered; whose last request or answer is longest ago comes first. */
  readonly #unanswered = new Map<Socket, number>();

  constructor(server: Server) {
    server.on('connection', (socket) => this.#opened(socket));
  }

  /** False for a request too many, whose connection is cut. */
  asked(socket: Socket): boolean {
    const unanswered = (this.#unanswered.get(socket) ?? 0) + 1;
    if (socket.destroyed || unanswered > maxUnanswered) {
      socket.destroy();
      return false;
    }
    this.#moved(socket, unanswered);
    return true;
  }

  /** An answer went out. */
  answered(socket: Socket): void {
    const unanswered = this.#unanswered.get(socket);
    if (unanswered !== undefined) this.#moved(socket, unanswered - 1);
  }

  #opened(socket: Socket): void {
    this.#unanswered.set(socket, 0);
    socket.once('close', () => this.#unanswered.delete(socket));
    if (this.#unanswered.size <= maxConnections) return;
    const [longest] = this.#unanswered.keys();
    if (!longest) return;
    this.#unanswered.delete(longest);
    longest.destroy();
  }

  #moved(socket: Socket, unanswered: number): void {
    this.#unanswered.delete(socket);
    this.#unanswered.set(socket, unanswered);
  }
}
