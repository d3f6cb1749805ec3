/** Text of a report, in which backticks mark code; or a name from the definition or the calls, in which no character has a meaning. */
export type Text = string | { readonly name: string };

/** Texts that follow each other in one line. */
export type Line = readonly Text[];

/** Part of a report that every form of it can show. */
export type Block =
  | { readonly type: 'list'; readonly items: readonly Line[] }
  | { readonly type: 'table'; readonly head: readonly string[]; readonly rows: readonly Line[] }
  /** Calls whose content only a page can show. */
  | { readonly type: 'examples'; readonly ids: readonly string[] };

export interface Section {
  readonly title: Line;
  readonly blocks: readonly Block[];
}
