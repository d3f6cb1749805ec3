export {
  deleteExpired,
  sqliteRecords,
  type SqliteConnection,
  type SqliteRow,
  type SqliteValue,
} from './sqlite/sqlite-records.ts';
export { RECORD_TABLES } from './sqlite/tables.ts';
