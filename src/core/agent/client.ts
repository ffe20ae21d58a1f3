import { ForesyncError } from '../errors.ts';
import { printable } from '../text.ts';
import type { AgentChannel } from '../transport/connect.ts';
import { FrameWriter, frameLimits, readFrames } from '../transport/frames.ts';
import { errorOf } from './problem.ts';
import {
  answerHeader,
  beat,
  type Params,
  type RequestType,
  type Result,
  requests,
  splitParts,
  wanted,
} from './protocol.ts';
import { StallWatch } from './stall-watch.ts';

export interface Reply<T extends RequestType> {
  result: Result<T>;
  /** As they came: compressed, to be passed on. They share one memory, so what is kept must be copied. */
  parts: Buffer[];
  /** Of all parts. */
  wireBytes: number;
}

/** What the latest answer counts for in how long answers take. */
const latestWeight = 0.3;

/** Several times as often as an agent must hear of its operator. */
const pingEveryMs = 20_000;

interface Waiting {
  type: RequestType;
  askedMs: number;
  /** Nothing else was under way. */
  isAlone: boolean;
  resolve(reply: Reply<RequestType>): void;
  reject(error: unknown): void;
}

/**
 * The operator's end of an agent. Calls may be made without waiting for earlier ones; the agent takes them in order.
 * A call rejects with the agent's own error, with `agent-lost` when the channel ends, or with `agent-stalled` when an answer is
 * due and nothing has moved for `stallTimeoutMs`.
 */
export class AgentClient {
  /** The replica's name, for messages. */
  readonly name: string;
  readonly #channel: AgentChannel;
  readonly #writer: FrameWriter;
  readonly #waiting = new Map<number, Waiting>();
  readonly #watch: StallWatch;
  readonly #pings: NodeJS.Timeout;
  #next = 0;
  /** Pieces of its output that have arrived. */
  #heard = 0;
  #lost: ForesyncError | undefined;
  #roundTripMs: number | undefined;
  #answerMs: number | undefined;
  #answeredMs = 0;
  #idleMs = 0;
  /**
   * Told of keys whose rows an agent wants, with the part that has them, compressed, in memory that is shared. As long as nobody is set here it is answered that
   * nobody can be asked.
   */
  onWanted: (batch: number, keys: Buffer) => void = (batch) => {
    this.call('joiner.fetched', { batch, keysRead: 0, watermark: 0 }).catch(() => undefined);
  };

  constructor(name: string, channel: AgentChannel, stallTimeoutMs: number) {
    this.name = name;
    this.#channel = channel;
    this.#writer = new FrameWriter(channel.input);
    const watched = {
      isDue: () => this.#waiting.size > 0,
      progress: () => this.#heard + this.#writer.progress,
    };
    this.#watch = new StallWatch(watched, stallTimeoutMs, () => {
      this.#end(stalled(name, stallTimeoutMs));
      // It would not end by being asked to, and calls may wait for it to take what they send.
      channel.kill();
    });
    this.#pings = setInterval(() => void this.call('agent.ping', {}).catch(() => undefined), pingEveryMs);
    this.#pings.unref();
    void this.#read();
  }

  /** The quickest answer to a request that had nothing before it: at most that long is the way there and back. 0 before the first. */
  get roundTripMs(): number {
    return this.#roundTripMs ?? 0;
  }

  /** How long it takes for an answer lately, from when all before it were there; undefined before the first. */
  get answerMs(): number | undefined {
    return this.#answerMs;
  }

  /** How long the agent had had nothing to do when the request came that it has answered last. */
  get idleMs(): number {
    return this.#idleMs;
  }

  /** Nothing more is to be had of it. */
  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  /** Of requests, what has not left for the link yet. */
  get unsentBytes(): number {
    return this.#writer.unsentBytes;
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
      const isAlone = this.#waiting.size === 0;
      const askedMs = performance.now();
      this.#waiting.set(n, { type, askedMs, isAlone, resolve: resolve as Waiting['resolve'], reject });
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
    clearInterval(this.#pings);
    await this.#channel.close();
  }

  async #read(): Promise<void> {
    const hear = () => {
      this.#heard++;
    };
    try {
      for await (const frame of readFrames(this.#channel.output, frameLimits, hear)) this.#take(frame);
      this.#end(lost(this.name, await this.#channel.whyEnded()));
    } catch (error) {
      // Nothing that such a peer says later can be trusted.
      await this.#channel.close();
      const isItsFault = error instanceof ForesyncError && error.code !== 'channel-cut';
      this.#end(isItsFault ? error : lost(this.name, await this.#channel.whyEnded()));
    }
  }

  /** Nothing more is to be had of it. What was known first is why. */
  #end(why: ForesyncError): void {
    this.#watch.end();
    clearInterval(this.#pings);
    this.#lost ??= why;
    for (const { reject } of this.#waiting.values()) reject(this.#lost);
    this.#waiting.clear();
  }

  #time({ askedMs, isAlone }: Waiting): void {
    const nowMs = performance.now();
    if (isAlone) this.#roundTripMs = Math.min(this.#roundTripMs ?? Number.POSITIVE_INFINITY, nowMs - askedMs);
    const tookMs = nowMs - Math.max(askedMs, this.#answeredMs);
    this.#answerMs ??= tookMs;
    this.#answerMs += latestWeight * (tookMs - this.#answerMs);
    this.#answeredMs = nowMs;
  }

  #take(frame: { header: unknown; payload: Buffer }): void {
    if (beat.safeParse(frame.header).success) return;
    const asked = wanted.safeParse(frame.header);
    if (asked.success && asked.data.sizes[0] === frame.payload.length) {
      this.onWanted(asked.data.wanted, frame.payload);
      return;
    }
    const header = answerHeader.safeParse(frame.header);
    const parts = header.success ? splitParts(frame.payload, header.data.sizes) : undefined;
    const waiting = header.success ? this.#waiting.get(header.data.n) : undefined;
    if (!header.success || !parts || !waiting) throw invalidAnswer(this.name);
    this.#waiting.delete(header.data.n);
    this.#idleMs = header.data.idleMs;
    this.#time(waiting);
    if (header.data.error) {
      const { message } = header.data.error;
      waiting.reject(errorOf({ ...header.data.error, message: `${printable(this.name)}: ${message}` }));
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

/** It owed an answer. */
export function stalled(name: string, stallTimeoutMs: number): ForesyncError {
  const seconds = Math.round(stallTimeoutMs / 100) / 10;
  return new ForesyncError(
    'unreachable',
    'agent-stalled',
    `${printable(name)} has not moved for ${seconds} s.`,
  );
}

function invalidAnswer(name: string): ForesyncError {
  return new ForesyncError(
    'protocol',
    'answer-invalid',
    `The agent of ${printable(name)} does not speak this protocol.`,
  );
}
