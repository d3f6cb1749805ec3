import type { SharedV4ProviderMetadata, SharedV4ProviderOptions } from '@ai-sdk/provider';
import type { Replay, VendorPart } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';

/** Where the AI SDK carries our token through its loop: it hands a part's metadata back as the part's options. */
export const withReplay = (
  replay: Replay | undefined,
): { readonly providerMetadata?: SharedV4ProviderMetadata } =>
  replay === undefined
    ? {}
    : { providerMetadata: { majordomo: { replay: { family: replay.family, data: replay.data } } } };

/** The token of a part that came back; whatever else stands there is somebody else's. */
export function replayIn(options: SharedV4ProviderOptions | undefined): { readonly replay?: Replay } {
  const replay = options?.['majordomo']?.['replay'];
  if (!isRecord(replay) || typeof replay['family'] !== 'string' || replay['data'] === undefined) return {};
  return { replay: { family: replay['family'], data: replay['data'] } };
}

/** What ran at a vendor of ours and came back as a custom part; any other custom part is somebody else's. */
export function ourVendor(options: SharedV4ProviderOptions | undefined): VendorPart | undefined {
  const { replay } = replayIn(options);
  const { kind, text } = options?.['majordomo'] ?? {};
  if (replay === undefined || typeof kind !== 'string') return undefined;
  return { type: 'vendor', kind, ...(typeof text === 'string' && { text }), replay };
}
