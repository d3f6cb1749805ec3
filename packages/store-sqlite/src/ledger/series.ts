import type { SpendRecord } from '@majordomo/ledger';
import type { Database } from '../file/database.ts';

/** What records have in common: hours are added up for each of these. */
export type Series = Pick<SpendRecord, 'tenant' | 'vendor' | 'model' | 'target' | 'name' | 'outcome'>;

/** Kept in memory; there are far fewer of them than records. */
const MAX_CACHED = 10_000;

/** Numbers for series, and back. */
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
  }

  /** Inside a transaction, and to be forgotten if it fails: `forget`. */
  idOf({ tenant, vendor, model, target, name, outcome }: Series): number {
    const what = JSON.stringify([tenant, vendor, model, target, name, outcome]);
    const known = this.ids.get(what) ?? this.find.get(what)?.['id'];
    const id = Number(known ?? this.insert.run(what).lastInsertRowid);
    if (this.ids.size >= MAX_CACHED) this.ids.clear();
    this.ids.set(what, id);
    return id;
  }

  /** The transaction failed: what it added is not there. */
  forget(): void {
    this.ids.clear();
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
