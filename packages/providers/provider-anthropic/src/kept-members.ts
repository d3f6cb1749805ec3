/** Members of each type of block that are read, or that are sent back under another rule, such as `caller`. */
export const READ_MEMBERS: Readonly<Record<string, ReadonlySet<string>>> = {
  text: new Set(['type', 'text', 'citations']),
  thinking: new Set(['type', 'thinking', 'signature']),
  redacted_thinking: new Set(['type', 'data']),
  tool_use: new Set(['type', 'id', 'name', 'input', 'caller']),
};

/** Further members of a `tool_use` block that a request accepts (`ToolUseBlockParam` of SDK 1.10). */
export const SENT_MEMBERS: readonly string[] = ['toolset_name'];
