import { asLlmError } from '../error/as-llm-error.ts';
import { LlmError } from '../contract/llm-error.ts';
import type { TargetHealth } from '../contract/health.ts';
import type { Model } from '../contract/provider.ts';
import type { ResolvedTarget, ResolveOptions } from '../contract/majordomo.ts';
import { abortable } from '../abortable.ts';
import type { Place } from '../resolve/resolve.ts';
import { validate } from '../prepare/validate.ts';
import type { ModelSetup } from './call.ts';
import { checkCall } from './check-options.ts';

/** What a spec means for a call with these options, without making one. */
export async function resolved(
  spec: string,
  setup: ModelSetup,
  options: ResolveOptions = {},
  path: readonly string[] = [],
): Promise<readonly ResolvedTarget[]> {
  checkCall(options);
  if (options.request !== undefined) validate(options.request);
  const { request, tenant, metadata = {}, signal = new AbortController().signal } = options;
  const call = { id: crypto.randomUUID(), spec, operation: 'chat', tenant, metadata } as const;
  try {
    const places = await abortable(setup.resolve(spec, call, request, { signal }, path), signal);
    const health = setup.deps.health.snapshot();
    return places.map((place) => told(place, setup.modelAt(place), health));
  } catch (cause) {
    if (signal.aborted) throw new LlmError('aborted', 'the call was aborted', {}, { cause });
    throw asLlmError(cause, spec);
  }
}

const told = (
  { key, modelId, provider }: Place,
  { capabilities }: Model,
  health: Readonly<Record<string, TargetHealth>>,
): ResolvedTarget => ({
  target: key,
  vendor: provider.vendor,
  billing: provider.billing,
  model: modelId,
  capabilities,
  health: Object.hasOwn(health, key) ? health[key] : undefined,
});
