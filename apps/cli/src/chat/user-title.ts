/** Title of a stored or saved conversation. */
interface Titled {
  readonly title?: string | undefined;
  readonly titleBy?: string | undefined;
}

/** Returns the title that the user set, or `undefined` for a title that majordomo derived from the conversation. */
export const userTitle = (conversation: Titled | undefined): string | undefined =>
  conversation?.titleBy === 'user' ? conversation.title : undefined;
