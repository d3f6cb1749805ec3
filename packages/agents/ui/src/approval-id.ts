import type { RunState } from '@majordomo/agent';
import { LlmError, systemClock, type ToolCallPart } from '@majordomo/core';
import { canonicalJson, fromBase64, toBase64 } from '@majordomo/core/toolkit';
import { suspendedCalls } from '@majordomo/agent/steps';
import type { FromUiOptions, UiOptions } from './types.ts';

// An approval id is `runId.steps.expiry.signature`. Pages return it unchanged.

/** Default of the option `approvalTtlMs`: one day. */
const TTL_MS = 86_400_000;
const VERSION = 1;

/** Run and step that made a call. */
type Origin = Pick<RunState, 'runId' | 'steps'>;
type Key = Awaited<ReturnType<typeof crypto.subtle.importKey>>;
type SignerOptions = Pick<UiOptions, 'secret' | 'chatId' | 'approvalTtlMs' | 'clock'>;

/**
 * Returns the approval ids of waiting calls by call id. Omits suspended calls, because they wait for a result. Without a secret,
 * or for a call that cannot be signed, the approval id is the call id, and the page's answer is accepted only with a `stored` state.
 */
export async function approvalIds(
  calls: readonly ToolCallPart[],
  { runId = '', steps, ...state }: Pick<RunState, 'runId' | 'steps' | 'suspended' | 'runs'>,
  { secret, chatId, approvalTtlMs = TTL_MS, clock = systemClock }: SignerOptions,
): Promise<ReadonlyMap<string, string>> {
  const [key] = await importKeys(secret);
  const expiry = Math.min(Math.ceil(clock.now() + approvalTtlMs), Number.MAX_SAFE_INTEGER);
  const sign = async (call: ToolCallPart): Promise<string> => {
    if (key === undefined || !isSignable(call)) return call.id;
    const bytes = signedBytes(call, { runId, steps }, chatId, expiry);
    const signature = await crypto.subtle.sign('HMAC', key, bytes);
    return [runId, steps, expiry, base64Url(new Uint8Array(signature))].join('.');
  };
  const suspended = suspendedCalls(state);
  const approvable = calls.filter(({ id }) => suspended.every(({ callId }) => callId !== id));
  return new Map(await Promise.all(approvable.map(async (call) => [call.id, await sign(call)] as const)));
}

/** Returns the origin of an approval, or `undefined` if its id has expired or is not valid for this call and chat. */
export async function verifyApproval(
  id: string,
  call: ToolCallPart,
  { secret, chatId, clock = systemClock }: Pick<FromUiOptions, 'secret' | 'chatId' | 'clock'>,
): Promise<Origin | undefined> {
  // A signature of 32 bytes has 43 characters, and needs one `=` to be base64.
  const [, runId = '', steps, expiry, signature = ''] =
    /^(.*)\.(\d{1,9})\.(\d{1,16})\.([\w-]{43})$/s.exec(id) ?? [];
  if (signature === '' || Number(expiry) < clock.now() || !isSignable(call)) return undefined;
  const origin = { runId, steps: Number(steps) };
  const bytes = signedBytes(call, origin, chatId, Number(expiry));
  const received = new Uint8Array(fromBase64(`${signature.replaceAll('-', '+').replaceAll('_', '/')}=`));
  for (const key of await importKeys(secret))
    if (await crypto.subtle.verify('HMAC', key, received, bytes)) return origin;
  return undefined;
}

/**
 * Whether an approval of a call can be signed, because `ToolContext.key` contains its id. For any other id, the key contains the
 * position of the call, which a page could change.
 */
export const isSignable = ({ id }: Pick<ToolCallPart, 'id'>): boolean => /^[!-~]{1,200}$/.test(id);

function signedBytes(
  { id, name, args }: ToolCallPart,
  { runId, steps }: Origin,
  chatId: string | undefined,
  expiry: number,
): Uint8Array<ArrayBuffer> {
  // Sort object members, because pages and stores do not preserve their order.
  const json = canonicalJson(args);
  return new TextEncoder().encode(
    JSON.stringify([VERSION, chatId ?? null, runId, steps, expiry, id, name, json]),
  );
}

async function importKeys(secret: UiOptions['secret']): Promise<Key[]> {
  const secrets = secret === undefined ? [] : [secret].flat();
  return Promise.all(
    secrets.map((one: string | Uint8Array) => {
      const bytes = typeof one === 'string' ? new TextEncoder().encode(one) : new Uint8Array(one);
      if (bytes.length === 0)
        throw new LlmError('config', 'secret: the value is empty; pass at least 32 random bytes', {
          path: 'secret',
        });
      return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, [
        'sign',
        'verify',
      ]);
    }),
  );
}

const base64Url = (bytes: Uint8Array): string =>
  toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
