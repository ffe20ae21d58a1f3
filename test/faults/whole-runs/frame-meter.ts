import type { StreamPlace } from './case.ts';

const magic = Buffer.from('\nforesync-agent ');

/** Finds a place in one direction of an agent's stream, chunk by chunk. Knows of the wire format that frames begin with their length. */
export class FrameMeter {
  #begun = false;
  #found = false;
  /** The end of what came before the handshake. */
  #noise = Buffer.from('\n');
  /** Bytes of the chunk at hand that belong to the handshake. */
  #skip = 0;
  #head = Buffer.alloc(0);
  #frameLeftBytes = 0;
  #frames = 0;
  #bytesAfterFrames = 0;

  /** What follows are frames. */
  begin(): void {
    this.#begun = true;
  }

  /** Looks for an agent's first line; true for the chunk that ends it. */
  sawHandshake(chunk: Buffer): boolean {
    this.#skip = 0;
    if (this.#begun) return false;
    const text = Buffer.concat([this.#noise, chunk]);
    const at = text.indexOf(magic);
    const end = at < 0 ? -1 : text.indexOf('\n', at + 1);
    if (end >= 0) {
      this.#skip = end + 1 - this.#noise.length;
      this.begin();
      return true;
    }
    this.#noise = text.subarray(-64);
    return false;
  }

  /** Where in the chunk the place lies; undefined where it does not, or was found before. */
  find(chunk: Buffer, place: StreamPlace): number | undefined {
    if (!this.#begun || this.#found) return undefined;
    for (let at = this.#skip; at < chunk.length; ) {
      if (this.#frames >= place.frames) {
        const index = at + place.bytes - this.#bytesAfterFrames;
        if (index < chunk.length) {
          this.#found = true;
          return index;
        }
        this.#bytesAfterFrames += chunk.length - at;
        return undefined;
      }
      at += this.#take(chunk, at);
    }
    return undefined;
  }

  /** Goes on by a part of one frame; returns how many bytes that were. */
  #take(chunk: Buffer, at: number): number {
    if (this.#frameLeftBytes === 0) {
      const head = chunk.subarray(at, at + 4 - this.#head.length);
      this.#head = Buffer.concat([this.#head, head]);
      if (this.#head.length === 4) {
        this.#frameLeftBytes = this.#head.readUInt32BE();
        this.#head = Buffer.alloc(0);
      }
      return head.length;
    }
    const taken = Math.min(this.#frameLeftBytes, chunk.length - at);
    this.#frameLeftBytes -= taken;
    if (this.#frameLeftBytes === 0) this.#frames++;
    return taken;
  }
}
