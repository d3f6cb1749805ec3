import { LlmError } from '@majordomo/core';
import { Refusal } from '../errors/refusal.ts';
import type { RequestContext } from '../context.ts';
import { invalid } from '../parsing/fields.ts';
import type { Caller, Settings } from '../options.ts';

/** Maximum number of targets and aliases in a client's spec, because a request may call each of them. */
const MAX_ELEMENTS = 16;

/** Returns the names that a caller may use, in the order of the option `models`. */
export function namesFor({ models: allowed }: Caller, { models }: Settings): readonly string[] {
  const names = Object.keys(models);
  return allowed === undefined ? names : names.filter((name) => allowed.includes(name));
}

/** Returns the spec of a model name. Throws the same refusal whether the name is unknown or forbidden. */
export async function specOf(name: string, context: RequestContext, settings: Settings): Promise<string> {
  const { models, anySpec } = settings;
  const isAllowed = context.caller.models?.includes(name) ?? true;
  const served = Object.hasOwn(models, name) ? models[name] : undefined;
  if (isAllowed && served !== undefined) return served;
  if (isAllowed && anySpec) {
    if (hasTooManyElements(name)) invalid('model', `must have at most ${MAX_ELEMENTS} targets and aliases`);
    if (await isSpec(name, context, settings)) return name;
  }
  throw new Refusal(
    'no-such-model',
    `no model ${JSON.stringify(name.slice(0, 100))} is served here; GET /v1/models lists the available ones`,
    { path: 'model' },
  );
}

const hasTooManyElements = (spec: string): boolean => spec.split(',', MAX_ELEMENTS + 1).length > MAX_ELEMENTS;

/** Returns whether the name is a spec with targets. Does not throw for an invalid spec, because the client sent the spec. */
async function isSpec(
  spec: string,
  { caller, request }: RequestContext,
  { majordomo }: Settings,
): Promise<boolean> {
  try {
    await majordomo.resolve(spec, { tenant: caller.tenant, signal: request.signal });
    return true;
  } catch (error) {
    if (LlmError.is(error) && error.kind === 'config') return false;
    throw error;
  }
}
