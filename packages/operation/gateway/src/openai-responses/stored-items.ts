import type { NamedContent } from '../named-content.ts';
import { Refusal } from '../errors/refusal.ts';
import { responseIdOf, type ResponseIds } from './response-ids.ts';
import { itemsOf, type Json, type StoredResponse } from '../response-store.ts';

/** Stored state that a Responses request may use: the items of earlier responses, and a function that stores its response. */
export interface ResponseState {
  readonly items: StoredItems;
  /** Stores a response and returns it. If the store fails, the returned response has `store: false`. */
  readonly save: (
    response: StoredResponse['response'],
    ids: ResponseIds,
    request: Pick<StoredResponse, 'ancestors'> & { readonly input: unknown },
  ) => Promise<StoredResponse['response']>;
  /** Whether the gateway makes background responses. */
  readonly hasBackground: boolean;
}

/** Items of a conversation, oldest first, and the ids of its responses. */
interface Conversation {
  readonly items: readonly Json[];
  readonly ids: readonly string[];
}

/** Item that replaces items until they are loaded. */
const PLACEHOLDER: Json = { type: 'message', role: 'user', content: '…' };

/**
 * Items of stored responses that a request names. The conversation contains an item once, so that the conversation is not larger
 * than the loaded responses.
 */
export class StoredItems {
  private readonly responses: Pick<NamedContent, 'response'>;
  /** Ids of the stored items that the conversation contains. */
  private readonly ids = new Set<unknown>();
  /** Items by id, by id of their response. */
  private readonly itemsById = new Map<string, ReadonlyMap<unknown, Json>>();

  /** Whether all responses that the conversation and the references name are loaded. */
  isLoaded = true;

  constructor(responses: Pick<NamedContent, 'response'>) {
    this.responses = responses;
  }

  /**
   * Returns the conversation that a stored response ends. `last`: function that returns the items of this response that the
   * conversation contains.
   */
  conversation(
    id: string,
    notFound: () => Refusal,
    last: (stored: StoredResponse) => readonly Json[] = itemsOf,
  ): Conversation {
    const stored = this.responses.response(id, notFound);
    if (stored === undefined) return { items: [this.placeholder()], ids: [id] };
    const { ancestors } = stored;
    const before = ancestors.flatMap((ancestor) => {
      const earlier = this.responses.response(ancestor, notFound);
      return earlier === undefined ? [this.placeholder()] : itemsOf(earlier);
    });
    const items = [...before, ...last(stored)].flatMap((item): readonly Json[] => {
      const isReference = item['type'] === 'item_reference';
      const placed = isReference ? this.referenced(item['id']) : item;
      if (!isReference) this.ids.add(item['id']);
      return placed === undefined ? [] : [placed];
    });
    return { items, ids: [...ancestors, id] };
  }

  /** Returns the item to which a reference refers. Returns `undefined` if the conversation already contains the item. */
  referenced(id: unknown): Json | undefined {
    const responseId = typeof id === 'string' ? responseIdOf(id) : undefined;
    if (responseId === undefined) throw noItem(id);
    if (this.ids.has(id)) return undefined;
    const stored = this.responses.response(responseId, () => noItem(id));
    if (stored === undefined) return this.placeholder();
    const items = this.itemsById.get(responseId) ?? byId(stored);
    this.itemsById.set(responseId, items);
    const item = items.get(id);
    if (item === undefined) throw noItem(id);
    this.ids.add(id);
    return item;
  }

  private placeholder(): Json {
    this.isLoaded = false;
    return PLACEHOLDER;
  }
}

/** Returns the items of a response by id, without its references to items of other responses. */
const byId = (stored: StoredResponse): ReadonlyMap<unknown, Json> =>
  new Map(
    itemsOf(stored)
      .filter(({ type }) => type !== 'item_reference')
      .map((item) => [item['id'], item]),
  );

/** Returns an id, truncated to 100 characters for an error message. */
export const shortened = (id: string): string => id.slice(0, 100);

const noItem = (id: unknown): Refusal =>
  new Refusal('no-such-object', `Item with id '${shortened(String(id))}' not found.`, { path: 'input' });
