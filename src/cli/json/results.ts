import type { z } from 'zod';
import { analyzeJson } from './analyze.ts';
import { doctorJson, foretoldJson } from './checks.ts';
import { metricsCollectorJson, metricsCompareJson, metricsListJson, metricsRunJson } from './metrics.ts';
import {
  abortJson,
  addReplicaJson,
  prefetchJson,
  releaseJson,
  reportJson,
  statusListJson,
  statusRunJson,
  throttleJson,
} from './operating.ts';
import { planBacktestJson, planExplainJson, planJson } from './plan.ts';
import { planDiffJson, planInspectJson } from './plan-files.ts';
import { completionJson, initJson } from './setup.ts';
import { simulateJson } from './simulate.ts';
import { metricsTuningJson, tuneJson } from './tune.ts';

/**
 * What each command line prints with `--json` when it comes to its end, by its beginning. Fields are added and never taken away or
 * given another type: scripts rely on them.
 */
export const results = {
  init: initJson,
  analyze: analyzeJson,
  plan: planJson,
  'plan --backtest': planBacktestJson,
  'plan --explain KEY': planExplainJson,
  'plan inspect': planInspectJson,
  'plan diff': planDiffJson,
  simulate: simulateJson,
  doctor: doctorJson,
  prefetch: prefetchJson,
  'prefetch --dry-run': foretoldJson,
  'prefetch --release': releaseJson,
  'add-replica': addReplicaJson,
  'add-replica --dry-run': foretoldJson,
  resume: addReplicaJson,
  'resume --dry-run': foretoldJson,
  status: statusListJson,
  'status RUN': statusRunJson,
  throttle: throttleJson,
  abort: abortJson,
  cleanup: abortJson,
  metrics: metricsListJson,
  'metrics RUN': metricsRunJson,
  'metrics --tuning': metricsTuningJson,
  tune: tuneJson,
  'metrics RUN OTHER': metricsCompareJson,
  'metrics --prometheus': metricsCollectorJson,
  report: reportJson,
  completion: completionJson,
} as const satisfies Record<string, z.ZodType>;

export type ResultName = keyof typeof results;
