import { ForesyncError } from '../errors.ts';

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
    throw refused(`${pins.keys} keys are pinned, and the budget is of ${budgetKeys} keys.`);
  if (pins.keys > 0 && pins.bytes > budgetBytes)
    throw refused(
      `The pinned keys alone have ${Math.ceil(pins.bytes)} bytes, and the budget is of ${budgetBytes} bytes.`,
    );
}

function refused(message: string): ForesyncError {
  return new ForesyncError('usage', 'pins-over-budget', message, {
    hint: 'Raise the budget or pin fewer keys.',
  });
}
