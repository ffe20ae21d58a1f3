import { type ErrorKind, exitCodes, ForesyncError } from '../errors.ts';
import { printable } from '../text.ts';
import type { AgentChannel } from '../transport/connect.ts';
import { FrameWriter, frameLimits, readFrames } from '../transport/frames.ts';
import {
  answerHeader,
  type Params,
  type RequestType,
  type Result,
  requests,
  splitParts,
} from './protocol.ts';

export interface Reply<T extends RequestType> {
  result: Result<T>;
  /** As they came: compressed, to be passed on. They share one memory, so what is kept must be copied. */
  parts: Buffer[];
  /** Of all parts. */
  wireBytes: number;
}

interface Waiting {
  type: RequestType;
  resolve(reply: Reply<RequestType>): void;
  reject(error: unknown): void;
}

/**
 * The operator's end of an agent. Calls may be made without waiting for earlier ones; the agent takes them in order.
 * A call rejects with the agent's own error, or with `agent-lost` when the channel ends.
 */
export class AgentClient {
  /** The replica's name, for messages. */
  readonly name: string;
  readonly #channel: AgentChannel;
  readonly #writer: FrameWriter;
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;
  #lost: ForesyncError | undefined;

  constructor(name: string, channel: AgentChannel) {
    this.name = name;
    this.#channel = channel;
    this.#writer = new FrameWriter(channel.input);
    void this.#read();
  }

  /** Sends parts as they are; they must be compressed. They are taken over: once sent, their memory is released. */
  async call<T extends RequestType>(
    type: T,
    params: Params<T>,
    parts: readonly Buffer[] = [],
  ): Promise<Reply<T>> {
    if (this.#lost) throw this.#lost;
    const n = this.#next++;
    const reply = new Promise<Reply<T>>((resolve, reject) => {
      this.#waiting.set(n, { type, resolve: resolve as Waiting['resolve'], reject });
    });
    reply.catch(() => undefined);
    const header = { n, type, params, sizes: parts.map(({ length }) => length) };
    try {
      await this.#writer.write({ header, payload: parts });
    } catch (error) {
      if (!(error instanceof ForesyncError) || error.code !== 'channel-closed') throw error;
      // It takes no more. Why, its end tells, which settles the reply.
      await this.#channel.close();
    }
    return reply;
  }

  async close(): Promise<void> {
    await this.#channel.close();
  }

  async #read(): Promise<void> {
    try {
      for await (const frame of readFrames(this.#channel.output, frameLimits)) this.#take(frame);
      this.#lost = lost(this.name, await this.#channel.whyEnded());
    } catch (error) {
      // Nothing that such a peer says later can be trusted.
      await this.#channel.close();
      const isItsFault = error instanceof ForesyncError && error.code !== 'channel-cut';
      this.#lost = isItsFault ? error : lost(this.name, await this.#channel.whyEnded());
    }
    for (const { reject } of this.#waiting.values()) reject(this.#lost);
    this.#waiting.clear();
  }

  #take(frame: { header: unknown; payload: Buffer }): void {
    const header = answerHeader.safeParse(frame.header);
    const parts = header.success ? splitParts(frame.payload, header.data.sizes) : undefined;
    const waiting = header.success ? this.#waiting.get(header.data.n) : undefined;
    if (!header.success || !parts || !waiting) throw invalidAnswer(this.name);
    this.#waiting.delete(header.data.n);
    if (header.data.error) {
      const { kind, code, message, hint } = header.data.error;
      const known = kind in exitCodes ? (kind as ErrorKind) : 'defect';
      waiting.reject(
        new ForesyncError(
          known,
          code,
          `${printable(this.name)}: ${message}`,
          hint === undefined ? {} : { hint },
        ),
      );
      return;
    }
    const result = requests[waiting.type].result.safeParse(header.data.result);
    const wireBytes = frame.payload.length;
    if (result.success) waiting.resolve({ result: result.data as Result<RequestType>, parts, wireBytes });
    else waiting.reject(invalidAnswer(this.name));
  }
}

/** An agent that had begun its work, and is gone. */
function lost(name: string, why: ForesyncError): ForesyncError {
  return new ForesyncError('unreachable', 'agent-lost', `${printable(name)} is lost: ${why.message}`, {
    cause: why,
  });
}

function invalidAnswer(name: string): ForesyncError {
  return new ForesyncError(
    'protocol',
    'answer-invalid',
    `The agent of ${printable(name)} does not speak this protocol.`,
  );
}
