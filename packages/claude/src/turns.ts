/** A message of a wire, as far as its turns go. */
interface Turn<Block> {
  readonly role: string;
  readonly content: readonly Block[];
}

/** How a wire's blocks are told apart. */
export interface BlockKinds<Block> {
  /** Thinking, redacted or not. */
  readonly isThinking: (block: Block) => boolean;
  /** A tool's result. */
  readonly isResult: (block: Block) => boolean;
}

/**
 * With a token budget, Claude wants the assistant's turn to begin with thinking when it continues after tool results
 * ("Expected `thinking` or `redacted_thinking`, but found `tool_use`"). The turn reaches back over its tool results.
 */
export function lacksThinking<Block>(
  messages: readonly Turn<Block>[],
  { isThinking, isResult }: BlockKinds<Block>,
): boolean {
  let first: Turn<Block> | undefined;
  for (let at = messages.length - 1; at > 0; at -= 2) {
    const results = messages[at];
    if (results?.role !== 'user' || !results.content.some(isResult)) break;
    first = messages[at - 1];
  }
  const block = first?.content[0];
  return block !== undefined && !isThinking(block);
}
