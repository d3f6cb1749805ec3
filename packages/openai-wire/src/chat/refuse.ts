import { LlmError, type Capabilities, type ModelRequest } from '@majordomo/core';

/**
 * Refuses what makes no sense or what the model is known not to take, before anything is sent: a back stop for models
 * that are used without the chain, which checks the same. Throws `invalid-request` or `unsupported`.
 */
export function refuseUnsupported(request: ModelRequest, capabilities: Capabilities, target: string): void {
  const { maxTokens } = request;
  if (maxTokens !== undefined && !(Number.isInteger(maxTokens) && maxTokens > 0)) {
    const path = 'maxTokens';
    throw new LlmError('invalid-request', `${path} must be a whole number above 0, not ${maxTokens}`, {
      target,
      path,
    });
  }
  const what = unsupported(request, capabilities);
  if (what !== undefined) throw new LlmError('unsupported', `${target} takes no ${what}`, { target });
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
