import type { SharedV4ProviderMetadata, SharedV4ProviderOptions } from '@ai-sdk/provider';
import type { Replay, VendorCallPart, VendorPart } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';

/** Stores a replay token in the metadata of a part. The AI SDK sends the metadata back as the options of the part. */
export const withReplay = (
  replay: Replay | undefined,
  programId?: string,
): { readonly providerMetadata?: SharedV4ProviderMetadata } => {
  if (replay === undefined) return {};
  const { family, data } = replay;
  const program = programId === undefined ? {} : { programId };
  return { providerMetadata: { majordomo: { replay: { family, data }, ...program } } };
};

/** Returns the token from the options of a part, if majordomo stored one. */
export function replayIn(options: SharedV4ProviderOptions | undefined): { readonly replay?: Replay } {
  const replay = options?.['majordomo']?.['replay'];
  if (!isRecord(replay) || typeof replay['family'] !== 'string' || replay['data'] === undefined) return {};
  return { replay: { family: replay['family'], data: replay['data'] } };
}

/** Returns the id of the program that made a call, if majordomo stored one. */
export function programIn(options: SharedV4ProviderOptions | undefined): { readonly programId?: string } {
  const programId = options?.['majordomo']?.['programId'];
  return typeof programId === 'string' ? { programId } : {};
}

/** Returns the vendor part from the options of a custom part, if majordomo created it. */
export function vendorPartIn(
  options: SharedV4ProviderOptions | undefined,
): VendorPart | VendorCallPart | undefined {
  const { replay } = replayIn(options);
  const { kind, text, call } = options?.['majordomo'] ?? {};
  if (replay === undefined || typeof kind !== 'string') return undefined;
  if (isRecord(call)) {
    const { id, name, args } = call as Pick<VendorCallPart, 'id' | 'name' | 'args'>;
    return { type: 'vendor-call', id, kind: kind as VendorCallPart['kind'], name, args, replay };
  }
  return { type: 'vendor', kind, ...(typeof text === 'string' && { text }), replay };
}
