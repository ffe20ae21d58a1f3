import { type KeyWishes, mark, markKeys } from '../key-marks.ts';
import { type EditLimits, editsOf, type PlanEdits } from './plan-edits.ts';
import type { PlanIndex } from './plan-index.ts';

/** The edits that patterns of keys and limits say. Lets the event loop turn, and rejects when the signal trips. */
export async function saidEdits(
  index: PlanIndex,
  wishes: KeyWishes | undefined,
  limits: EditLimits,
  signal?: AbortSignal,
): Promise<PlanEdits> {
  const edits = editsOf(index, limits);
  if (!wishes) return edits;
  const { marks, unseen } = await markKeys(index, wishes, signal);
  return {
    ...edits,
    marks: edits.marks.map((before, entry) =>
      marks[entry] === mark.none ? before : (marks[entry] as number),
    ),
    added: unseen,
  };
}
