import { LlmError, type Capabilities, type FilePart, type ModelRequest } from '@majordomo/core';
import { asList, asRecord, asText, checkInteger } from '@majordomo/core/toolkit';

/**
 * Refuses what makes no sense or what the model is known not to take, before anything is sent: a back stop for models
 * that are used without the chain, which checks the same. Throws `invalid-request` or `unsupported`.
 */
export function refuseUnsupported(request: ModelRequest, capabilities: Capabilities, target: string): void {
  checkInteger(request.maxTokens, 'maxTokens');
  const what = unsupported(request, capabilities);
  if (what !== undefined) throw new LlmError('unsupported', `${target} takes no ${what}`, { target });
}

/**
 * Refuses tools that run at the vendor which this model is known not to have, before anything is sent: a chain continues
 * to one that has them. They stand in `extra`, as `tools` or as the tools of a compound model. Throws `unsupported`.
 */
export function refuseVendorTools(
  extra: ModelRequest['extra'],
  { vendorTools }: { readonly vendorTools: readonly string[] | 'any' },
  target: string,
): void {
  if (vendorTools === 'any') return;
  const unknown = vendorToolsIn(extra).find((name) => !vendorTools.includes(name));
  if (unknown === undefined) return;
  const known = vendorTools.length === 0 ? 'none' : vendorTools.join(', ');
  throw new LlmError('unsupported', `${target} has no tool "${unknown}" of the vendor's; it has ${known}`, {
    target,
    path: 'extra',
  });
}

function vendorToolsIn({ tools, compound_custom: compound }: ModelRequest['extra']): readonly string[] {
  const types = asList(tools).map((tool) => asText(asRecord(tool)['type']) ?? '');
  const inner = asRecord(asRecord(compound)['tools'])['enabled_tools'];
  return [...types, ...asList(inner).map((name) => asText(name) ?? '')].filter((name) => !OURS.has(name));
}

/** Tools that the caller runs; what has no type is one of these. */
const OURS: ReadonlySet<string> = new Set(['', 'function', 'custom']);

/** A file of these wires is a document: they have no form for a film, whatever the server is. Throws `unsupported`. */
export function refuseFilm({ mediaType }: FilePart): void {
  if (mediaType.startsWith('video/'))
    throw new LlmError('unsupported', `this wire takes no files of type ${mediaType}`);
}

function unsupported(
  request: ModelRequest,
  { tools, images, files, output }: Capabilities,
): string | undefined {
  if (tools === false && request.tools.length > 0) return 'tools';
  if (output === false && request.output !== undefined) return 'output schema';
  for (const { parts } of request.messages) {
    for (const part of parts) {
      if (part.type === 'image' && images === false) return 'images';
      if (part.type === 'image' && images && !images.mediaTypes.includes(part.mediaType))
        return part.mediaType;
      if (part.type === 'file' && (files === false || (files && !files.includes(part.mediaType)))) {
        return `files of type ${part.mediaType}`;
      }
      if (
        part.type === 'tool-result' &&
        images === false &&
        part.content.some(({ type }) => type === 'image')
      ) {
        return 'images';
      }
    }
  }
  return undefined;
}
