import { hashOf } from '../json/codec.ts';
import { LlmError } from '../types/llm-error.ts';
import type { TurnMessage } from '../types/messages.ts';
import type { CachePlan, ChatRequest, ModelCache, ModelTool } from '../types/request.ts';
import { hash128 } from '../util/bytes.ts';
import { didYouMean } from '../util/did-you-mean.ts';
import { repairHistory } from './history.ts';

const LIFETIMES: readonly unknown[] = ['none', 'short', 'long'];
const PLAN_MEMBERS: readonly string[] = ['prefix', 'messages', 'after', 'key'] satisfies (keyof CachePlan)[];
const MAX_KEY_LENGTH = 64;

/** Throws an error of kind `kind`, with the path of the invalid member, if `ChatRequest.cache` has an invalid value. */
export function checkCache(cache: unknown, kind: 'invalid-request' | 'config', path = 'cache'): void {
  if (cache === undefined || cache === 'auto' || LIFETIMES.includes(cache)) return;
  const fail = (member: string, problem: string): never => {
    const at = member === '' ? path : `${path}.${member}`;
    throw new LlmError(kind, `${at} ${problem}`, { path: at });
  };
  if (typeof cache !== 'object' || cache === null)
    return fail('', 'must be none, short, long, auto or a plan such as { prefix: "long" }');
  const { prefix, messages, after, key }: Readonly<Record<string, unknown>> = { ...cache };
  const unknown = Object.keys(cache).find((name) => !PLAN_MEMBERS.includes(name));
  if (unknown !== undefined)
    fail(unknown, `is not a member of a cache plan${didYouMean(unknown, PLAN_MEMBERS)}`);
  for (const [name, lifetime] of Object.entries({ prefix, messages }))
    if (lifetime !== undefined && !LIFETIMES.includes(lifetime)) fail(name, 'must be none, short or long');
  if (after !== undefined && !(Number.isInteger(after) && Number(after) >= 0))
    fail('after', 'must be an integer of 0 or more');
  if (key !== undefined && (typeof key !== 'string' || key === '' || key.length > MAX_KEY_LENGTH))
    fail('key', `must be a string of 1 to ${MAX_KEY_LENGTH} characters`);
}

/** Parts of a request for one target on which a cache plan depends. */
interface CachedParts {
  readonly system: string | undefined;
  /** Conversation without system messages, before repairs. */
  readonly messages: readonly TurnMessage[];
  readonly tools: readonly ModelTool[];
  readonly tenant: string | undefined;
}

/** Returns the cache setting of a request with all defaults; `undefined` if the request has no cache setting. */
export function toModelCache(request: ChatRequest, parts: CachedParts): ModelCache | undefined {
  const { cache } = request;
  if (cache === undefined) return undefined;
  const { tools, messages } = parts;
  const isConversation = tools.length > 0 || messages.some(({ role }) => role === 'assistant');
  const plan = planOf(cache);
  return {
    prefix: plan.prefix ?? 'short',
    messages: plan.messages ?? (isConversation ? 'short' : 'none'),
    after: countRepaired(plan.after ?? 0, request, messages),
    key: plan.key ?? routingKey(parts, isConversation),
  };
}

function planOf(cache: NonNullable<ChatRequest['cache']>): CachePlan {
  if (typeof cache === 'object') return cache;
  return cache === 'auto' ? {} : { prefix: cache, messages: cache };
}

/**
 * Converts a number of leading messages of the request to the number of corresponding messages that the provider receives.
 * Repairing a prefix of the history returns a prefix of the repaired history.
 */
function countRepaired(after: number, { messages }: ChatRequest, turns: readonly TurnMessage[]): number {
  if (after === 0) return 0;
  const count = messages.slice(0, after).filter(({ role }) => role !== 'system').length;
  return repairHistory(turns.slice(0, count)).messages.length;
}

/** Cached hash of the last system text, because consecutive calls usually have the same system text. */
let lastSystem: { readonly text: string; readonly hash: string } | undefined;

function routingKey({ tenant, tools, system = '', messages }: CachedParts, isConversation: boolean): string {
  const first = isConversation ? messages.find(({ role }) => role === 'user') : undefined;
  if (lastSystem?.text !== system) lastSystem = { text: system, hash: hash128(system) };
  // Deferred tools do not change the key. They are at the end of the list. A list without them is not copied, because `hashOf` caches
  // by identity.
  const initial = tools.at(-1)?.deferred === true ? tools.filter(({ deferred }) => deferred !== true) : tools;
  const parts = [tenant ?? null, hashOf(initial), lastSystem.hash, first === undefined ? '' : hashOf(first)];
  return `mj-${hash128(JSON.stringify(parts))}`;
}
