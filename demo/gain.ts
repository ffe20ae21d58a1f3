import type { Stage } from './stage.ts';
export function showGain(stage: Stage, report: unknown): void {
  stage.say(JSON.stringify(report, null, 1));
}
