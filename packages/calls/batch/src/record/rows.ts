import { layoutOf, type RecordChange, type RecordStore } from '@majordomo/records';
import type { ItemData, StoredRequest } from './record.ts';

/** Space of all jobs and their rows. */
export const SPACE = 'batches';
/** Number of pages that are read at once, without their requests and data. */
const PAGES = 20;
/** Maximum number of characters of several requests in one record. Allocating memory for longer strings takes more time. */
const REQUESTS_CHARS = 90_000;
/** Number of digits of the numbers in keys, so that the keys have the order of the numbers. */
const DIGITS = 12;

/** Page of rows, without their requests and data. */
interface StoredPage {
  /** Index of the first row. */
  readonly first: number;
  readonly ids: readonly string[];
  readonly places: string[];
  /** Number of the record with the data of each row, or 0 for none. */
  readonly data: number[];
  /** Indexes of the first rows of the records with the requests. */
  readonly requests: readonly number[];
}

/** Page in memory, which changes with each move of its rows. */
export interface Page extends StoredPage {
  readonly key: string;
}

/** Item of a job. */
export interface ItemRow {
  readonly page: Page;
  /** Position in the input, starting at 0. */
  readonly index: number;
  readonly id: string;
  /** Place of the item: `queue:<position in chain>`, `batch:<number>`, `live`, `done` or `failed`. */
  readonly place: string;
  /** Attempts so far, and the result of a final item. */
  readonly data: ItemData;
}

/** Item with its request, which never changes. */
export interface BatchRow extends ItemRow {
  readonly request: StoredRequest;
}

/** Move of a row to another place. */
export interface Move {
  readonly row: ItemRow;
  readonly to: string;
  /** New data of the row. `@default the data does not change` */
  readonly data?: ItemData;
}

/** Submitted item, with its request as JSON. */
export interface NewRow {
  readonly id: string;
  readonly request: string;
}

type Selection = (place: string, index: number) => boolean;

const PAGE = layoutOf<StoredPage>('the page', 1);
const REQUESTS = layoutOf<{ readonly requests: readonly StoredRequest[] }>('the requests', 1);
const DATA = layoutOf<{ readonly items: Readonly<Record<number, ItemData>> }>('the data', 1);
const NO_DATA: ItemData = { attempts: [] };

const numberKey = (number: number): string => String(number).padStart(DIGITS, '0');

const put = (key: string, value: string): RecordChange => ({ type: 'put', key, value });

/**
 * Rows of a job, which are valid only together with the job's record. A page has a record with the places of its rows, and records
 * with their requests. The key of the record with the places contains the last index of the page, so that a list of the keys after
 * `from - 1` begins with the page that contains `from`. Each write of data adds a record, and replaced data is stored until the
 * removal of the job.
 */
export class Rows {
  /** Start of the keys of all records of the rows. */
  readonly prefix: string;
  private readonly records: RecordStore;

  constructor(token: string, records: RecordStore) {
    this.prefix = `rows/${token}/`;
    this.records = records;
  }

  /** Returns the changes that add a page. */
  added(first: number, rows: readonly NewRow[], place: string): readonly RecordChange[] {
    const ids = rows.map(({ id }) => id);
    const parts = requestsOf(first, rows);
    const requests = parts.map(([start]) => start);
    const page = { first, ids, places: rows.map(() => place), data: rows.map(() => 0), requests };
    return [
      put(this.pageKey(first + rows.length - 1), PAGE.write(page)),
      ...parts.map(([start, value]) => put(this.requestsKey(start), value)),
    ];
  }

  /**
   * Moves rows in memory, and returns the changes that store the moves.
   *
   * @param number number of the record with the new data, which no earlier write has used
   */
  moved(moves: readonly Move[], number: number): readonly RecordChange[] {
    const items: Record<number, ItemData> = {};
    for (const { row, to, data } of moves) {
      const { page, index } = row;
      page.places[index - page.first] = to;
      if (data === undefined) continue;
      page.data[index - page.first] = number;
      items[index] = data;
    }
    const pages = new Set(moves.map(({ row }) => row.page));
    const changes = Array.from(pages, ({ key, ...page }) => put(key, PAGE.write(page)));
    if (Object.keys(items).length > 0) changes.push(put(this.dataKey(number), DATA.write({ items })));
    return changes;
  }

