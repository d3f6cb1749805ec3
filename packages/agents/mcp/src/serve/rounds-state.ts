import { asRecord, canonicalJson, isRecord } from '@majordomo/core/toolkit';
import { accountName } from '@majordomo/wire-kit/internal';
import type { RequestStateCodec, ServerContext } from '@modelcontextprotocol/server';
import { LlmError, type JsonObject } from '@majordomo/core';
import type { ServerSdk } from '../sdk.ts';
import { newRounds, type RoundsState } from './rounds.ts';

const MIN_SECRET_BYTES = 32;
/** Message for a client whose state does not continue a call. */
export const INVALID_STATE =
  'the requestState is invalid, has expired or belongs to another call; call again without it';

/**
 * Returns a function that returns the key for states. A random key is created at its first use, because a Worker has no randomness
 * while its module is loaded. Throws `config` for a short secret.
 */
export function stateKey(secret: string | Uint8Array | undefined): () => Uint8Array {
  if (secret === undefined) {
    let random: Uint8Array | undefined;
    return () => (random ??= crypto.getRandomValues(new Uint8Array(MIN_SECRET_BYTES)));
  }
  const key = typeof secret === 'string' ? new TextEncoder().encode(secret) : secret;
  if (!(key instanceof Uint8Array) || key.length < MIN_SECRET_BYTES)
    throw new LlmError('config', `serveMcp: secret must have at least ${MIN_SECRET_BYTES} bytes`, {
      path: 'secret',
    });
  return () => key;
}

/** Called tool or prompt. Its state is valid only for the same name and arguments. */
export interface Invocation {
  readonly name: string;
  readonly args: JsonObject;
}

/** Signs the state of calls between their rounds, and reads it. */
export class RoundsStates {
  private readonly sdk: ServerSdk;
  private readonly codec: RequestStateCodec;

  constructor(sdk: ServerSdk, key: Uint8Array) {
    this.sdk = sdk;
    this.codec = sdk.createRequestStateCodec({ key, bind: ({ mcpReq }) => mcpReq.method });
  }

  /** Returns the state of a call with the replies of the client. Throws −32602 for a state that is changed, expired or of another call. */
  async read(context: ServerContext, invocation: Invocation, key: string): Promise<RoundsState> {
    const { mcpReq } = context;
    const text = mcpReq.requestState<string>();
    if (text === undefined) return newRounds(key);
    const payload: unknown = await this.codec.verify(text, context).catch(() => undefined);
    const { hash, state } = asRecord(payload);
    if (!isRecord(state) || hash !== (await hashOf(invocation)))
      throw new this.sdk.ProtocolError(this.sdk.ProtocolErrorCode.InvalidParams, INVALID_STATE);
    const known = state as unknown as RoundsState;
    for (const name of known.asked) {
      const reply: unknown = mcpReq.inputResponses?.[name];
      if (reply !== undefined) known.replies[name] = reply;
    }
    return known;
  }

  /** Returns the signed state. The client can read it, but cannot change it. */
  async write(context: ServerContext, invocation: Invocation, state: RoundsState): Promise<string> {
    return this.codec.mint({ hash: await hashOf(invocation), state }, context);
  }
}

/** Returns a hash of a call. `accountName` computes it. A client may send the members of objects in another order. */
const hashOf = ({ name, args }: Invocation): Promise<string> => accountName([name, canonicalJson(args)]);
