import { createAgent, type Agent } from '@majordomo/agent';
import { createMajordomo, type ModelRequest } from '@majordomo/core';
import { fakeProvider, seededRandom, type Turn } from '@majordomo/testing';
import { textOf, type Version } from './page.ts';
import { tool } from './world.ts';

const TOOLS = ['pay', 'note'] as const;

interface Call {
  readonly id: string;
  readonly name: (typeof TOOLS)[number];
  readonly args: { readonly step: number };
}

/** Texts and calls of the targets `a` and `b` in a step, and the number of characters after which `a` fails. */
export interface Step {
  readonly texts: Readonly<Record<string, string>>;
  readonly calls: readonly Call[];
  readonly failsAfter: number | undefined;
}

export interface Round {
  readonly version: Version;
  readonly afterCommit: 'restart' | 'continue';
  readonly steps: readonly Step[];
  readonly random: () => number;
}

export const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** @param fixedVersion version of the page; random by default */
export function createRound(seed: number, fixedVersion?: Version): Round {
  const random = seededRandom(seed);
  const version = fixedVersion ?? ([5, 6, 7, 7, 7] as const)[Math.floor(random() * 5)] ?? 7;
  const afterCommit = version === 7 && random() < 0.7 ? 'restart' : 'continue';
  const count = 1 + Math.floor(random() * 3);
  const steps = range(count).map((step): Step => {
    const words = range(8 + Math.floor(random() * 6)).map((index) => `${'abcdefghijklmn'.charAt(index)}o `);
    const text = (target: string): string => `${target}${step}: ${words.join('')}`;
    const calls = range(Math.floor(random() * 4)).map((index): Call => ({
      id: `c${step}-${index}`,
      name: version > 5 && random() < 0.6 ? 'pay' : 'note',
      args: { step },
    }));
    return {
      texts: afterCommit === 'restart' ? { a: text('a'), b: text('b') } : { a: text('x'), b: text('x') },
      calls: step === count - 1 ? [] : [...calls, { id: `c${step}-last`, name: 'note', args: { step } }],
      // Core restarts a response of less than 12 characters or two words instead of continuing it.
      failsAfter:
        random() < 0.5 ? (afterCommit === 'continue' ? 14 : 0) + Math.floor(random() * 12) : undefined,
    };
  });
  return { version, afterCommit, steps, random };
}

/** Returns the turn of a target for the step of a request. */
function createTurn(round: Round, target: string, { messages }: ModelRequest): Turn {
  const last = messages.at(-1);
  const isContinued = JSON.stringify(last).includes('cut off by a technical fault');
  const partialMessage = isContinued ? messages.at(-2) : undefined;
  const partial =
    partialMessage?.role === 'assistant'
      ? textOf({ ...partialMessage, id: '', parts: [...partialMessage.parts] })
      : '';
  const assistants = messages.filter(({ role }) => role === 'assistant').length;
  const step = round.steps[assistants - (isContinued ? 1 : 0)];
  if (step === undefined) throw new Error('no such step');
  const text = step.texts[target] ?? '';
  const { failsAfter } = step;
  if (target === 'a' && failsAfter !== undefined)
    return { fail: 'network', ...(failsAfter > 0 && { after: text.slice(0, failsAfter) }) };
  return { text: text.trimEnd().slice(partial.length), chunks: 3, toolCalls: step.calls };
}

/** Returns whether a page may show this text: complete texts of steps, followed by a prefix of one. */
export function isAllowed(visibleText: string, steps: readonly Step[]): boolean {
  const comparedText = withoutSpaces(visibleText);
  const [step, ...laterSteps] = steps;
  if (comparedText === '' || step === undefined) return comparedText === '';
  return Object.values(step.texts)
    .map(withoutSpaces)
    .some(
      (text) =>
        text.startsWith(comparedText) ||
        (comparedText.startsWith(text) && isAllowed(comparedText.slice(text.length), laterSteps)),
    );
}

/** Removes spaces, because a target that continues a text may add one. */
const withoutSpaces = (text: string): string => text.replaceAll(' ', '');

/** Returns an agent whose two targets respond with the steps of a round, and the ids of the calls that ran. */
export function randomAgent(round: Round): { readonly agent: Agent; readonly ranCallIds: readonly string[] } {
  const ranCallIds: string[] = [];
  const tools = TOOLS.map((name) =>
    tool(
      name,
      (_, { callId }) => {
        ranCallIds.push(callId);
        return `${name} ${callId}`;
      },
      { approval: name === 'pay' },
    ),
  );
  const providers = ['a', 'b'].map((id) => {
    const turn = (request: ModelRequest): Turn => createTurn(round, id, request);
    return fakeProvider({ id, models: { m: range(30).map(() => turn) } });
  });
  const model = createMajordomo({ providers, chain: { attempts: 1 } }).model('a/m,b/m');
  return { agent: createAgent({ model, tools }), ranCallIds };
}

/** Returns the ids of the calls that must run: those that need no approval, and the approved ones. */
export const callsToRun = ({ steps }: Round, approved: ReadonlySet<string>): string[] =>
  steps
    .flatMap(({ calls }) => calls)
    .filter(({ id, name }) => name === 'note' || approved.has(id))
    .map(({ id }) => id)
    .toSorted();
