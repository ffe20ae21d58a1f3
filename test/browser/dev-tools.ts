import { once } from 'node:events';

interface Message {
  id?: number;
  method?: string;
  params?: object;
  result?: object;
  error?: { message: string };
}

/** A connection in Chromium's DevTools protocol, as https://chromedevtools.github.io/devtools-protocol/ describes it. */
export class DevTools {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, { resolve(result: object): void; reject(error: Error): void }>();
  readonly #heard = new Map<string, (params: never) => void>();
  #sent = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => this.#take(JSON.parse(String(data))));
  }

  static async connect(url: string): Promise<DevTools> {
    const socket = new WebSocket(url);
    await once(socket, 'open');
    return new DevTools(socket);
  }

  /** Asks for something; `R` is what the protocol answers. */
  send<R extends object = object>(method: string, params: object = {}): Promise<R> {
    const id = ++this.#sent;
    return new Promise<R>((resolve, reject) => {
      this.#waiting.set(id, { resolve: (result) => resolve(result as R), reject });
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }

  /** One listener an event; `P` is what the protocol tells with it. */
  on<P extends object>(event: string, heard: (params: P) => void): void {
    this.#heard.set(event, heard);
  }

  async close(): Promise<void> {
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
  }

  #take({ id, method, params = {}, result = {}, error }: Message): void {
    if (method !== undefined) this.#heard.get(method)?.(params as never);
    const waiting = this.#waiting.get(id ?? 0);
    this.#waiting.delete(id ?? 0);
    if (error) waiting?.reject(new Error(error.message));
    else waiting?.resolve(result);
  }
}
