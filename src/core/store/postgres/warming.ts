import { applyLane, type Building } from './rows-in.ts';
import { buildingNames } from './target-table.ts';
import { prewarmKey, roomForPages, type Warmed, warmRows } from './warm.ts';

/** Reads what is built into the buffers of its server, before anybody asks for it. */
export class Warming {
  readonly #building: Building;

  constructor(building: Building) {
    this.#building = building;
  }

  /** Looks how much of the server's buffers may be warmed, and has the key's index read at once where that can be. */
  async begin(): Promise<{ roomPages: number; indexPages?: number }> {
    const { lanes, definition, id } = this.#building;
    const session = await lanes.session(applyLane);
    const roomPages = await roomForPages(session);
    const indexPages = await prewarmKey(session, buildingNames(definition, id).table, roomPages);
    return { roomPages, ...(indexPages !== undefined && { indexPages }) };
  }

  async rows(keys: readonly (readonly string[])[]): Promise<Warmed> {
    const { lanes, definition, target } = this.#building;
    return warmRows(await lanes.session(applyLane), definition, target, keys);
  }
}
