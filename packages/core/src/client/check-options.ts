import { checkNumber } from '../check-number.ts';
import { LlmError } from '../contract/llm-error.ts';
import type { CallOptions, Timeouts } from '../contract/call.ts';
import type { MajordomoOptions, NamedSpec, TargetSettings } from '../contract/majordomo.ts';
import { ERROR_POLICY } from '../error/policy.ts';
import { didYouMean, nearest } from '../resolve/did-you-mean.ts';

type Names<Options> = Readonly<Record<keyof Options, true>>;

const SET_UP: Names<MajordomoOptions> = {
  providers: true,
  aliases: true,
  resolvers: true,
  env: true,
  fetch: true,
  headers: true,
  chain: true,
  health: true,
  gates: true,
  media: true,
  onEvent: true,
  around: true,
  clock: true,
  random: true,
  waitUntil: true,
};

/** Throws `config` with the place for options of `createMajordomo` that cannot be meant. */
export function checkSetUp(options: MajordomoOptions): void {
  if (!isObject(options)) {
    throw new LlmError('config', 'createMajordomo takes an object with providers');
  }
  checkNames(options, SET_UP, '');
  const { providers, aliases = {}, resolvers, gates, chain } = options;
  if (!isArray(providers)) throw config('providers', 'must be an array of what the create… functions return');
  providers.forEach(checkProvider);
  for (const [name, value] of [
    ['resolvers', resolvers],
    ['gates', gates],
  ] as const) {
    if (value !== undefined && !isArray(value)) throw config(name, 'must be an array');
  }
  for (const [name, spec] of Object.entries(aliases)) {
    checkAlias(name, spec);
  }
  checkCall(chain, 'chain.');
  checkNumbers(options.health, HEALTH, 'health.');
}

const SETTINGS: Names<TargetSettings> = {
  maxTokens: true,
  temperature: true,
  topP: true,
  stop: true,
  seed: true,
  reasoning: true,
  cache: true,
  extra: true,
  timeouts: true,
  policy: true,
};

/** The same for what a name is to stand for. */
export function checkAlias(name: string, meaning: unknown): void {
  const path = `aliases.${name}`;
  if (typeof meaning === 'string') return;
  const { spec, with: settings } = (isObject(meaning) ? meaning : {}) as Partial<NamedSpec>;
  if (typeof spec !== 'string') throw config(path, 'must be a spec, which is a string, or { spec, with }');
  if (settings === undefined) return;
  if (!isObject(settings)) throw config(`${path}.with`, 'must be an object');
  checkNames(settings, SETTINGS, `${path}.with.`);
  if (settings.timeouts !== undefined) checkNames(settings.timeouts, TIMEOUTS, `${path}.with.timeouts.`);
  if (settings.policy !== undefined) checkNames(settings.policy, ERROR_POLICY, `${path}.with.policy.`);
}

/** What stands before the slash of a spec: no slash, no comma, no space. `openai://` of the command is one too. */
const PROVIDER_ID = /^[^/,\s]+(?::\/\/)?$/;

function checkProvider(provider: unknown, index: number): void {
  const path = `providers[${index}]`;
  if (typeof provider === 'function') {
    throw config(path, 'is a function: call it, and give what it returns');
  }
  if (!isObject(provider)) throw config(path, 'must be a provider, as the create… functions return it');
  const { id } = provider as { readonly id?: unknown };
  if (typeof id !== 'string' || !PROVIDER_ID.test(id)) {
    throw config(`${path}.id`, `must be a name without slash, comma or space, not "${String(id)}"`);
  }
}

const CALL: Names<CallOptions> = {
  attempts: true,
  backoff: true,
  retryAfterCapMs: true,
  timeouts: true,
  policy: true,
  afterCommit: true,
  hedgeAfterMs: true,
  leastCharsPerSecond: true,
  slowWindowMs: true,
  whenAllBenched: true,
  classify: true,
  signal: true,
  tenant: true,
  metadata: true,
  onEvent: true,
  repairs: true,
  waitUntil: true,
};

const TIMEOUTS: Names<Timeouts> = {
  connectMs: true,
  firstContentMs: true,
  idleMs: true,
  wholeMs: true,
  totalMs: true,
  unreadMs: true,
};

/** The least that a number may be: 1 where it is written, else 0. `Infinity` is no limit. */
type Numbers<Options> = { readonly [Name in keyof Options]?: 1 | true };

const CALL_NUMBERS: Numbers<CallOptions> = { attempts: 1, repairs: true, retryAfterCapMs: true };
const BACKOFF: Numbers<NonNullable<CallOptions['backoff']>> = { baseMs: true, capMs: true };
const HEALTH: Numbers<NonNullable<MajordomoOptions['health']>> = {
  threshold: 1,
  cooldownMs: true,
  cooldownCapMs: true,
  retryAfterCapMs: true,
};

function checkNumbers(
  options: object | undefined,
  numbers: Readonly<Record<string, 1 | true>>,
  prefix: string,
): void {
  for (const [name, least] of Object.entries(numbers)) {
    if (options !== undefined) checkNumber(Reflect.get(options, name), least === 1 ? 1 : 0, prefix + name);
  }
}

type Worded = 'afterCommit' | 'whenAllBenched';

const WORDS: { readonly [Name in Worded]: Readonly<Record<NonNullable<CallOptions[Name]>, true>> } = {
  afterCommit: { error: true, restart: true, continue: true },
  whenAllBenched: { fail: true, probe: true, 'try-soonest': true, wait: true },
};

/** The same for options of a chain or of one call. */
export function checkCall(options: CallOptions | undefined, prefix = ''): void {
  if (options === undefined) return;
  if (!isObject(options)) throw config(prefix === '' ? 'options' : prefix.slice(0, -1), 'must be an object');
  checkNames(options, CALL, prefix);
  if (options.timeouts !== undefined) checkNames(options.timeouts, TIMEOUTS, `${prefix}timeouts.`);
  checkNumbers(options, CALL_NUMBERS, prefix);
  checkNumbers(options.backoff, BACKOFF, `${prefix}backoff.`);
  checkNumbers(options.timeouts, TIMEOUTS, `${prefix}timeouts.`);
  if (options.policy !== undefined) checkNames(options.policy, ERROR_POLICY, `${prefix}policy.`);
  for (const [name, words] of Object.entries(WORDS)) {
    const word = options[name as keyof typeof WORDS];
    if (word !== undefined && !Object.hasOwn(words, word)) {
      throw config(`${prefix}${name}`, `must be one of ${Object.keys(words).join(', ')}, not "${word}"`);
    }
  }
}

/** A member of another name belongs to somebody else, unless it is nearly one of ours: then it was mistyped. */
function checkNames(options: object, names: object, prefix: string): void {
  for (const name in options) {
    if (Object.hasOwn(names, name)) continue;
    const known = Object.keys(names);
    if (nearest(name, known) === undefined) continue;
    throw config(prefix + name, `is not an option${didYouMean(name, known)}`);
  }
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
const isArray = (value: unknown): boolean => Array.isArray(value);

const config = (path: string, why: string): LlmError => new LlmError('config', `${path} ${why}`, { path });
