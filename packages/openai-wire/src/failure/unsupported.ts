import { LlmError, type Capabilities, type FilePart, type ModelRequest } from '@majordomo/core';
import { asList, asRecord, asText, checkInteger } from '@majordomo/core/toolkit';

/**
 * Throws `invalid-request` or `unsupported` before anything is sent, for a request that is invalid or that the model is known
 * to reject. The chain checks the same; this check is for models that are used without the chain.
 */
export function rejectUnsupported(request: ModelRequest, capabilities: Capabilities, target: string): void {
  checkInteger(request.maxTokens, 'maxTokens');
  const feature = unsupportedFeature(request, capabilities);
  if (feature !== undefined) throw new LlmError('unsupported', `${target} takes no ${feature}`, { target });
}

/**
 * Throws `unsupported` before anything is sent, for a tool of the vendor that this model is known not to have, so that a
 * chain continues with another target. These tools are in `extra`, as `tools` or as the tools of a compound model.
 */
export function rejectVendorTools(
  extra: ModelRequest['extra'],
  { vendorTools }: { readonly vendorTools: readonly string[] | 'any' },
  target: string,
): void {
  if (vendorTools === 'any') return;
  const unknown = vendorToolsIn(extra).find((name) => !vendorTools.includes(name));
  if (unknown === undefined) return;
  const known = vendorTools.length === 0 ? 'none' : vendorTools.join(', ');
  throw new LlmError('unsupported', `${target} has no vendor tool "${unknown}"; available: ${known}`, {
    target,
    path: 'extra',
  });
}

function vendorToolsIn({ tools, compound_custom: compound }: ModelRequest['extra']): readonly string[] {
  const types = asList(tools).map((tool) => asText(asRecord(tool)['type']) ?? '');
  const inner = asRecord(asRecord(compound)['tools'])['enabled_tools'];
  return [...types, ...asList(inner).map((name) => asText(name) ?? '')].filter(
    (name) => !CALLER_TOOLS.has(name),
  );
}

/** Types of tools that the caller runs. A tool without a type is one of these. */
const CALLER_TOOLS: ReadonlySet<string> = new Set(['', 'function', 'custom']);

/** Throws `unsupported` for a video: files of these wires are documents. */
export function rejectVideo({ mediaType }: FilePart): void {
  if (mediaType.startsWith('video/'))
    throw new LlmError('unsupported', `this wire takes no files of type ${mediaType}`);
}

function unsupportedFeature(
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
      if (part.type === 'file' && (files === false || (files && !files.includes(part.mediaType))))
        return `files of type ${part.mediaType}`;
      if (
        part.type === 'tool-result' &&
        images === false &&
        part.content.some(({ type }) => type === 'image')
      )
        return 'images';
    }
  }
  return undefined;
}
