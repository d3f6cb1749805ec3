import { LlmError, messageOf, truncateText, type UserMessage, type UserPart } from '@majordomo/core';
import type { McpToolbox } from '../options.ts';

const REFERENCE = /@mcp:([^\s:]+):(\S+)/g;
/** Punctuation that is not part of the address if it follows a reference. */
const PUNCTUATION = '.,;:!?\'")]}>';
const MAX_REFERENCES = 20;
const MAX_CHARS = 100_000;

/**
 * Returns a user message in which each `@mcp:<server>:<uri>` is followed by the content of that resource, at most 100,000
 * characters of text. `<server>` is the name of a toolbox. References to other servers remain text. Throws for a resource that
 * cannot be read, and `invalid-request` for more than 20 references.
 *
 * @example
 * const message = await withMcpReferences('Compare @mcp:travel:offers://today with last week.', [travel]);
 */
export async function withMcpReferences(
  text: string,
  toolboxes: readonly McpToolbox[],
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<UserMessage> {
  const references = [...text.matchAll(REFERENCE)].flatMap((match) => {
    const [complete, server = '', rest = ''] = match;
    const toolbox = toolboxes.find(({ name }) => name === server);
    const uri = withoutPunctuation(rest);
    const end = match.index + complete.length - (rest.length - uri.length);
    return toolbox === undefined || uri === ''
      ? []
      : [{ reference: text.slice(match.index, end), toolbox, uri, end }];
  });
  if (references.length > MAX_REFERENCES)
    throw new LlmError(
      'invalid-request',
      `withMcpReferences: the text has ${references.length} references; use at most ${MAX_REFERENCES}`,
    );
  const contents = await Promise.all(
    references.map(async ({ reference, toolbox, uri }) => {
      try {
        return limited(await toolbox.readResource(uri, options));
      } catch (error) {
        const kind = LlmError.is(error) ? error.kind : 'server';
        throw new LlmError(kind, `${reference}: ${messageOf(error)}`, {}, { cause: error });
      }
    }),
  );
  const parts: UserPart[] = [];
  let from = 0;
  for (const [at, { end }] of references.entries()) {
    parts.push({ type: 'text', text: text.slice(from, end) }, ...(contents[at] ?? []));
    from = end;
  }
  const rest = text.slice(from);
  if (rest !== '' || parts.length === 0) parts.push({ type: 'text', text: rest });
  return { role: 'user', parts };
}

function withoutPunctuation(text: string): string {
  let end = text.length;
  while (end > 0 && PUNCTUATION.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** Truncates the text of a resource. */
function limited(parts: UserMessage['parts']): UserMessage['parts'] {
  let room = MAX_CHARS;
  return parts.map((part) => {
    if (part.type !== 'text') return part;
    const text = truncateText(part.text, room);
    room = Math.max(0, room - part.text.length);
    return { ...part, text };
  });
}
