/** Message in the format of an API. */
interface Turn<Block> {
  readonly role: string;
  readonly content: readonly Block[];
}

/** Predicates for the blocks of an API. */
export interface BlockKinds<Block> {
  /** Whether the block contains thinking, including redacted thinking. */
  readonly isThinking: (block: Block) => boolean;
  /** Whether the block is a tool result. */
  readonly isResult: (block: Block) => boolean;
}

/**
 * Whether the last assistant turn continues after tool results and does not begin with thinking. With a token budget, the
 * API then rejects the request ("Expected `thinking` or `redacted_thinking`, but found `tool_use`").
 */
export function lacksThinking<Block>(
  messages: readonly Turn<Block>[],
  { isThinking, isResult }: BlockKinds<Block>,
): boolean {
  let first: Turn<Block> | undefined;
  // Messages of the user and of the assistant alternate, so each step goes back by two messages.
  for (let at = messages.length - 1; at > 0; at -= 2) {
    const results = messages[at];
    if (results?.role !== 'user' || !results.content.some(isResult)) break;
    first = messages[at - 1];
  }
  const block = first?.content[0];
  return block !== undefined && !isThinking(block);
}
