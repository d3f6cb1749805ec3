import { newId } from '../response/id.ts';

const PREFIX = 'resp_';

/** Ids of one response and its items. They contain the same random part, by which the gateway finds an item's response. */
export class ResponseIds {
  readonly response: string;
  private readonly suffix: string;
  private places: number;

  /**
   * @param response id of an existing response, whose items receive the same ids again. `@default` a new id
   * @param first place of the first item. `@default` 0
   */
  constructor(response: string = newId(PREFIX), first: number = 0) {
    this.response = response;
    this.suffix = response.slice(PREFIX.length);
    this.places = first;
  }

  /** Returns the id of the next item. `prefix`: prefix of the type, such as `msg_`. */
  item(prefix: string): string {
    const place = (this.places++).toString(16).padStart(4, '0');
    return prefix + this.suffix + place;
  }
}

/** Form of the ids of items: 32 digits of the response, and at least 4 digits of the place. */
const ITEM_ID = /^[a-z]+_([0-9a-f]{32})[0-9a-f]{4,8}$/;

/** Returns the id of the response that contains an item, or `undefined` for an id that the gateway did not create. */
export function responseIdOf(itemId: string): string | undefined {
  const suffix = ITEM_ID.exec(itemId)?.[1];
  return suffix === undefined ? undefined : PREFIX + suffix;
}
