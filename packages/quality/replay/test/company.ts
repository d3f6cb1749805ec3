import { createCallLog, memoryCallStore, type CallLog } from '@majordomo/admin';
import {
  createMajordomo,
  user,
  type ChatRequest,
  type Gate,
  type Majordomo,
  type ModelRequest,
} from '@majordomo/core';
import { fakeProvider, seededRandom, type FakeProvider, type Turn } from '@majordomo/testing';

/** Recorded traffic of a company, and the models of an experiment on it. */
export interface Company {
  readonly log: CallLog;
  readonly majordomo: Majordomo;
  /** Provider of the candidate `google/gemini-3-flash` and of the judge `google/judge`. */
  readonly candidate: FakeProvider;
}

interface CompanyOptions {
  readonly calls: number;
  /** Turn of the candidate instead of an answer. */
  readonly turn?: ((text: string, at: number) => Turn | undefined) | undefined;
  readonly gates?: readonly Gate[] | undefined;
  /** Whether the candidate answers this question wrong. */
  readonly isWrong?: ((text: string, at: number) => boolean) | undefined;
  readonly tenant?: string | undefined;
  readonly content?: 'complete' | false | undefined;
}

const USAGE = { input: 400, output: 60, cacheRead: 100, cacheWrite: 0, reasoning: undefined };
const INVOICE = {
  title: 'invoice',
  type: 'object',
  properties: { number: { type: 'string' }, total: { type: 'number' } },
  required: ['number', 'total'],
} as const;
const LOOKUP = {
  name: 'lookup',
  description: 'Looks up an order.',
  parameters: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] },
} as const;
const MOST_TURNS = 5000;

/** Returns a log of served calls, with a majordomo for an experiment on them. Tests share a log, because experiments only read it. */
export async function company(options: CompanyOptions): Promise<Company> {
  const { calls, isWrong = () => false, turn, gates, tenant = 'acme', content = 'complete' } = options;
  let answered = 0;
  const candidate = fakeProvider({
    id: 'google',
    vendor: 'google',
    models: {
      'gemini-3-flash-preview': turns((text) => {
        answered += 1;
        return turn?.(text, answered) ?? (isWrong(text, answered) ? wrong(text) : right(text));
      }),
      'gemini-2.5-pro': Array.from({ length: MOST_TURNS }, () => verdictOf),
    },
  });
  const majordomo = createMajordomo({
    providers: [presentProvider(), candidate],
    aliases: ALIASES,
    chain: { attempts: 1 },
    gates,
  });
  const key = JSON.stringify([calls, tenant, content]);
  const log = logs.get(key) ?? logOf(calls, tenant, content);
  logs.set(key, log);
  return { log: await log, majordomo, candidate };
}

/** Logs of the tests of this process, by number of calls, tenant and content. */
const logs = new Map<string, Promise<CallLog>>();

const ALIASES = { extract: 'openai/gpt-5.4-mini', chat: 'openai/gpt-5.4-mini', agent: 'openai/gpt-5.4-mini' };

const presentProvider = (): FakeProvider =>
  fakeProvider({ id: 'openai', vendor: 'openai', models: { 'gpt-5.4-mini': turns((text) => right(text)) } });

/** Serves the calls with the present model, and records them. */
async function logOf(calls: number, tenant: string, content: 'complete' | false): Promise<CallLog> {
  const log = createCallLog({ store: memoryCallStore(), contentOf: () => content });
  const majordomo = createMajordomo({ providers: [presentProvider()], aliases: ALIASES });
  const random = seededRandom(7);
  for (let at = 0; at < calls; at++) {
    const { spec, request } = requestAt(at, random);
    await recorded(majordomo, log, spec, request, { tenant, conversation: `c${Math.floor(at / 2)}` });
  }
  await log.flush();
  return log;
}

async function recorded(
  majordomo: Majordomo,
  log: CallLog,
  spec: string,
  request: ChatRequest,
  { tenant, conversation }: { readonly tenant: string; readonly conversation: string },
): Promise<void> {
  const view = majordomo.with({ onEvent: (event) => log.onEvent(event, request) });
  await view.model(spec).generate(request, { tenant, metadata: { conversation } });
}

const GERMAN = 'Bitte liefern Sie die Werte für die Rechnung, und nicht mehr';
const ENGLISH = 'Please return the values of the invoice, and not more than that';

function requestAt(
  at: number,
  random: () => number,
): { readonly spec: string; readonly request: ChatRequest } {
  const word = Math.floor(random() * 1e9).toString(36);
  const language = at % 2 === 0 ? GERMAN : ENGLISH;
  if (at % 3 === 0)
    return {
      spec: 'extract',
      request: { messages: [user(`extract ${word}: ${language} ${word}`)], output: INVOICE, maxTokens: 200 },
    };
  if (at % 3 === 1)
    return {
      spec: 'chat',
      request: { messages: [user(`chat ${word}: ${language} ${word}`)], maxTokens: 200 },
    };
  return {
    spec: 'agent',
    request: { messages: [user(`agent ${word}: ${language} ${word}`)], tools: [LOOKUP], maxTokens: 200 },
  };
}

const turns = (answer: (text: string) => Turn): readonly Turn[] =>
  Array.from({ length: MOST_TURNS }, () => (request: ModelRequest) => {
    const [part] = request.messages.at(-1)?.parts ?? [];
    return answer(part?.type === 'text' ? part.text : '') as never;
  });

const wordOf = (text: string): string => text.split(' ')[1]?.replace(':', '') ?? '';

function right(text: string): Turn {
  const word = wordOf(text);
  if (text.startsWith('extract'))
    return { text: JSON.stringify({ number: word, total: word.length }), usage: USAGE };
  if (text.startsWith('agent')) return { toolCalls: [{ name: 'lookup', args: { id: word } }], usage: USAGE };
  return { text: `The answer to ${word}.`, usage: USAGE };
}

function wrong(text: string): Turn {
  const word = wordOf(text);
  if (text.startsWith('extract'))
    return { text: JSON.stringify({ number: word, total: -1, wrong: true }), usage: USAGE };
  if (text.startsWith('agent'))
    return { toolCalls: [{ name: 'lookup', args: { id: 'wrong' } }], usage: USAGE };
  return { text: `A wrong answer to ${word}.`, usage: USAGE };
}

/** Verdict of a judge that knows which answer is wrong. */
function verdictOf(request: ModelRequest): Turn {
  const [part] = request.messages.at(-1)?.parts ?? [];
  const { first, second } = JSON.parse(part?.type === 'text' ? part.text : '{}') as Record<
    'first' | 'second',
    unknown
  >;
  const isBad = (answer: unknown): boolean => JSON.stringify(answer).includes('wrong');
  const verdict = isBad(first) === isBad(second) ? 'tie' : isBad(first) ? 'second' : 'first';
  return { text: JSON.stringify({ reasoning: 'compared', verdict }), usage: USAGE };
}
