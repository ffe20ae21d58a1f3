import { ForesyncError } from '../errors.ts';
import { formatCounted } from '../format.ts';

/**
 * Refuses pins that alone are more than a budget: to drop some of them without a word would betray the operator, and so
 * would a plan that is larger than allowed. Throws `pins-over-budget` (kind `usage`).
 */
export function pinsOverBudget(
  pins: { keys: number; bytes: number },
  {
    budgetKeys = Number.POSITIVE_INFINITY,
    budgetBytes = Number.POSITIVE_INFINITY,
  }: { budgetKeys?: number | undefined; budgetBytes?: number | undefined },
): void {
  if (pins.keys > budgetKeys)
    throw refused(
      `${formatCounted(pins.keys, 'key')} are pinned, and the budget is of ${formatCounted(budgetKeys, 'key')}.`,
    );
  if (pins.keys > 0 && pins.bytes > budgetBytes)
    throw refused(
      `The pinned keys alone have ${formatCounted(Math.ceil(pins.bytes), 'byte')}, and the budget is of ${formatCounted(budgetBytes, 'byte')}.`,
    );
}

function refused(message: string): ForesyncError {
  return new ForesyncError('usage', 'pins-over-budget', message, {
    hint: 'Raise the budget or pin fewer keys.',
  });
}
