import { cleanCause } from '../../error/cause.ts';
import { LlmError, type Recovery } from '../../contract/llm-error.ts';
import { NO_ENV } from '../../resolve/no-env.ts';
import type { Credential, ModelContext } from '../../contract/provider.ts';
import { Renewal } from './renewal.ts';

type SourceContext = Pick<ModelContext, 'signal' | 'env' | 'target' | 'credential' | 'recoveries'>;

/** Where the key of an attempt comes from. */
export interface CredentialSource {
  /** The key for this attempt; throws `auth` when there is none. */
  read(context: SourceContext): Promise<string>;
  /** After a 401 for `value`: how to ask the source once more. Nothing to do for a fixed key. */
  recovery(value: string): Recovery | undefined;
}

/** Where a provider's key comes from: the option, a function asked per attempt, or the first variable that is set. */
export function credentialSource(
  apiKey: Credential | undefined,
  keyEnv: readonly string[],
): CredentialSource {
  const renewal = typeof apiKey === 'function' ? new Renewal(apiKey) : undefined;
  /** A recovery belongs to one call: what was rejected travels with it, and nobody else sees it. */
  const rejections = new WeakMap<Recovery, string>();
  const valueFor = async ({ signal, env, target, recoveries = [] }: SourceContext): Promise<string> => {
    if (renewal !== undefined) {
      const rejected = recoveries
        .map((recovery) => rejections.get(recovery))
        .findLast((value) => value !== undefined);
      return await asked(renewal, rejected, signal, target);
    }
    const value =
      typeof apiKey === 'string'
        ? apiKey
        : keyEnv.map((name) => env[name]).find((found) => found !== undefined && found !== '');
    if (value === undefined || value === '') throw noKey(target, keyEnv, env === NO_ENV);
    return value;
  };
  return {
    async read(context) {
      const value = await valueFor(context);
      context.credential?.(value);
      return value;
    },
    recovery(value) {
      if (renewal === undefined) return undefined;
      const recovery: Recovery = {
        id: 'credential',
        what: 'asked for a new credential',
        apply: (request) => request,
      };
      rejections.set(recovery, value);
      return recovery;
    },
  };
}

/** A source that fails is a failed login, not a broken wire: another try of the same target would ask in vain. */
async function asked(
  renewal: Renewal,
  rejected: string | undefined,
  signal: AbortSignal,
  target: string,
): Promise<string> {
  try {
    return await (rejected === undefined ? renewal.first(signal) : renewal.instead(rejected, signal));
  } catch (cause) {
    if (LlmError.is(cause) || signal.aborted) throw cause;
    const clean = cleanCause(cause, [rejected]);
    const said = clean instanceof Error ? clean.message : String(clean);
    throw new LlmError(
      'auth',
      `no key for ${target}: its source failed: ${said}`,
      { target },
      { cause: clean },
    );
  }
}

function noKey(target: string, keyEnv: readonly string[], isBlind: boolean): LlmError {
  const names = keyEnv.join(' or ');
  let where = `set ${names}, or pass apiKey`;
  if (keyEnv.length === 0) where = 'pass apiKey';
  else if (isBlind) {
    where = `createMajordomo was given no env, so ${names} is not looked for; pass env: process.env, or apiKey`;
  }
  return new LlmError('auth', `no key for ${target}: ${where}`, { target, status: 401, code: 'missing-key' });
}