  /** Iterates over the pages, starting with the page that contains an index. */
  async *pages(from = 0): AsyncGenerator<Page, void, undefined> {
    const prefix = `${this.prefix}page/`;
    // The type of a position requires `at`, which has no effect in a list in the order of the keys.
    let after = from > 0 ? { key: this.pageKey(from - 1), at: 0 } : undefined;
    for (;;) {
      const found = await this.records.list(SPACE, { prefix, after, limit: PAGES });
      for (const { key, value } of found) yield { ...PAGE.read(key, value), key };
      if (found.length < PAGES) return;
      after = found.at(-1);
    }
  }

  /** Returns the selected rows of a page without their requests. */
  async itemsOf(page: Page, isSelected: Selection): Promise<readonly ItemRow[]> {
    const found = selected(page, isSelected);
    return this.withData(page, found, await this.valuesOf(page, found));
  }

  /** Returns the selected rows of a page. */
  async rowsOf(page: Page, isSelected: Selection): Promise<readonly BatchRow[]> {
    const found = selected(page, isSelected);
    if (found.length === 0) return [];
    const starts = page.requests.filter((start, part) => {
      const end = page.requests[part + 1] ?? Infinity;
      return found.some((index) => index >= start && index < end);
    });
    const keys = starts.map((start) => this.requestsKey(start));
    const values = await this.valuesOf(page, found, keys);
    const requests = new Map<number, StoredRequest>();
    for (const [at, start] of starts.entries()) {
      const key = keys[at] ?? '';
      const part = REQUESTS.read(key, values.get(key) ?? '').requests;
      for (const [place, request] of part.entries()) requests.set(start + place, request);
    }
    return this.withData(page, found, values).map((row) => {
      const request = requests.get(row.index);
      if (request === undefined) throw new TypeError('each row of a page has a request');
      return { ...row, request };
    });
  }

  /** Returns the values of records of a page by key: the data of some rows, and others. */
  private async valuesOf(
    { first, data }: Page,
    indexes: readonly number[],
    others: readonly string[] = [],
  ): Promise<ReadonlyMap<string, string>> {
    const numbers = new Set(indexes.map((index) => data[index - first] ?? 0));
    numbers.delete(0);
    const keys = [...others, ...Array.from(numbers, (number) => this.dataKey(number))];
    if (keys.length === 0) return new Map();
    const found = await this.records.list(SPACE, { keys, limit: keys.length });
    return new Map(found.map(({ key, value }) => [key, value]));
  }

  private withData(
    page: Page,
    indexes: readonly number[],
    values: ReadonlyMap<string, string>,
  ): readonly ItemRow[] {
    const records = new Map<string, Readonly<Record<number, ItemData>>>();
    return indexes.map((index) => {
      const at = index - page.first;
      const key = this.dataKey(page.data[at] ?? 0);
      const items = records.get(key) ?? (values.has(key) ? DATA.read(key, values.get(key) ?? '').items : {});
      records.set(key, items);
      const [id = '', place = ''] = [page.ids[at], page.places[at]];
      return { page, index, id, place, data: items[index] ?? NO_DATA };
    });
  }

  private pageKey(last: number): string {
    return `${this.prefix}page/${numberKey(last)}`;
  }

  private requestsKey(first: number): string {
    return `${this.prefix}requests/${numberKey(first)}`;
  }

  private dataKey(number: number): string {
    return `${this.prefix}data/${numberKey(number)}`;
  }
}

/** Returns the index of the first row of each record with requests, and its value, without converting the requests to JSON again. */
function requestsOf(first: number, rows: readonly NewRow[]): readonly (readonly [number, string])[] {
  const lists: (readonly [number, string])[] = [];
  for (const [at, { request }] of rows.entries()) {
    const [start, list] = lists.at(-1) ?? [first, ''];
    if (list.length + request.length > REQUESTS_CHARS || at === 0) lists.push([first + at, request]);
    else lists[lists.length - 1] = [start, `${list},${request}`];
  }
  return lists.map(([start, list]) => [start, REQUESTS.writeJson(`{"requests":[${list}]}`)]);
}

/** Returns the indexes of the selected rows. */
const selected = ({ first, places }: Page, isSelected: Selection): readonly number[] =>
  places.flatMap((place, at) => (isSelected(place, first + at) ? [first + at] : []));
