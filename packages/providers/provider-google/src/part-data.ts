import type { JsonObject, JsonValue, VendorPart } from '@majordomo/core';
import { asRecord } from '@majordomo/core/toolkit';
import { otherMembers } from '@majordomo/wire-kit/internal';
import type { PartialArg } from './partial-args.ts';
import { VENDOR_PARTS } from './vendor-parts.ts';

/** Part of a response. */
export interface WirePart {
  readonly text?: string;
  readonly thought?: boolean;
  readonly thoughtSignature?: string;
  readonly functionCall?: WireCall;
  readonly inlineData?: WireMedia;
}

export interface WireMedia {
  readonly mimeType?: string;
  readonly data?: string;
}

export interface WireCall {
  /** Id of the call. Some gateways send null. */
  readonly id?: string | null;
  readonly name?: string;
  readonly args?: JsonObject | null;
  /** Fragments of the arguments, which Vertex AI sends if `extra` requests them. */
  readonly partialArgs?: readonly PartialArg[];
  readonly willContinue?: boolean;
}

/** Members of a part that describe its content. */
export const METADATA: ReadonlySet<string> = new Set([
  'thought',
  'thoughtSignature',
  'mediaResolution',
  'mediaProcessing',
  'partMetadata',
  'speechMetadata',
  'videoMetadata',
]);

/** Members of parts with text or a call that are read elsewhere, or that describe media. */
const READ_MEMBERS: ReadonlySet<string> = new Set([...METADATA, 'text', 'functionCall']);

/** Returns the replay data of a part: its signature, or an object if the part has members that no type names. */
export function replayData(part: WirePart): JsonValue | undefined {
  const { thoughtSignature: signature } = part;
  const members = otherMembers(part, READ_MEMBERS);
  if (members === undefined) return signature;
  return { ...(signature !== undefined && { signature }), members };
}

/** Returns the vendor part that stores a part. `unknownKind`: its kind if none of `VENDOR_PARTS` is a member. */
export function vendorPart(part: WirePart, family: string, unknownKind = 'part'): Omit<VendorPart, 'type'> {
  const kind = VENDOR_PARTS.find((name) => name in part) ?? unknownKind;
  const { code, output } = asRecord(asRecord(part)[kind]);
  const text = code ?? output;
  return {
    kind,
    ...(typeof text === 'string' && text !== '' && { text }),
    replay: { family, data: { part: { ...part } as JsonObject } },
  };
}
