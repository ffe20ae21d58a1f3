import { parseKeyCount, parseProbability, parseSize } from '../../core/amounts.ts';
import type { InspectedPlan } from '../../core/plan/inspect/inspected-plan.ts';
import type { PlanEdits } from '../../core/plan/inspect/plan-edits.ts';
import type { InspectKey } from './keys.ts';
import { jump, listAs } from './move.ts';
import type { InspectState, Prompt, PromptKind } from './state.ts';

/** No text that is asked for is longer. */
const longestText = 1000;
const thresholdStep = 0.01;
const budgetStep = 1.05;

export function openPrompt(state: InspectState, kind: PromptKind, text: string): InspectState {
  const { edits, view, cursor, top } = state;
  return { ...state, prompt: { kind, text, error: '', before: { edits, view, cursor, top } } };
}

/** A key press while something is asked for. What is typed shows at once; Enter keeps it, Escape goes back. */
export function promptKey(
  state: InspectState,
  prompt: Prompt,
  key: InspectKey,
  plan: InspectedPlan,
): InspectState {
  if (key.name === 'escape') return { ...state, ...prompt.before, prompt: undefined };
  if (prompt.kind === 'filter' || prompt.kind === 'overwrite' || prompt.kind === 'quit')
    return key.name === 'character' ? answered(state, prompt, key.character, plan) : state;
  switch (key.name) {
    case 'enter':
      return entered(state, prompt, plan);
    case 'up':
    case 'down':
      return typed(state, prompt, stepped(state, prompt, key.name === 'up' ? 1 : -1, plan), plan);
    case 'clear':
      return typed(state, prompt, '', plan);
    case 'backspace':
      return typed(state, prompt, [...prompt.text].slice(0, -1).join(''), plan);
    case 'character':
      return prompt.text.length < longestText
        ? typed(state, prompt, prompt.text + key.character, plan)
        : state;
    default:
      return state;
  }
}

/** Questions that one letter answers. */
function answered(state: InspectState, prompt: Prompt, letter: string, plan: InspectedPlan): InspectState {
  const closed = { ...state, prompt: undefined };
  if (prompt.kind === 'filter') {
    const { view } = state;
    if (letter === 'c') return openPrompt(closed, 'confidence', '');
    if (letter === 'd') return openPrompt(closed, 'donor', view.donor ?? '');
    if (letter === 'm') return openPrompt(closed, 'model', view.model ?? '');
    if (letter === 'a')
      return listAs(closed, plan, {
        ...view,
        leastConfidence: undefined,
        donor: undefined,
        model: undefined,
      });
    return state;
  }
  if (prompt.kind === 'overwrite') {
    if (letter !== 'y') return { ...closed, message: { role: 'quiet', text: 'Nothing was written.' } };
    return { ...closed, wish: { kind: 'save', file: prompt.text, replace: true, edits: state.edits } };
  }
  if (letter === 'y') return { ...closed, wish: { kind: 'quit', interrupted: false } };
  return closed;
}

function entered(state: InspectState, prompt: Prompt, plan: InspectedPlan): InspectState {
  if (prompt.error !== '') return state;
  const closed = { ...state, prompt: undefined };
  // As in less, nothing typed means what was searched for last.
  if (prompt.kind === 'search') return jump(closed, plan, prompt.text === '' ? 'next' : 'here');
  if (prompt.kind === 'save') {
    if (prompt.text.trim() === '') return { ...state, prompt: { ...prompt, error: 'A file needs a name.' } };
    return { ...closed, wish: { kind: 'save', file: prompt.text, replace: false, edits: state.edits } };
  }
  return closed;
}

function typed(state: InspectState, prompt: Prompt, text: string, plan: InspectedPlan): InspectState {
  const asked = { ...state, prompt: { ...prompt, text, error: '' } };
  const wrong = (error: string) => ({ ...asked, prompt: { ...asked.prompt, error } });
  switch (prompt.kind) {
    case 'search':
      return { ...asked, search: text === '' ? undefined : { text, found: undefined, jump: undefined } };
    case 'confidence': {
      const least = text === '' ? 0 : parseProbability(text);
      if (least === undefined) return wrong('A number from 0 to 1.');
      return listAs(asked, plan, { ...state.view, leastConfidence: least === 0 ? undefined : least });
    }
    case 'donor':
    case 'model': {
      const name = text === '' ? undefined : text === '-' ? '' : text;
      const names = prompt.kind === 'donor' ? [...plan.donors, ''] : plan.models;
      if (name !== undefined && !names.includes(name)) return wrong(`There is no such ${prompt.kind}.`);
      return listAs(asked, plan, { ...state.view, [prompt.kind]: name });
    }
    case 'threshold': {
      const minConfidence = text === '' ? plan.header.minConfidence : parseProbability(text);
      if (minConfidence === undefined) return wrong('A number from 0 to 1.');
      return limited(asked, plan, { ...state.edits, minConfidence });
    }
    case 'budget': {
      const budget = budgetOf(text);
      if (budget === undefined) return wrong('Write 64MiB, 10MB or 5000 keys; nothing for no budget.');
      return limited(asked, plan, { ...state.edits, ...budget });
    }
    default:
      return asked;
  }
}

function limited(state: InspectState, plan: InspectedPlan, edits: PlanEdits): InspectState {
  const { refusal } = plan.outcome(edits);
  const { prompt } = state;
  return { ...state, edits, prompt: prompt && { ...prompt, error: refusal?.message ?? '' } };
}

/** `64MiB` in bytes, `5000 keys` or `5k keys` in keys; an empty text is no budget, undefined no text of a budget. */
function budgetOf(text: string): Pick<PlanEdits, 'budgetBytes' | 'budgetKeys'> | undefined {
  if (text.trim() === '') return { budgetBytes: undefined, budgetKeys: undefined };
  const keys = /^(.*\S)\s*keys?$/i.exec(text.trim())?.[1];
  const budgetKeys = keys === undefined ? undefined : parseKeyCount(keys);
  const budgetBytes = keys === undefined ? parseSize(text) : undefined;
  return budgetKeys === undefined && budgetBytes === undefined ? undefined : { budgetKeys, budgetBytes };
}

/** The text after an arrow key: a figure that is a little more or less, the next name of a list. */
function stepped(state: InspectState, prompt: Prompt, by: 1 | -1, plan: InspectedPlan): string {
  const { edits, view } = state;
  switch (prompt.kind) {
    case 'threshold':
      return steppedShare(edits.minConfidence, by);
    case 'confidence':
      return steppedShare(view.leastConfidence ?? 0, by);
    case 'donor':
      return nextName(['', ...plan.donors, '-'], prompt.text, by);
    case 'model':
      return nextName(['', ...plan.models], prompt.text, by);
    case 'budget': {
      const { bytes, entries } = plan.whole;
      if (edits.budgetKeys !== undefined || bytes === 0)
        return `${steppedAmount(edits.budgetKeys ?? entries, by)} keys`;
      return String(steppedAmount(edits.budgetBytes ?? bytes, by));
    }
    default:
      return prompt.text;
  }
}

function steppedShare(share: number, by: 1 | -1): string {
  return String(Math.min(1, Math.max(0, Math.round((share + by * thresholdStep) * 100) / 100)));
}

function steppedAmount(amount: number, by: 1 | -1): number {
  return Math.max(1, by > 0 ? Math.ceil(amount * budgetStep) : Math.floor(amount / budgetStep));
}

function nextName(names: readonly string[], name: string, by: 1 | -1): string {
  const place = names.indexOf(name);
  return names[(place - by + names.length) % names.length] ?? '';
}
