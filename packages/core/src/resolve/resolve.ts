import type { CallInfo } from '../types/call-options.ts';
import { LlmError } from '../types/llm-error.ts';
import type { Majordomo, NamedSpec, Resolver, SpecElement, TargetSettings } from '../types/majordomo.ts';
import type { Provider } from '../types/provider.ts';
import type { ChatRequest } from '../types/request.ts';
import { didYouMean } from '../util/check.ts';
import { mergedSettings, type Registry } from './registry.ts';
import { parseSpec, splitTarget } from './spec.ts';

/** What bare names mean: the aliases first, then the resolvers in order. */
export interface Names {
  readonly aliases: ReadonlyMap<string, string | NamedSpec>;
  readonly resolvers: readonly Resolver[];
  /** Throws for what no name can stand for. */
  readonly parse: (path: string, meaning: unknown) => string | NamedSpec;
}

/** One backend and one of its models. */
export interface Target {
  /** `provider/model`: the key of health, events and errors. */
  readonly key: string;
  readonly provider: Provider;
  readonly modelId: string;
  /** The innermost name that led to it. */
  readonly name?: string | undefined;
  /** How the names that led to it say that it is asked. */
  readonly with?: TargetSettings | undefined;
  /** Of a call in several parts: counts the attempts of all of them. */
  readonly nextNumber?: (() => number) | undefined;
}

export interface ResolveContext {
  readonly names: Names;
  readonly registry: Registry;
  readonly call: CallInfo | undefined;
  readonly request: ChatRequest | undefined;
  readonly scope: { readonly signal: AbortSignal };
  /** Names that are being resolved, the outermost first. */
  readonly path: readonly string[];
  /** For resolvers: the view that asks, which knows the names that are being resolved. */
  readonly majordomo: (path: readonly string[]) => Pick<Majordomo, 'resolve' | 'health'>;
}

/** Aliases of aliases deeper than this are a mistake, not a plan. */
const DEEPEST = 64;

/** The flat list of places that a spec means now: names expanded in place, repeated places dropped. */
export async function resolve(spec: string, context: ResolveContext): Promise<readonly Target[]> {
  const places = new Map<string, Target>();
  await expand(spec, { path: context.path, with: undefined }, context, places);
  return [...places.values()];
}

/** Where in the names within names a spec stands. */
interface Within {
  readonly path: readonly string[];
  readonly with: TargetSettings | undefined;
}

async function expand(
  spec: string,
  within: Within,
  context: ResolveContext,
  places: Map<string, Target>,
): Promise<void> {
  const { path } = within;
  for (const element of parseSpec(spec)) {
    const { kind, text } = element;
    if (kind === 'target') {
      const { provider: name, model: modelId } = splitTarget(text);
      const provider = context.registry.provider(name, { spec, offset: element.offset });
      const key = `${provider.id}/${modelId}`;
      if (places.has(key)) continue;
      places.set(key, { key, provider, modelId, name: path.at(-1), with: within.with });
      continue;
    }
    if (path.includes(text)) throw cycle([...path, text]);
    if (path.length >= DEEPEST) throw tooDeep(path);
    const meaning = context.names.aliases.get(text) ?? (await askResolvers(text, path, context));
    if (meaning === undefined) throw unknownName(element, spec, context);
    const named = typeof meaning === 'string' ? { spec: meaning } : meaning;
    await expand(
      named.spec,
      { path: [...path, text], with: mergedSettings(named.with, within.with) },
      context,
      places,
    );
  }
}

async function askResolvers(
  name: string,
  path: readonly string[],
  { names, call, request, scope, majordomo }: ResolveContext,
): Promise<string | NamedSpec | undefined> {
  for (const resolver of names.resolvers) {
    const meaning: unknown = await resolver(name, {
      call,
      request,
      majordomo: majordomo([...path, name]),
      path,
      signal: scope.signal,
    });
    // Null is what a look-up in a store gives for nothing.
    if (meaning === undefined || meaning === null) continue;
    return names.parse(`the resolver's answer to "${name}"`, meaning);
  }
  return undefined;
}

const cycle = (path: readonly string[]): LlmError =>
  new LlmError('config', `alias cycle: ${path.join(' -> ')}`, { code: 'alias-cycle' });

const tooDeep = (path: readonly string[]): LlmError =>
  new LlmError('config', `aliases deeper than ${DEEPEST}: ${path.slice(0, 3).join(' -> ')} -> …`, {
    code: 'alias-depth',
  });

function unknownName({ text, offset }: SpecElement, spec: string, { names }: ResolveContext): LlmError {
  const aliases = [...names.aliases.keys()];
  const known = aliases.length === 0 ? 'no alias is set' : `aliases: ${aliases.join(', ')}`;
  const asked =
    names.resolvers.length === 0 ? '' : `, and ${names.resolvers.length} resolver(s) did not know it`;
  const message = `unknown name "${text}" in "${spec}": ${known}${asked}; a target is written provider/model${didYouMean(text, aliases)}`;
  return new LlmError('config', message, { code: 'unknown-name', path: String(offset) });
}
