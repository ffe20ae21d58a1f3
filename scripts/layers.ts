/** A piece of src that rules are about: a folder of it, or for core each folder inside; `core` is what lies loose there. */
export type Layer = string;

/** Which layers each layer may import, itself apart. Arrows run downwards only, so what is below a lower layer is allowed too. */
const arrows: Record<Layer, readonly Layer[]> = {
  core: [],
  state: ['core'],
  group: ['core'],
  transport: ['group'],
  // What is answered to readers, whatever store it is read from.
  serve: ['core'],
  store: ['group', 'serve'],
  'access-log': ['transport'],
  history: ['access-log', 'state'],
  forecast: ['history'],
  plan: ['forecast', 'store'],
  agent: ['store', 'transport'],
  sync: ['agent', 'plan'],
  // It foretells what a run would be refused for, in the run's own words.
  doctor: ['sync', 'state'],
  // A joiner that answers reads says in its log what became of each.
  metrics: ['history', 'serve'],
  // What a join would be, out of the history and a plan: as metrics would see it.
  simulate: ['metrics', 'plan'],
  // What runs teach the next plan: rules on what came true, tried on replayed joins.
  tuning: ['simulate'],
  // What a run was, out of its journal and of what was measured of it.
  report: ['metrics', 'sync'],
};

const coreLayers = Object.keys(arrows);

/** What a file may import from the layer: everything, its types alone, or nothing. */
export function mayImport(from: Layer, to: Layer): 'all' | 'types' | 'nothing' {
  if (from === to) return 'all';
  const toCore = coreLayers.includes(to);
  switch (from) {
    case 'commands':
      return 'all';
    case 'cli':
      return to === 'commands' ? 'nothing' : 'all';
    case 'ui':
      // Errors, clock and the escaping of foreign text belong to everybody.
      if (to === 'core') return 'all';
      return toCore ? 'types' : 'nothing';
    default:
      return toCore && below(from).has(to) ? 'all' : 'nothing';
  }
}

function below(layer: Layer): Set<Layer> {
  const direct = arrows[layer] ?? [];
  return new Set([...direct, ...direct.flatMap((next) => [...below(next)])]);
}

/** Packages and built-in modules that belong to some layers alone; their types are free where `types` says so. */
export const reserved: ReadonlyArray<{
  modules: RegExp;
  only: readonly Layer[];
  types: boolean;
  why: string;
}> = [
  {
    modules: /^@oclif\//,
    only: ['commands', 'cli'],
    types: false,
    why: 'oclif is known to commands and cli alone',
  },
  { modules: /^(ink|react)(\/|$)/, only: ['ui'], types: false, why: 'Ink and React are known to ui alone' },
  {
    modules: /^chalk$/,
    only: ['cli', 'ui', 'commands'],
    types: false,
    why: 'colours belong to cli, ui and commands',
  },
  {
    modules: /^better-sqlite3$/,
    only: ['state', 'store'],
    types: true,
    why: 'state opens the own SQLite file, store those of users, and nobody else opens any',
  },
  {
    modules: /^@clickhouse\//,
    only: ['access-log'],
    types: false,
    why: 'access-log alone speaks to ClickHouse',
  },
  {
    modules: /^(node:)?child_process$|^execa$/,
    only: ['transport'],
    types: true,
    why: 'transport alone spawns processes',
  },
];

/** The layer of a path such as `src/core/plan/plan-file.ts`. */
export function layerOf(path: string): Layer {
  const [, folder = '', second = ''] = path.split('/');
  return folder === 'core' && coreLayers.includes(second) ? second : folder;
}

/** Folders of core without a row above: a new one must be given its place. */
export function isPlaced(path: string): boolean {
  const [, folder, second = '', ...rest] = path.split('/');
  return folder !== 'core' || rest.length === 0 || coreLayers.includes(second);
}
