import type { SpendRecord } from '@majordomo/ledger';
import type { Database } from '../file/database.ts';

/** Properties that group the records of an hour into sums. */
export type Series = Pick<SpendRecord, 'tenant' | 'vendor' | 'model' | 'target' | 'name' | 'outcome'>;

/** Maximum number of cached series. */
const MAX_CACHED = 10_000;

/** Table with the ids of series, and a cache of the ids. */
export class SeriesTable {
  private readonly ids = new Map<string, number>();
  private readonly series = new Map<number, Series>();
  private readonly find;
  private readonly insert;
  private readonly read;

  constructor(database: Database) {
    this.find = database.prepare('SELECT id FROM series WHERE what = ?');
    this.insert = database.prepare('INSERT INTO series (what) VALUES (?)');
    this.read = database.prepare('SELECT what FROM series WHERE id = ?');
    // Only `get` fills `series`. It is called in reads, which see no changes that may be undone.
    database.onUndo(() => {
      this.ids.clear();
    });
  }

  /** Returns the id of a series. Call it within a transaction. */
  idOf({ tenant, vendor, model, target, name, outcome }: Series): number {
    const what = JSON.stringify([tenant, vendor, model, target, name, outcome]);
    const known = this.ids.get(what) ?? this.find.get(what)?.['id'];
    const id = Number(known ?? this.insert.run(what).lastInsertRowid);
    if (this.ids.size >= MAX_CACHED) this.ids.clear();
    this.ids.set(what, id);
    return id;
  }

  get(id: number): Series {
    const known = this.series.get(id);
    if (known !== undefined) return known;
    const values = JSON.parse(String(this.read.get(id)?.['what'])) as (string | null)[];
    const [tenant, vendor, model, target, name, outcome] = values.map((value) => value ?? undefined);
    const series: Series = {
      tenant,
      vendor,
      model,
      target: target ?? '',
      name,
      outcome: outcome as Series['outcome'],
    };
    if (this.series.size >= MAX_CACHED) this.series.clear();
    this.series.set(id, series);
    return series;
  }
}
