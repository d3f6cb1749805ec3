import { type Credential, LlmError, type ModelContext, type Recovery } from '@majordomo/core';
import { redactCause, NO_ENV, setNewest, SharedWork } from '@majordomo/core/toolkit';
import { transportError } from './errors.ts';

type SourceContext = Pick<ModelContext, 'signal' | 'env' | 'target' | 'credential' | 'recoveries'>;

/** Source of the key of an attempt. */
export interface CredentialSource {
  /** Returns the key for this attempt. Throws kind `auth` without `secrets` if no key is available. */
  resolve(context: SourceContext, secrets?: readonly string[]): Promise<string>;
  /** Returns the recovery that requests another key after the server rejected `value` with a 401; `undefined` for a fixed key. */
  renewal(value: string): Recovery | undefined;
}

/** Creates the source of a key: a string, a function that is called for each attempt, or the first variable with a value. */
export function credentialSource(
  apiKey: Credential | undefined,
  keyEnv: readonly string[],
): CredentialSource {
  const renewal = typeof apiKey === 'function' ? new CredentialRenewal(apiKey) : undefined;
  /** Rejected key of each recovery. A recovery belongs to one call, so the rejection does not affect other calls. */
  const rejections = new WeakMap<Recovery, string>();
  const valueFor = async (
    { signal, env, target, recoveries = [] }: SourceContext,
    secrets: readonly string[],
  ): Promise<string> => {
    if (renewal !== undefined) {
      const rejected = recoveries
        .map((recovery) => rejections.get(recovery))
        .findLast((value) => value !== undefined);
      return await readSource(renewal, { rejected, signal, target, secrets });
    }
    const value =
      typeof apiKey === 'string'
        ? apiKey
        : keyEnv.map((name) => env[name]).find((found) => found !== undefined && found !== '');
    if (value === undefined || value === '') throw missingKeyError(target, keyEnv, env === NO_ENV);
    return value;
  };
  return {
    async resolve(context, secrets = []) {
      const value = await valueFor(context, secrets).catch((error: unknown) => {
        // Core counts the failure of this attempt for the credential reported here. Without one, a failure of the source, such as
        // an exhausted login, would bench the target for other keys.
        if (!context.signal.aborted) context.credential?.(renewal?.name ?? NO_KEY);
        throw error;
      });
      // Throws if the key is benched, so that the attempt sends nothing.
      context.credential?.(value);
      return value;
    },
    renewal(value) {
      if (renewal === undefined) return undefined;
      const recovery: Recovery = {
        id: 'credential',
        what: 'requested a new credential',
        changesCredential: true,
        // The request does not change. `valueFor` finds the recovery in the context of the next attempt.
        apply: (request) => request,
      };
      rejections.set(recovery, value);
      return recovery;
    },
  };
}

/** Name under which a missing key counts. */
const NO_KEY = 'no key';

interface Reading extends Pick<SourceContext, 'signal' | 'target'> {
  /** Credential that the server has rejected. */
  readonly rejected: string | undefined;
  /** Values to redact in errors. */
  readonly secrets: readonly string[];
}

/** Calls the application's key function. Converts an error except an `LlmError` to kind `auth`, so that it is not retried. */
async function readSource(
  renewal: CredentialRenewal,
  { rejected, signal, target, secrets }: Reading,
): Promise<string> {
  try {
    return await (rejected === undefined
      ? renewal.initialValue(signal)
      : renewal.replacementFor(rejected, signal));
  } catch (cause) {
    if (signal.aborted) throw cause;
    const hidden = rejected === undefined ? secrets : [rejected, ...secrets];
    // Removes the secrets, and names the target.
    if (LlmError.is(cause)) throw transportError(cause, target, hidden);
    const clean = redactCause(cause, hidden);
    const reason = clean instanceof Error ? clean.message : String(clean);
    const message = `no key for ${target}: the apiKey function failed: ${reason}`;
    throw new LlmError('auth', message, { target }, { cause: clean });
  }
}

function missingKeyError(target: string, keyEnv: readonly string[], isBlind: boolean): LlmError {
  const names = keyEnv.join(' or ');
  let where = `; set ${names}, or pass apiKey`;
  if (keyEnv.length === 0) where = '; pass apiKey';
  else if (isBlind) {
    where = `: createMajordomo was called without env, so ${names} is not read; pass env: process.env, or apiKey`;
  }
  return new LlmError('auth', `no key for ${target}${where}`, { target, status: 401, code: 'missing-key' });
}

type Source = (context: {
  readonly signal: AbortSignal;
  readonly rejected: string | undefined;
}) => string | Promise<string>;

function checkKey(value: unknown): string {
  if (typeof value === 'string' && value.trim() !== '') return value;
  throw new TypeError(
    `it must return a key, got ${typeof value === 'string' ? 'an empty string' : typeof value}`,
  );
}

/** Maximum number of credentials in each map. A further credential replaces the oldest one. */
const MAX_VALUES = 100;

/**
 * Renews a rejected credential only once, even if several calls used it. Calls that are rejected during the renewal wait for its
 * result. Calls with the same credential that are rejected later use the renewed credential.
 */
class CredentialRenewal {
  private readonly source: Source;
  /** Counter that orders returned credentials and renewals. */
  private moment = 0;
  /** Moment at which the source last returned each credential. A renewal before this moment no longer replaces the credential. */
  private readonly handedOut = new Map<string, number>();
  private readonly renewed = new Map<string, { readonly value: string; readonly at: number }>();
  private readonly pending = new Map<string, SharedWork<string>>();

  private sourceName: string | undefined;

  constructor(source: Source) {
    this.source = async (context) => checkKey(await source(context));
  }

  /** Name under which failures of the source count, because no credential is known. */
  get name(): string {
    // Created late, because Workers provide no random values while a module is loaded.
    return (this.sourceName ??= `source ${crypto.randomUUID()}`);
  }

  /** Returns the credential for an attempt of a call in which no credential was rejected. */
  async initialValue(signal: AbortSignal): Promise<string> {
    const value = await this.source({ signal, rejected: undefined });
    setNewest(this.handedOut, value, ++this.moment, MAX_VALUES);
    return value;
  }

  /** Returns another credential after a server rejected `rejected`. Waits for a running renewal, or starts one. */
  async replacementFor(rejected: string, signal: AbortSignal): Promise<string> {
    const known = this.renewed.get(rejected);
    // The application may have returned the rejected credential again since its renewal.
    const isNewer = known !== undefined && known.at > (this.handedOut.get(rejected) ?? 0);
    if (isNewer && known.value !== rejected) return known.value;
    const running = this.pending.get(rejected);
    // If no other call waits for the renewal, an abort cancels it.
    const renewal = running?.isAborted === false ? running : this.startRenewal(rejected);
    return renewal.waitFor(signal);
  }

  private startRenewal(rejected: string): SharedWork<string> {
    const renewal = new SharedWork((signal) => this.requestValue(rejected, signal));
    this.pending.set(rejected, renewal);
    const forget = (): void => {
      if (this.pending.get(rejected) === renewal) this.pending.delete(rejected);
    };
    renewal.result.then(forget, forget);
    return renewal;
  }

  private async requestValue(rejected: string, signal: AbortSignal): Promise<string> {
    const value = await this.source({ signal, rejected });
    setNewest(this.renewed, rejected, { value, at: ++this.moment }, MAX_VALUES);
    setNewest(this.handedOut, value, this.moment, MAX_VALUES);
    return value;
  }
}
