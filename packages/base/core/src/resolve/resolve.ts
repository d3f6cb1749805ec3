import { messageOf } from '../errors/error-kind.ts';
import { redact, redactCause } from '../errors/redact.ts';
import type { CallInfo } from '../types/call-options.ts';
import { LlmError } from '../types/llm-error.ts';
import type {
  Majordomo,
  NamedSpec,
  Resolver,
  SpecElement,
  SuggestModel,
  TargetSettings,
} from '../types/majordomo.ts';
import type { Provider } from '../types/provider.ts';
import type { ChatRequest } from '../types/request.ts';
import { didYouMean } from '../util/did-you-mean.ts';
import { mergeSettings, type Registry } from './registry.ts';
import { parseSpec, splitTarget } from './spec.ts';
import { suggestedTarget } from './suggest.ts';

/** Sources of names, in the order in which they are searched. */
interface Names {
  readonly aliases: ReadonlyMap<string, string | NamedSpec>;
  readonly resolvers: readonly Resolver[];
  /** Throws `config` with the path if the value is not a spec. */
  readonly parse: (path: string, value: unknown) => string | NamedSpec;
  readonly suggestModel: SuggestModel | undefined;
}

/** One model of one provider. Health, failover and events refer to targets. */
export interface Target {
  /** Target as `provider/model`. */
  readonly key: string;
  readonly provider: Provider;
  readonly modelId: string;
  /** Innermost alias or resolver name that led to the target. */
  readonly name?: string | undefined;
  /** Settings of the names that led to the target. */
  readonly with?: TargetSettings | undefined;
  /** Returns the number of the next attempt. Set only if the parts of a call number their attempts in one sequence. */
  readonly nextNumber?: (() => number) | undefined;
}

/** Call whose spec is resolved. Its arms are added while its names are resolved. */
interface ResolvedCall extends Omit<CallInfo, 'arms'> {
  arms?: CallInfo['arms'];
}

interface ResolveContext {
  readonly names: Names;
  readonly registry: Registry;
  readonly call: ResolvedCall | undefined;
  readonly request: ChatRequest | undefined;
  readonly scope: { readonly signal: AbortSignal };
  /** Names that are being resolved, starting with the outermost. */
  readonly path: readonly string[];
  /** Returns the majordomo for a resolver. `path` contains the names that are being resolved, so that cycles are detected. */
  readonly majordomo: (path: readonly string[]) => Pick<Majordomo, 'resolve' | 'health'>;
}

/** Maximum depth of names within names. Without it, a resolver that returns another new name each time would never end. */
const MAX_DEPTH = 64;

/** Returns the targets of a spec in order. Names are replaced by their targets, and repeated targets are omitted. */
export async function resolve(spec: string, context: ResolveContext): Promise<readonly Target[]> {
  const targets = new Map<string, Target>();
  await expand(spec, { path: context.path, with: undefined }, context, targets);
  return [...targets.values()];
}

/** Names that were resolved to a spec, and the settings of these names. */
interface Parent {
  readonly path: readonly string[];
  readonly with: TargetSettings | undefined;
}

async function expand(
  spec: string,
  parent: Parent,
  context: ResolveContext,
  targets: Map<string, Target>,
): Promise<void> {
  const { path } = parent;
  for (const element of parseSpec(spec)) {
    const { kind, text } = element;
    if (kind === 'target') {
      const { provider: name, model: modelId } = splitTarget(text);
      const provider = context.registry.provider(name, { spec, offset: element.offset });
      const key = `${provider.id}/${modelId}`;
      if (targets.has(key)) continue;
      targets.set(key, { key, provider, modelId, name: path.at(-1), with: parent.with });
      continue;
    }
    if (path.includes(text)) throw cycleError([...path, text]);
    if (path.length >= MAX_DEPTH) throw depthError(path);
    const value = context.names.aliases.get(text) ?? (await callResolvers(text, path, context));
    if (value === undefined) throw await unknownNameError(element, spec, context);
    const named = typeof value === 'string' ? { spec: value } : value;
    if (context.call !== undefined && named.arm !== undefined)
      context.call.arms = { ...context.call.arms, [text]: named.arm };
    await expand(
      named.spec,
      { path: [...path, text], with: mergeSettings(named.with, parent.with) },
      context,
      targets,
    );
  }
}

async function callResolvers(
  name: string,
  path: readonly string[],
  { names, call, request, scope, majordomo }: ResolveContext,
): Promise<string | NamedSpec | undefined> {
  for (const resolver of names.resolvers) {
    let value: unknown;
    try {
      value = await resolver(name, {
        call,
        request,
        majordomo: majordomo([...path, name]),
        path,
        signal: scope.signal,
      });
    } catch (cause) {
      // An `LlmError` already states its kind, such as the `config` error of a resolver that resolves another name.
      throw LlmError.is(cause) ? cause : resolverError(name, cause);
    }
    // A resolver that reads a store may return null for a missing value.
    if (value === undefined || value === null) continue;
    return names.parse(`the resolver's answer to "${name}"`, value);
  }
  return undefined;
}

/** Returns the error of a failed resolver. Its kind is transient, because the resolver may read a store that is unavailable. */
const resolverError = (name: string, cause: unknown): LlmError =>
  new LlmError(
    'server',
    `the resolver of "${name}" failed: ${redact(messageOf(cause))}`,
    { code: 'resolver-failed' },
    { cause: redactCause(cause) },
  );

const cycleError = (path: readonly string[]): LlmError =>
  new LlmError('config', `alias cycle: ${path.join(' -> ')}; change one of these aliases`, {
    code: 'alias-cycle',
  });

const depthError = (path: readonly string[]): LlmError =>
  new LlmError('config', `aliases nest deeper than ${MAX_DEPTH}: ${path.slice(0, 3).join(' -> ')} -> …`, {
    code: 'alias-depth',
  });

/**
 * Returns a hint such as `; did you mean "openai/gpt-5.4"?`. If no model resembles the name, suggests the name as a model of the
 * only provider. Without exactly one provider, the hint is then empty.
 */
async function targetHint(
  name: string,
  providers: readonly Provider[],
  suggest: SuggestModel | undefined,
): Promise<string> {
  if (providers.some(({ id }) => id === name)) return `; add the model of the provider, as in ${name}/MODEL`;
  // Other libraries write a colon between the provider and the model. Names of models contain colons too.
  const byColon = providers.find(({ id }) => name.startsWith(`${id}:`));
  if (byColon !== undefined) return `; did you mean "${byColon.id}/${name.slice(byColon.id.length + 1)}"?`;
  const [only, ...others] = providers;
  const guess = only === undefined || others.length > 0 ? undefined : `${only.id}/${name}`;
  const target = (await suggestedTarget(name, providers, suggest)) ?? guess;
  return target === undefined ? '' : `; did you mean "${target}"?`;
}

async function unknownNameError(
  { text, offset }: SpecElement,
  spec: string,
  { names, registry }: ResolveContext,
): Promise<LlmError> {
  const aliases = [...names.aliases.keys()];
  const known = aliases.length === 0 ? 'no alias is set' : `aliases: ${aliases.join(', ')}`;
  const { length } = names.resolvers;
  const resolvers = length === 0 ? '' : ', and no resolver knows it';
  const near = didYouMean(text, aliases) || (await targetHint(text, registry.providers, names.suggestModel));
  const message = `unknown name "${text}" in "${spec}": ${known}${resolvers}; a target is written provider/model${near}`;
  return new LlmError('config', message, { code: 'unknown-name', path: String(offset) });
}
