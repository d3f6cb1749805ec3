import { LlmError } from '../error/llm-error.ts';
import type { CallInfo } from '../model/call.ts';
import type { Resolver } from '../model/majordomo.ts';
import type { Provider } from '../model/provider.ts';
import { parseSpec, splitTarget } from './grammar.ts';
import type { Registry } from './registry.ts';

/** What bare names mean: the aliases first, then the resolvers in order. */
export interface Names {
  readonly aliases: ReadonlyMap<string, string>;
  readonly resolvers: readonly Resolver[];
}

/** One backend and one of its models. */
export interface Place {
  /** `provider/model`: the key of health, events and errors. */
  readonly key: string;
  readonly provider: Provider;
  readonly modelId: string;
}

export interface ResolveContext {
  readonly names: Names;
  readonly registry: Registry;
  readonly call: CallInfo | undefined;
  readonly signal: AbortSignal;
}

/** Aliases of aliases deeper than this are a mistake, not a plan. */
const DEEPEST = 64;

/** The flat list of places that a spec means now: names expanded in place, repeated places dropped. */
export async function resolve(spec: string, context: ResolveContext): Promise<readonly Place[]> {
  const places = new Map<string, Place>();
  await expand(spec, spec, [], context, places);
  return [...places.values()];
}

async function expand(
  spec: string,
  whole: string,
  path: readonly string[],
  context: ResolveContext,
  places: Map<string, Place>,
): Promise<void> {
  for (const { kind, text } of parseSpec(spec)) {
    if (kind === 'target') {
      const { provider: name, model: modelId } = splitTarget(text);
      const provider = context.registry.provider(name, whole);
      const key = `${provider.id}/${modelId}`;
      if (!places.has(key)) places.set(key, { key, provider, modelId });
      continue;
    }
    if (path.includes(text)) throw cycle([...path, text]);
    if (path.length >= DEEPEST) throw tooDeep(path);
    const meaning = await meaningOf(text, context);
    if (meaning === undefined) throw unknownName(text, whole, context);
    await expand(meaning, whole, [...path, text], context, places);
  }
}

async function meaningOf(name: string, { names, call, signal }: ResolveContext): Promise<string | undefined> {
  const alias = names.aliases.get(name);
  if (alias !== undefined) return alias;
  for (const resolver of names.resolvers) {
    const meaning = await resolver(name, { call, signal });
    if (meaning !== undefined) return meaning;
  }
  return undefined;
}

const cycle = (path: readonly string[]): LlmError =>
  new LlmError('config', `alias cycle: ${path.join(' -> ')}`, { code: 'alias-cycle' });

const tooDeep = (path: readonly string[]): LlmError =>
  new LlmError('config', `aliases deeper than ${DEEPEST}: ${path.slice(0, 3).join(' -> ')} -> …`, {
    code: 'alias-depth',
  });

function unknownName(name: string, spec: string, { names }: ResolveContext): LlmError {
  const known =
    names.aliases.size === 0 ? 'no alias is set' : `aliases: ${[...names.aliases.keys()].join(', ')}`;
  const asked =
    names.resolvers.length === 0 ? '' : `, and ${names.resolvers.length} resolver(s) did not know it`;
  const message = `unknown name "${name}" in "${spec}": ${known}${asked}; a target is written provider/model`;
  return new LlmError('config', message, { code: 'unknown-name' });
}
