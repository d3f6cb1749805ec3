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

/** What the targets `a` and `b` answer in a step, and where the first one fails. */
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

export const range = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

/** @param given version of the page; random by default */
export function createRound(seed: number, given?: Version): Round {
  const random = seededRandom(seed);
  const version = given ?? ([5, 6, 7, 7, 7] as const)[Math.floor(random() * 5)] ?? 7;
  const afterCommit = version === 7 && random() < 0.7 ? 'restart' : 'continue';
  const count = 1 + Math.floor(random() * 3);
  const steps = range(count).map((step): Step => {
    const words = range(8 + Math.floor(random() * 6)).map((at) => `w${at} `);
    const text = (target: string): string => `${target}${step}: ${words.join('')}`;
    const calls = range(Math.floor(random() * 4)).map((at): Call => ({
      id: `c${step}-${at}`,
      name: version > 5 && random() < 0.6 ? 'pay' : 'note',
      args: { step },
    }));
    return {
      texts: afterCommit === 'restart' ? { a: text('a'), b: text('b') } : { a: text('x'), b: text('x') },
      calls: step === count - 1 ? [] : [...calls, { id: `c${step}-last`, name: 'note', args: { step } }],
      // Core restarts an answer of less than 12 characters instead of continuing it.
      failsAfter:
        random() < 0.5 ? (afterCommit === 'continue' ? 14 : 0) + Math.floor(random() * 12) : undefined,
    };
  });
  return { version, afterCommit, steps, random };
}

/** Returns the turn of a target for the step of a request. */
function turnOf(round: Round, target: string, { messages }: ModelRequest): Turn {
  const last = messages.at(-1);
  const isContinued = JSON.stringify(last).includes('cut off by a technical fault');
  const shown = isContinued ? messages.at(-2) : undefined;
  const partial = shown?.role === 'assistant' ? textOf({ ...shown, id: '', parts: [...shown.parts] }) : '';
  const assistants = messages.filter(({ role }) => role === 'assistant').length;
  const step = round.steps[assistants - (isContinued ? 1 : 0)];
  if (step === undefined) throw new Error('no such step');
  const text = step.texts[target] ?? '';
  const { failsAfter } = step;
  if (target === 'a' && failsAfter !== undefined)
    return { fail: 'network', ...(failsAfter > 0 && { after: text.slice(0, failsAfter) }) };
  return { text: text.trimEnd().slice(partial.length), chunks: 3, toolCalls: step.calls };
}

/** All texts that a page may show: complete texts of steps, then a prefix of one. */
export function isAllowed(shown: string, steps: readonly Step[]): boolean {
  const screen = withoutSpaces(shown);
  const [step, ...others] = steps;
  if (screen === '' || step === undefined) return screen === '';
  return Object.values(step.texts)
    .map(withoutSpaces)
    .some(
      (text) =>
        text.startsWith(screen) || (screen.startsWith(text) && isAllowed(screen.slice(text.length), others)),
    );
}

/** A target that continues a text may add a space. */
const withoutSpaces = (text: string): string => text.replaceAll(' ', '');

/** Returns an agent whose two targets answer the steps of a round, and the ids of the calls that ran. */
export function randomAgent(round: Round): { readonly agent: Agent; readonly ran: readonly string[] } {
  const ran: string[] = [];
  const tools = TOOLS.map((name) =>
    tool(
      name,
      (_, { callId }) => {
        ran.push(callId);
        return `${name} ${callId}`;
      },
      { approval: name === 'pay' },
    ),
  );
  const providers = ['a', 'b'].map((id) => {
    const turn = (request: ModelRequest): Turn => turnOf(round, id, request);
    return fakeProvider({ id, models: { m: range(30).map(() => turn) } });
  });
  const model = createMajordomo({ providers, chain: { attempts: 1 } }).model('a/m,b/m');
  return { agent: createAgent({ model, tools }), ran };
}

/** Ids of the calls that must run: those without approval, and the approved ones. */
export const callsToRun = ({ steps }: Round, approved: ReadonlySet<string>): string[] =>
  steps
    .flatMap(({ calls }) => calls)
    .filter(({ id, name }) => name === 'note' || approved.has(id))
    .map(({ id }) => id)
    .toSorted();
