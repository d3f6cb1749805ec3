import { expect, it } from 'vitest';
import { checkSqlite, withoutSqliteWarning } from './sqlite-file.ts';

it.each(['20.19.0', '22.12.0', '22.15.1'])('Node %s is rejected as too old for the ledger', (node) => {
  expect(() => {
    checkSqlite(node);
  }).toThrow(`Node 22.16 or later with node:sqlite, not ${node}; update Node`);
});

it.each(['22.16.0', '24.0.0', '26.1.0'])('Node %s is accepted', (node) => {
  checkSqlite(node);
});

it('hides the warning that SQLite is experimental, and no other warning', async () => {
  const warnings: string[] = [];
  const { emitWarning } = process;
  process.emitWarning = (warning: string | Error) => warnings.push(String(warning));
  try {
    const loaded = await withoutSqliteWarning(async () => {
      process.emitWarning('SQLite is an experimental feature and might change at any time');
      process.emitWarning('something else', 'Warning');
      return 'loaded';
    });
    expect([loaded, warnings]).toEqual(['loaded', ['something else']]);
    process.emitWarning('SQLite warning after loading');
    expect(warnings).toHaveLength(2);
  } finally {
    process.emitWarning = emitWarning;
  }
});
